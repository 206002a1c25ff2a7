"""The flatten scene writes out indices that are right, and shows the values that stand there."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from paper_bundle import PaperBundle
from pointwise import WIDE, Cell, built, parts_of, pointed_states, words_of
from step_states import grids_of, states_of, wrong

from exporter.bundle import Bundle
from scenes.options import SceneOptions


@pytest.mark.tf
@pytest.mark.parametrize(("layer", "at"), [("flat", (3, 2)), ("flat_line", (11,))])
def test_each_value_goes_where_its_index_says(mixed: PaperBundle, layer: str, at: Cell) -> None:
    """The arithmetic that is written out is right, and there the vector holds the value."""
    x, after, _ = parts_of(mixed, layer)
    timeline = built(mixed, "flatten", SceneOptions(WIDE, layer=layer, at=at, channel=1))
    formulas = set()
    for state in states_of(timeline, 8.0):
        tables = grids_of(state)
        if state.about is None or "strip" not in tables:
            continue
        assert wrong(state, {"strip": x[state.about], "flying": x[state.about]}) == []
        for sum_, index in re.findall(r"^(\S* ?[(\d][^=\n]*) = ([\d,]+)$", words_of(state), re.MULTILINE):
            place = int(index.replace(",", ""))
            numbers = list(map(int, re.findall(r"\d+", sum_)))
            assert place == int(np.ravel_multi_index((*state.about, 1), x.shape)) == _worked_out(numbers)
            assert after[place] == x[(*state.about, 1)]
            formulas.add(place)
    assert len(formulas) >= 10


def _worked_out(numbers: list[int]) -> int:
    """A chain of (a x b + c) x d + e, from its numbers."""
    value, *rest = numbers
    for size, more in zip(rest[::2], rest[1::2], strict=True):
        value = value * size + more
    return value


def test_a_place_of_the_vector_tells_of_its_channel(tiny_demo: Bundle) -> None:
    """A choice without a place of the maps, and pointing at the vector, are places of the vector."""
    x, after, _ = parts_of(tiny_demo, "flatten")
    timeline = built(tiny_demo, "flatten", SceneOptions(WIDE, channel=22))
    state = next(state for at in timeline.stops_secs if "= 22" in words_of(state := timeline.state_at(at)))
    assert state.about == (1, 2)
    loupe = next(each for each in state.loupes if each.name == "output")
    rows, columns = math.ceil(after.size / (loupe.columns or 1)), loupe.columns or 1
    for place, told in enumerate(pointed_states(timeline, (rows, columns), after.size)):
        assert told.about == np.unravel_index(place, x.shape)[:-1]
        assert any(line.endswith(f" = {place}") for line in words_of(told).splitlines())
        assert told.about_channel == place % 4
        assert f"Channel {place % 4}:" in words_of(told)
