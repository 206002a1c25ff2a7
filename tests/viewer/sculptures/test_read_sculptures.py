"""Sculptures as they are drawn: the numbers of the bundle on the axes of the world, and none that cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sculpture import POINTS, add_made_sculptures, made_arrays, made_entry
from msgspec import structs
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, BundleError, BundleWriter, read_bundle
from viewer.sculptures.read import PATH_POINTS, SCALE, Drawn, read_sculpture

LAYERS = ("conv", 4), ("relu", 5), ("dense", 3)
FIRST = "002-weight"


@pytest.fixture(name="bundle")
def made_bundle(tmp_path: Path) -> Bundle:
    path = make_tiny_bundle(tmp_path / "tiny.bundle")
    names = [layer.name for layer in read_bundle(path).manifest.layers]
    layers = [(names[i], units) for i, (_, units) in zip((1, 2, -1), LAYERS, strict=True)]
    return read_bundle(add_made_sculptures(path, layers, {"002": 3.0}))


@pytest.fixture(name="drawn")
def read_drawn(bundle: Bundle) -> Drawn:
    return read_sculpture(bundle, FIRST)


def raw(bundle: Bundle, name: str) -> np.ndarray:
    return np.asarray(bundle.load(bundle.sculpture(FIRST).tensors[name]))


def test_the_spine_is_x_and_up_stays_up(bundle: Bundle, drawn: Drawn) -> None:
    x, y, z = raw(bundle, "positions").T
    np.testing.assert_allclose(drawn.units[:, 1:], SCALE * np.stack([y, x], axis=1), rtol=1e-6)
    np.testing.assert_allclose(drawn.units[:, 0], z * np.ptp(drawn.units[:, 0]) / np.ptp(z), rtol=1e-5, atol=1e-5)
    planes = [drawn.units[start:end, 0] for start, end in ((0, 4), (4, 9), (9, 12))]
    assert all(np.ptp(plane) == 0 for plane in planes)
    assert planes[0][0] < planes[1][0] < planes[2][0]


def test_paths_go_from_unit_to_unit(drawn: Drawn) -> None:
    assert drawn.paths.shape == (4 * 5 + 5 * 3, PATH_POINTS, 3)
    np.testing.assert_allclose(drawn.paths[:, 0], drawn.units[drawn.edges[:, 0]], atol=1e-5)
    np.testing.assert_allclose(drawn.paths[:, -1], drawn.units[drawn.edges[:, 1]], atol=1e-5)


def test_units_of_a_step_are_where_its_edges_end(drawn: Drawn) -> None:
    for step in (0, 3, drawn.last_step):
        units = drawn.units_at(step)
        np.testing.assert_allclose(drawn.steps[step, :, 0], units[drawn.edges[:, 0]], atol=0.02)
        np.testing.assert_allclose(drawn.steps[step, :, -1], units[drawn.edges[:, 1]], atol=0.02)
    np.testing.assert_allclose(drawn.units_at(0), drawn.placed, atol=0.02)  # half floats
    np.testing.assert_allclose(drawn.units_at(2.5), (drawn.units_at(2) + drawn.units_at(3)) / 2, atol=1e-5)
    np.testing.assert_array_equal(drawn.units_at(None), drawn.units)


def test_units_without_an_edge_in_the_history_go_straight(tmp_path: Path, bundle: Bundle) -> None:
    arrays = made_arrays([4, 5, 3], 3, kept=1)
    with BundleWriter.append(bundle.path) as writer:
        refs = writer.write("derived/other.npz", arrays)
        layers = [(layer.name, layer.units) for layer in bundle.sculpture(FIRST).layers]
        entry = made_entry("other", "002", layers, refs)
        writer.commit(structs.replace(bundle.manifest, sculptures=(*bundle.manifest.sculptures, entry)))
    drawn = read_sculpture(read_bundle(bundle.path), "other")
    alone = np.setdiff1d(np.arange(12), drawn.edges[0])
    half = drawn.units_at(drawn.last_step / 2)
    np.testing.assert_allclose(half[alone], ((drawn.placed + drawn.units) / 2)[alone], atol=1e-4)


def test_the_outline_holds_everything(drawn: Drawn) -> None:
    outline = drawn.outline()
    every = np.concatenate([drawn.placed, drawn.units, drawn.paths.reshape(-1, 3), drawn.steps[0].reshape(-1, 3)])
    assert (every.min(axis=0) >= outline.min(axis=0)).all()
    assert (every.max(axis=0) <= outline.max(axis=0)).all()
    assert drawn.steps.shape[2] == POINTS


def test_how_many_are_drawn_and_what_they_carry(drawn: Drawn) -> None:
    assert [drawn.drawn_edges(asked) for asked in (None, "all", 7, 0, 99)] == [35, 35, 7, 0, 35]
    assert drawn.share(35) == pytest.approx(1)
    assert drawn.share(0) == 0
    sizes = drawn.strength[:, None] * np.sqrt(drawn.importance[drawn.edges[:, 0]] * drawn.importance[drawn.edges[:, 1]])
    assert drawn.share(7) == pytest.approx(sizes[:7].sum() / sizes.sum(), rel=1e-5)


def test_what_does_not_hold_together_is_told(bundle: Bundle) -> None:
    arrays = made_arrays([4, 5, 3], 3)
    arrays["edges"][0, 1] = 12
    with BundleWriter.append(bundle.path) as writer:
        refs = writer.write("derived/broken.npz", arrays)
        layers = [(layer.name, layer.units) for layer in bundle.sculpture(FIRST).layers]
        entry = made_entry("broken", "002", layers, refs)
        writer.commit(structs.replace(bundle.manifest, sculptures=(*bundle.manifest.sculptures, entry)))
    again = read_bundle(bundle.path)
    with pytest.raises(BundleError, match="'edges' name units that are not there"):
        read_sculpture(again, "broken")
    with pytest.raises(BundleError, match="no such sculpture"):
        read_sculpture(again, "nothing")
