"""Times of works that take turns, on a machine that may do other things too."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

Work = Callable[[], Any]


def in_turns(works: Mapping[str, Work], rounds: int) -> tuple[dict[str, float], dict[str, float], dict[str, Any]]:
    """The median time of each work, its median processor time, and what it came to.

    They take turns, so that what else the machine does meets all alike; the first turn does not count. The processor's
    time is what is held to: waiting for other programs is no part of it.
    """
    results = {name: work() for name, work in works.items()}  # also compiles them
    walls: dict[str, list[float]] = {name: [] for name in works}
    processors: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            wall, processor = time.perf_counter(), time.process_time()
            work()
            walls[name].append(time.perf_counter() - wall)
            processors[name].append(time.process_time() - processor)
    medians = [{name: statistics.median(taken) for name, taken in each.items()} for each in (walls, processors)]
    return medians[0], medians[1], results
