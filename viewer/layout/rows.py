"""Levels along the spine, broken into rows where few strands are cut. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

SLACK = 0.2
"""How much longer or shorter than its share a row may be, so that it ends where few strands cross."""


def crossings(arrows: Iterable[tuple[int, int]], level: Sequence[int], count: int) -> NDArray[np.int64]:
    """From how many plates before each level arrows lead to it or beyond, (count,); 0 for the first."""
    reach: dict[int, int] = {}
    for source, target in arrows:
        reach[source] = max(reach.get(source, 0), level[target])
    change = np.zeros(count + 1, np.int64)
    for source, last in reach.items():
        change[level[source] + 1] += 1
        change[last + 1] -= 1
    return np.cumsum(change)[:count]


def rows_of(steps: NDArray[np.float64], crossed: NDArray[np.int64], row_count: int) -> list[tuple[int, int]]:
    """Ranges of levels, a row each, about equally long: of the places near each equal share the least crossed one.

    `steps` is how far each level stands behind the one before.
    """
    total = np.cumsum(steps)
    length = total[-1] / row_count
    cuts = []
    for k in range(1, row_count):
        # A level begins a row: what is before it ends one.
        away = np.abs(total - steps / 2 - length * k) / max(length, 1e-9)
        near = np.flatnonzero(away <= SLACK)
        if len(near):
            cuts.append(int(near[np.lexsort((away[near], crossed[near]))[0]]))
        else:
            cuts.append(int(np.argmin(away)))
    bounds = sorted({0, *cuts, len(steps)})
    return [(a, b) for a, b in pairwise(bounds) if b > a]
