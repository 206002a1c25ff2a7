"""The normalisation scene shows a chain of steps from the stored value before to the stored one after."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from paper_bundle import PaperBundle
from pointwise import WIDE, Array, Cell, built, parts_of, pointed_states
from step_states import grids_of
from taught_bundle import taught_bundle

from exporter.bundle.errors import KerascopeError
from scenes.options import SceneOptions
from viewer.state import ViewState


def statistics(layer: str, x: Array, weights: Callable[[str], Array], index: Cell) -> dict[str, float]:
    """What the chain of a layer should hold, by the definition of its class."""
    group = {
        "over_channels": x[index[:-1]], "over_all": x, "root": x[index[:-1]], "length": x[index[:-1]],
        "grouped": x[..., index[-1] // 2 * 2 : index[-1] // 2 * 2 + 2], "batch": x, "norm": x,
    }[layer]  # fmt: skip
    if layer in ("batch", "norm"):
        return {
            "mean": weights("moving_mean")[index[-1]],
            "spread": math.sqrt(weights("moving_variance")[index[-1]] + 1e-3),
        }
    if layer == "root":
        return {"root": math.sqrt(np.square(group).mean() + 1e-7)}
    if layer == "length":
        return {"root": math.sqrt(np.square(group).sum())}
    return {"mean": group.mean(), "spread": math.sqrt(group.var() + 1e-3)}


def chained(state: ViewState, x: float, after: float, known: dict[str, float]) -> None:
    """Every link follows from the one before it, and the last is what was stored."""
    tables = {name: float(grid.values[0][0] or 0.0) for name, grid in grids_of(state).items()}
    assert tables["x"] == pytest.approx(x)
    value = tables["x"]
    for key in ("mean", "spread", "root", "gamma", "beta"):
        if key in tables:
            operand = tables[key]
            by = {"mean": value - operand, "gamma": value * operand, "beta": value + operand}
            value = by.get(key, value / operand if operand else math.nan)
            assert tables[f"after {key}"] == pytest.approx(value, rel=1e-9)
            assert key not in known or operand == pytest.approx(known[key], rel=1e-5)
    assert set(known) <= set(tables)
    assert value == pytest.approx(after, abs=2e-4)


@pytest.mark.tf
@pytest.mark.parametrize("layer", ["batch", "over_channels", "over_all", "grouped", "root", "length"])
def test_normalisations_step_by_step(mixed: PaperBundle, layer: str) -> None:
    """By the definition of each, for each cell that is pointed at."""
    x, after, case = parts_of(mixed, layer)
    timeline = built(mixed, "normalisation", SceneOptions(WIDE, layer=layer, channel=3, at=(4, 3)))
    for state in pointed_states(timeline, (9, 7)):
        assert state.about is not None
        index = (*state.about, 3)
        chained(state, x[index], after[index], statistics(layer, x, case.node.load, index))


def test_a_batch_normalisation_comes_link_by_link() -> None:
    """On the way each stop has one link more, and all that is there is right."""
    bundle = taught_bundle()
    x, after, case = parts_of(bundle, "norm")
    timeline = built(bundle, "normalisation", SceneOptions(WIDE, channel=2, at=(4, 1)))
    stops = [state for at in timeline.stops_secs if (state := timeline.state_at(at)).about == (4, 1)]
    assert [len(grids_of(state)) for state in stops] == [1, 3, 5, 7, 9]
    chained(stops[-1], x[4, 1, 2], after[4, 1, 2], statistics("norm", x, case.node.load, (4, 1, 2)))


def test_what_was_stored_otherwise_is_refused() -> None:
    """A bundle whose values are not what its weights make of them: nothing is told of it."""
    bundle = taught_bundle()
    arrays = {**bundle.arrays, "norm": bundle.arrays["norm"] + np.float32(0.5)}
    bent = PaperBundle(bundle.manifest, arrays, bundle.fill)
    with pytest.raises(KerascopeError, match="it was stored as"):
        built(bent, "normalisation", SceneOptions(WIDE))
