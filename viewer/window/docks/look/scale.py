"""What the marks of the look dock's sliders mean. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    EdgeCount = int | Literal["all"]

STEPS = 400
FEWEST = 10


def edge_count_at(step: int, total: int) -> EdgeCount:
    """How many edges a mark of the slider stands for: none at 0, all at 400, between on a log scale from 10 on.

    >>> [edge_count_at(step, 100_000) for step in (0, 1, 200, 400)]
    [0, 10, 990, 'all']
    """
    if step <= 0:
        return 0
    if step >= STEPS:
        return "all"
    most = max(total, FEWEST + 1)
    part = (step - 1) / (STEPS - 1)
    count = FEWEST * (most / FEWEST) ** part
    rounded = round(count, -max(len(str(int(count))) - 2, 0))
    return min(int(rounded), most)


def step_of(count: EdgeCount, total: int) -> int:
    """The mark of the slider that stands for so many edges, the nearest."""
    if count == "all" or count >= total > 0:
        return STEPS
    return 0 if count <= 0 else min(range(1, STEPS), key=lambda step: abs(_size(step, total) - count))


def _size(step: int, total: int) -> int:
    count = edge_count_at(step, total)
    return total if count == "all" else count
