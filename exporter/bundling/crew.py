"""Work cut into parts that do not depend on how many threads there are, and the threads that do them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTS = 4
"""Work is cut into so many parts whatever the number of cores, so that sums are added up in one order."""
SMALL = 4000
"""Fewer points than this are one part: handing them out would take longer than doing them."""


class Crew:
    """Threads that share a kernel's work; `threads` 0 means one a core that this process may use."""

    def __init__(self, threads: int = 0) -> None:
        self._pool = ThreadPoolExecutor(threads or cores())

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown()

    def share(self, kernel: Callable[..., None], calls: list[tuple[Any, ...]]) -> None:
        """Make all calls of a kernel, as many at once as there are threads, and come back when all are done."""
        if len(calls) == 1:
            kernel(*calls[0])
        else:
            list(self._pool.map(lambda call: kernel(*call), calls))


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cuts(starts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Edges from and to (excluded), each piece with about as many points; no piece is empty unless there is no edge."""
    points = int(starts[-1])
    if points < SMALL:
        return [(0, len(starts) - 1)]
    bounds = np.unique(np.searchsorted(starts, np.linspace(0, points, PARTS + 1)))
    bounds[-1] = len(starts) - 1
    bounds[0] = 0
    return list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)) or [(0, len(starts) - 1)]


def even_cuts(many: int, least: int) -> list[tuple[int, int]]:
    """0 to `many` in up to `PARTS` ranges of at least `least`."""
    parts = max(1, min(PARTS, many // least))
    bounds = [many * part // parts for part in range(parts + 1)]
    return list(itertools.pairwise(bounds))
