"""What step scenes show, as numbers: the tables of a state against what they should hold, at every moment of a walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes.timeline import Timeline
from viewer.state import Grid, ViewState

Expected = Mapping[str, ArrayLike]
"""Tables by the name of their grid; NaN where a cell is not there."""

CLOSE = 2e-5
"""Of the largest number in a table: float32 sums in another order."""


def grids_of(state: ViewState) -> dict[str, Grid]:
    """The tables that can be seen, by name; no two share one."""
    seen = [grid for grid in state.grids if grid.alpha > 0]
    named = {grid.name: grid for grid in seen}
    assert len(named) == len(seen), sorted(grid.name for grid in seen)
    return named


def table_of(grid: Grid) -> NDArray[np.float64]:
    """The numbers of a grid (rows, columns); NaN for a cell that is not there."""
    return np.array([[np.nan if value is None else value for value in row] for row in grid.values], float)


def wrong(state: ViewState, expected: Expected) -> list[str]:
    """What of a state's tables is not as it should be, a line each; none where all is.

    Every table that is shown must be expected; one that is expected need not be shown yet.
    """
    problems = []
    for name, grid in grids_of(state).items():
        if name not in expected:
            problems.append(f"{name}: nobody knows what it should hold")
            continue
        found, should = table_of(grid), np.atleast_2d(np.asarray(expected[name], float))
        size = max(float(np.nanmax(np.abs(should), initial=0.0)), 1e-30)
        if found.shape != should.shape:
            problems.append(f"{name}: {found.shape}, not {should.shape}")
        elif not np.allclose(found, should, rtol=CLOSE, atol=CLOSE * size, equal_nan=True):
            problems.append(f"{name}: {found.tolist()}, not {should.tolist()}")
    return problems


def moments(timeline: Timeline, fps: float = 12.5) -> tuple[float, ...]:
    """The times of a recording's frames, and of all stops: the first frame of every pause is among them."""
    frames = np.arange(0.0, timeline.duration_secs, 1 / fps).tolist()
    return tuple(sorted({*frames, *timeline.stops_secs}))


def states_of(timeline: Timeline, fps: float = 12.5) -> Iterator[ViewState]:
    """The states at all of these times."""
    return (timeline.state_at(at_secs) for at_secs in moments(timeline, fps))


def visited(
    timeline: Timeline, expected_of: Callable[[tuple[int, ...]], Expected], fps: float = 12.5
) -> dict[tuple[int, ...], set[str]]:
    """Which tables were seen at each cell (`ViewState.about`) that the scene is about at some time; all were right.

    Parameters
    ----------
    expected_of : what the tables should hold while the scene is about a cell.
    """
    seen: dict[tuple[int, ...], set[str]] = {}
    known: dict[tuple[int, ...], Any] = {}
    for state in states_of(timeline, fps):
        if state.about is None:  # on its way to the board, or from it
            continue
        expected = known.setdefault(state.about, expected_of(state.about))
        assert wrong(state, expected) == [], state.about
        seen.setdefault(state.about, set()).update(grids_of(state))
    return seen
