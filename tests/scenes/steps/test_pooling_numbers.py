"""The pooling scene shows stored windows, and their largest value or their mean as it was stored."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from forward_bundle import forward_bundle
from paper_bundle import PaperBundle
from pointwise import WIDE, Cell, activated, built, parts_of, pointed_states, pooled, words_of
from step_states import grids_of, visited, wrong
from taught_bundle import taught_bundle

from exporter.bundle import Bundle
from scenes.options import SceneOptions


@pytest.mark.tf
@pytest.mark.parametrize(
    ("layer", "size", "strides", "shape", "same"),
    [
        ("mean_pool", (3, 3), (2, 2), (5, 4), True),
        ("max_pool", (3, 2), (2, 1), (5, 7), True),
        ("line_pool", (3,), (2,), (1, 18), True),
    ],
)
def test_pools_of_odd_forms(
    mixed: PaperBundle, layer: str, size: Cell, strides: Cell, shape: tuple[int, int], same: bool
) -> None:
    """Only what is inside the map counts, as the stored values have it."""
    x, after, _ = parts_of(mixed, layer)
    expected = pooled(x, after, 2, size, strides, same=same)
    options = SceneOptions(WIDE, layer=layer, channel=2, at=(2, 1)[: len(size)])
    timeline = built(mixed, "pooling", options)
    assert visited(timeline, expected, 5.0)
    for state in pointed_states(timeline, shape):
        assert state.about is not None
        should = expected(state.about)
        assert wrong(state, should) == []
        known = should["window"][~np.isnan(should["window"])]
        mean = "sum" in grids_of(state)
        assert should["result"] == pytest.approx(known.mean() if mean else known.max(), abs=1e-5)
        assert mean == (layer == "mean_pool")
        assert str(known.size) in words_of(state)


@pytest.mark.parametrize(("name", "mode"), [("tiny", "max"), ("taught", "mean")])
def test_pools_of_the_demo(tiny_demo: Bundle, name: str, mode: str) -> None:
    """Windows that lie beside each other, the largest and the mean."""
    bundle = tiny_demo if name == "tiny" else taught_bundle()
    x, after, _ = parts_of(bundle, "pool")
    expected = pooled(x, after, 1, (2, 2), (2, 2), same=False)
    seen = visited(built(bundle, "pooling", SceneOptions(WIDE, channel=1)), expected, 25.0)
    assert set(seen) == set(np.ndindex(3, 3))
    assert all(("sum" in names) == (mode == "mean") for names in seen.values())


@pytest.mark.tf
@pytest.mark.parametrize("layer", ["global_mean", "global_max"])
def test_a_global_pool_takes_a_whole_map(mixed: PaperBundle, layer: str) -> None:
    """Each map becomes one unit of the vector."""
    x, after, _ = parts_of(mixed, layer)
    timeline = built(mixed, "pooling", SceneOptions(WIDE, layer=layer))
    for unit, state in enumerate(pointed_states(timeline, (2, 2))):
        tables, whole = grids_of(state), x[..., unit]
        assert np.allclose(np.array(tables["window"].values, float), whole)
        assert tables["result"].values[0][0] == pytest.approx(after.reshape(-1)[unit])
        assert after.reshape(-1)[unit] == pytest.approx(
            whole.mean() if layer == "global_mean" else whole.max(), abs=1e-6
        )
        assert f"unit {unit}" in words_of(state)


@pytest.mark.tf
@pytest.mark.slow
def test_the_red_panda_as_tiny_vgg_saw_it(root: Path) -> None:
    """Its functions, its pools and its vector."""
    folder = Path(os.environ.get("KERASCOPE_DATA", root.parent / "shared" / "data")) / "tiny_vgg"
    if not folder.is_dir():
        pytest.skip("tiny_vgg is not here: set KERASCOPE_DATA to the folder that has it")
    from PIL import Image

    from exporter.models import open_model

    picture = np.asarray(Image.open(folder / "images/panda_1.jpeg").convert("RGB").resize((64, 64)), np.float32) / 255
    bundle = forward_bundle(open_model(folder / "model.json"), {"picture": picture[None]})
    options = replace(SceneOptions(WIDE), channel=4, at=(11, 5))
    for layer in ("relu_1_1", "relu_2_2"):
        timeline = built(bundle, "activation", replace(options, layer=layer))
        assert len(visited(timeline, activated(bundle, layer, 4), 5.0)) >= 15
    x, after, _ = parts_of(bundle, "max_pool_2")
    expected = pooled(x, after, 4, (2, 2), (2, 2), same=False)
    assert len(visited(built(bundle, "pooling", replace(options, layer="max_pool_2")), expected, 5.0)) >= 15
    timeline, x = built(bundle, "flatten", options), parts_of(bundle, "flatten")[0]
    assert len(visited(timeline, lambda cell: {"strip": x[cell], "flying": x[cell]}, 5.0)) >= 15
