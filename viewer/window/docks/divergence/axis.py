"""The axis of relative changes: logarithmic, so that a layer that doubles the change is a step of one height. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LOWEST, USUAL_TOP = 1e-4, 1.0
ROOM = 1.25
MARKS = tuple(digit * 10.0**power for power in range(-4, 4) for digit in (1, 3))


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, both over 0. What is below stands at the foot, what is beyond (or infinite) at the top."""

    low: float = 0.01
    high: float = USUAL_TOP

    def height_of(self, change: float) -> float:
        """How high a change stands, 0 to 1."""
        if change <= self.low:
            return 0.0
        if change >= self.high:
            return 1.0
        return math.log(change / self.low) / math.log(self.high / self.low)

    def marks(self) -> tuple[float, ...]:
        """Round changes for lines across, the tens and where there are less than two of them the threes too."""
        inside = [mark for mark in MARKS if self.low * 1.05 <= mark <= self.high * 0.95]
        tens = tuple(mark for mark in inside if f"{mark:.0e}".startswith("1"))
        return tens if len(tens) > 1 else tuple(inside)


def axis_over(changes: Iterable[float]) -> Axis:
    """The axis that shows all of these changes with some room; what is 0 or infinite has no say."""
    known = [change for change in changes if LOWEST <= change < math.inf]
    if not known:
        return Axis()
    return Axis(min(known) / ROOM, max(known) * ROOM)


def percent(change: float) -> str:
    """A change in percent, two digits.

    >>> percent(0.0683), percent(0.7664), percent(2.5), percent(0.0), percent(float("inf")), percent(0.0011)
    ('6.8 %', '77 %', '250 %', '0 %', '∞', '0.11 %')
    """
    if math.isinf(change):
        return "∞"
    size = change * 100
    if size >= 9.95 or size == 0:
        return f"{size:.0f} %"
    return f"{size:.1f} %" if size >= 0.995 else f"{size:.2g} %"
