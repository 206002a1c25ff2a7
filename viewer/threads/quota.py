"""How many edges each link of a net gets, and in which order they come: fair to small layers beside large ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def quotas(pairs: Sequence[int], budget: int) -> tuple[int, ...]:
    """How many of its `pairs` each link draws of a `budget` for all.

    Links share by the root of their size: twice as many into a layer four times as large, and what a small one cannot
    use goes to the others. They add up to `budget`, or to all pairs where there are no more.

    >>> quotas((63504, 3969, 490), 5000)
    (3738, 934, 328)
    >>> quotas((10, 1000), 1000)
    (10, 990)
    """
    sizes = np.asarray(pairs, np.int64)
    if sizes.sum() <= budget:
        return tuple(sizes.tolist())
    # The edge that is number `rank` of its link comes at rank / root: those below one level are taken.
    low, high = 0.0, float(np.sqrt(sizes).max(initial=0.0))
    for _ in range(60):
        level = (low + high) / 2
        low, high = (level, high) if _below(sizes, level).sum() <= budget else (low, level)
    taken = _below(sizes, low)
    left = np.argsort(_position(taken, sizes), kind="stable")
    for link in left[taken[left] < sizes[left]][: budget - int(taken.sum())]:
        taken[link] += 1
    return tuple(taken.tolist())


def fair_order(drawn: Sequence[int], pairs: Sequence[int]) -> NDArray[np.int64]:
    """In which order edges come that lie link after link, the strongest first in each: whatever number of them is
    taken from the front, each link has its quota of it.
    """
    parts = [_position(np.arange(count), np.full(count, size)) for count, size in zip(drawn, pairs, strict=True)]
    return np.argsort(np.concatenate([np.zeros(0), *parts]), kind="stable")


def _below(sizes: NDArray[np.int64], level: float) -> NDArray[np.int64]:
    return np.minimum(sizes, np.floor(level * np.sqrt(sizes) + 0.5).astype(np.int64))


def _position(rank: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    position: NDArray[np.float64] = (rank + 0.5) / np.sqrt(np.maximum(sizes, 1))
    return position
