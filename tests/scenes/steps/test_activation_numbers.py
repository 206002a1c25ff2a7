"""The activation scene shows stored values before and after their function, and which are cut."""

from __future__ import annotations

import re

import numpy as np
import pytest
from paper_bundle import PaperBundle
from pointwise import WIDE, activated, built, parts_of, pointed_states, words_of
from step_states import grids_of, states_of, visited, wrong

from exporter.bundle import Bundle
from scenes.options import SceneOptions
from viewer.forward.units import work


@pytest.mark.parametrize("channel", range(4))
def test_relu_of_the_demo(tiny_demo: Bundle, channel: int) -> None:
    """On its way and pointed at: what went in, and the larger of that and 0."""
    options = SceneOptions(WIDE, layer="relu", channel=channel, at=(3, 2))
    timeline, expected = built(tiny_demo, "activation", options), activated(tiny_demo, "relu", channel)
    seen = visited(timeline, expected, 5.0)
    assert {(0, 0), (0, 1), (3, 2), (5, 5)} <= set(seen)
    for state in pointed_states(timeline, (6, 6)):
        assert state.about is not None
        assert wrong(state, expected(state.about)) == []
        tables = grids_of(state)
        assert tables["after"].values[0][0] == max(tables["before"].values[0][0] or 0.0, 0.0)
    cut = int(np.count_nonzero(parts_of(tiny_demo, "relu")[0][..., channel] < 0))
    assert not cut or f"{cut} of 36 cells become 0" in words_of(timeline.state_at(timeline.stops_secs[0]))


@pytest.mark.tf
@pytest.mark.parametrize("layer", ["fused", "leaky", "prelu"])
def test_functions_with_parameters_and_those_of_other_layers(mixed: PaperBundle, layer: str) -> None:
    """What a fused layer's function takes is not stored: it is the sum that the workings have."""
    timeline = built(mixed, "activation", SceneOptions(WIDE, layer=layer, channel=1, at=(4, 3)))
    expected = activated(mixed, layer, 1)
    for state in pointed_states(timeline, (9, 7)):
        assert state.about is not None
        around = {name: grid.values for name, grid in grids_of(state).items() if name == "around"}
        assert wrong(state, {**expected(state.about), **around}) == []
        if layer == "fused":
            values = np.array(around["around"], float)
            assert values.shape == (9, 7)
            assert values[state.about] == pytest.approx(expected(state.about)["before"], abs=1e-5)


@pytest.mark.tf
def test_the_units_of_a_vector_are_its_cells(mixed: PaperBundle) -> None:
    """They have no position: the words say which unit it is."""
    timeline, (_, after, case) = built(mixed, "activation", SceneOptions(WIDE, layer="dense")), parts_of(mixed, "dense")
    units = set()
    for state in states_of(timeline, 25.0):
        tables = grids_of(state)
        if "after" in tables:
            unit = int(re.findall(r"unit (\d+)", words_of(state))[0])
            before = work(case.node, case.inputs, (unit,)).value
            assert tables["before"].values[0][0] == pytest.approx(before, abs=1e-5)
            assert tables["after"].values[0][0] == pytest.approx(after[unit])
            units.add(unit)
    assert units == set(range(5))


def test_a_wrong_number_is_found(tiny_demo: Bundle) -> None:
    """Negative control: the tables of one cell are not those of another."""
    options = SceneOptions(WIDE, layer="relu", channel=1, at=(3, 2))
    state = built(tiny_demo, "activation", options).state_at(6.0)
    expected = activated(tiny_demo, "relu", 1)
    assert state.about is not None
    assert wrong(state, expected(state.about)) == []
    other = next(cell for cell in np.ndindex(6, 6) if expected(cell)["before"] != expected(state.about)["before"])
    assert wrong(state, expected(other)) != []
