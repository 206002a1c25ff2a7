"""The ways of strands: straight between neighbours, and in ridges that clear everything between others. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.layout.lanes import Plan
    from viewer.layout.net import Net

    Array = NDArray[np.float64]

CLEARANCE = 0.5
TOUCH = 0.25
NEST = 0.35


def ridges_of(net: Net, plan: Plan, y: Array, heights: Array, rows: Sequence[tuple[int, int]]) -> list[float | None]:
    """Of each wire, the height over the axis at which it clears what stands between; `None` where nothing does, and
    from row to row.

    It keeps the height of one of its ends where that is free (along a lane); else it passes over, as low as it can. Of
    two that pass over the same plates the longer one runs higher.
    """
    row_of = np.repeat(np.arange(len(rows)), [last - first for first, last in rows])
    members: list[list[int]] = [[] for _ in range(plan.count)]
    for at, level in enumerate(plan.level):
        members[level].append(at)
    lows, highs = y - heights / 2 - TOUCH, y + heights / 2 + TOUCH
    used = np.full(plan.count, -np.inf)
    found: list[float | None] = [None] * len(net.wires)
    spans = [(plan.level[wire.source], plan.level[wire.target]) for wire in net.wires]
    for at in sorted(range(len(spans)), key=lambda at: (spans[at][1] - spans[at][0], at)):
        first, last = spans[at]
        between = [node for level in range(first + 1, last) for node in members[level]]
        if row_of[first] != row_of[last] or not between:
            continue
        wire = net.wires[at]
        ends = float(y[wire.source]), float(y[wire.target])
        ridge = _lowest_free(ends, lows[between], highs[between])
        if ridge not in ends:
            nested = float(used[first + 1 : last].max())
            ridge = max(ridge, nested + NEST) if nested + NEST < ridge + 8 * NEST else ridge
            used[first + 1 : last] = np.maximum(used[first + 1 : last], ridge)
        found[at] = ridge
    return found


def _lowest_free(ends: tuple[float, float], lows: Array, highs: Array) -> float:
    """The height that meets none of the spans `lows` to `highs` and is nearest to both ends: that of an end itself, or
    one over a span and not under both ends.
    """
    over = highs + CLEARANCE - TOUCH
    candidates = np.r_[ends, over[over > min(ends)]]
    free = ~((candidates[:, None] > lows) & (candidates[:, None] < highs)).any(axis=1)
    free = candidates[free]
    way = np.abs(free - ends[0]) + np.abs(free - ends[1])
    return float(free[np.argmin(way)])
