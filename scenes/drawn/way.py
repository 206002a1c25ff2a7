"""The way that the pen goes over the sheet, in time. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from scenes.timeline import mixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.live.strokes import Stroke

Spot = tuple[float, float]

PEN_SPEED, HOP_SPEED = 0.32, 1.0
"""How fast the pen is on the sheet and over it, in sheets a second."""
SHORTEST_SECS, LONGEST_SECS = 2.5, 9.0
FIRST_SECS = 0.12
"""How long a stroke rests on its first point."""


@dataclass(frozen=True, slots=True)
class Way:
    """When the pen is where.

    Attributes
    ----------
    at_secs : when each point of all strokes is reached, in order.
    spots : where they are, x and y in 0..1 of the sheet.
    starts : the numbers of the points at which strokes begin.
    """

    at_secs: tuple[float, ...]
    spots: tuple[Spot, ...]
    starts: tuple[int, ...]

    @property
    def over_secs(self) -> float:
        """When the last point is reached."""
        return self.at_secs[-1] if self.at_secs else 0.0

    def secs_of(self, points: int) -> float:
        """When so many points are there."""
        return self.at_secs[min(points, len(self.at_secs)) - 1] if points > 0 and self.at_secs else 0.0

    def spot(self, t_secs: float) -> Spot:
        """Where the pen is: between strokes on the way to the next."""
        at = bisect_right(self.at_secs, t_secs)
        if at == 0:
            return self.spots[0]
        if at == len(self.spots):
            return self.spots[-1]
        start, end = self.at_secs[at - 1], self.at_secs[at]
        return mixed(self.spots[at - 1], self.spots[at], (t_secs - start) / max(end - start, 1e-9))

    def stroke(self, t_secs: float) -> int:
        """Which stroke is being drawn, from 0; in between the one before."""
        return max(bisect_right([self.at_secs[start] for start in self.starts], t_secs) - 1, 0)

    def is_down(self, t_secs: float) -> bool:
        """Whether the pen is on the sheet."""
        at = bisect_right(self.at_secs, t_secs)
        return 0 < at < len(self.spots) and at not in self.starts

    def trail(self, t_secs: float, back_secs: float) -> tuple[Spot, ...]:
        """Where the pen has been of late, in this stroke, up to where it is."""
        if not self.is_down(t_secs):
            return ()
        begun_secs = max(self.at_secs[self.starts[self.stroke(t_secs)]], t_secs - back_secs)
        between = [s for at, s in zip(self.at_secs, self.spots, strict=True) if begun_secs < at < t_secs]
        return (self.spot(begun_secs), *between, self.spot(t_secs))


def way_of(strokes: Sequence[Stroke], begins_secs: float = 0.0) -> Way:
    """The way of the pen: evenly along strokes, faster between them, all of it in a time that is good to watch."""
    spots = [point for stroke in strokes for point in stroke.points]
    starts, count = [], 0
    for stroke in strokes:
        starts.append(count)
        count += len(stroke.points)
    secs = [0.0]
    for number, (one, two) in enumerate(pairwise(spots), start=1):
        is_hop = number in starts
        far = hypot(two[0] - one[0], two[1] - one[1])
        secs.append(secs[-1] + far / (HOP_SPEED if is_hop else PEN_SPEED) + (FIRST_SECS if is_hop else 0.0))
    whole = secs[-1]
    pace = min(max(whole, SHORTEST_SECS), LONGEST_SECS) / whole if whole > 0 else 1.0
    at_secs = tuple(begins_secs + each * pace for each in secs) if spots else ()
    return Way(at_secs, tuple(spots), tuple(starts))
