"""When a step scene is where."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.steps.walk import STEP_SECS, Walk

WALKS = st.builds(
    lambda stages, cells, part: Walk(stages, cells, int(part * (cells - 1))),
    st.integers(1, 6), st.integers(1, 5000), st.floats(0, 1),
)  # fmt: skip


def times(walk: Walk, fps: float = 25.0) -> list[float]:
    return [number / fps for number in range(int(walk.duration_secs * fps))] + [walk.duration_secs]


@given(WALKS)
def test_cells_come_in_reading_order_and_none_is_there_before_its_working(walk: Walk) -> None:
    """The output only ever fills, and what is filled is what was worked at."""
    moments = [walk.at(t) for t in times(walk)]
    for one, two in pairwise(moments):
        assert one.cell <= two.cell
        assert one.filled <= two.filled
    for moment in moments:
        assert 0 <= moment.cell < walk.cells
        assert 0 <= moment.stage <= walk.stages
        is_last = moment.away < 1 and moment.filled == walk.cells
        assert moment.filled in (moment.cell, moment.cell + 1) or is_last


@given(WALKS)
def test_it_begins_and_ends_at_the_whole_net_and_fills_the_output(walk: Walk) -> None:
    """So that a recording loops."""
    assert walk.at(0.0).away == walk.at(walk.duration_secs).away == 0
    assert walk.at(walk.duration_secs).filled == walk.cells


@given(WALKS)
def test_it_stands_still_after_each_stage_of_the_chosen_cell(walk: Walk) -> None:
    """A stop a stage, 200 ms before each, nothing moving at it."""
    stops = [walk.at(stop) for stop in walk.stops_secs]
    assert [stop.stage for stop in stops if stop.cell == walk.chosen][: walk.stages] == [*range(1, walk.stages + 1)]
    assert list(walk.stops_secs) == sorted(walk.stops_secs)
    for stop in walk.stops_secs:
        assert walk.at(stop) == walk.at(stop + 0.05)
    first = walk.stops_secs[0]
    assert walk.at(first - STEP_SECS).stage == pytest.approx(0, abs=1e-6)


def test_between_quick_cells_nothing_is_worked_at() -> None:
    """On the way it says so, and says it no more when it has arrived."""
    walk = Walk(3, 1000, 500)
    quick = [t for t in times(walk) if walk.at(t).is_quick]
    assert quick
    assert all(walk.at(t).stage == 3 for t in quick)
    assert not any(walk.at(stop).is_quick for stop in walk.stops_secs)
