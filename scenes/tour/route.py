"""A tour in time: which stop is shown when, and how far its own scene has come then. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from viewer.letters import is_chinese

if TYPE_CHECKING:
    from scenes.timeline import Timeline

CHOSEN = "chosen cell"
"""The marker of a walk where the cell that was chosen is come to."""
MOST_SECS = 13.0
"""About how long a stop lasts where the lesson does not say how fast it goes."""
STAND_SECS, LEAST_HOLD_SECS = 1.2, 0.8
LETTERS_PER_SEC, CHARACTERS_PER_SEC = 17.0, 6.5
"""How fast one reads: letters and digits, and characters of Chinese."""
GREETING_SECS = 1.0
HOP_SECS, LEAST_HOP_SECS, MOST_HOP_SECS = 0.4, 0.9, 2.4


@dataclass(frozen=True, slots=True)
class Pace:
    """How a stop is gone through: `own_secs` of its scene at `speed`; at `hold_at_secs` of these it stands for
    `hold_secs`.
    """

    own_secs: float
    speed: float
    hold_at_secs: float
    hold_secs: float

    @property
    def lasts_secs(self) -> float:
        """How long the stop lasts."""
        return self.own_secs / self.speed + self.hold_secs

    @property
    def held_secs(self) -> float:
        """When, from its start, the scene comes to stand."""
        return self.hold_at_secs / self.speed

    def own(self, t_secs: float) -> float:
        """The time of the scene at a time from the start of the stop."""
        if t_secs <= self.held_secs:
            return max(t_secs, 0.0) * self.speed
        return min(self.hold_at_secs + max(t_secs - self.held_secs - self.hold_secs, 0.0) * self.speed, self.own_secs)


def pace_of(timeline: Timeline | None, said: str, pause_secs: float | None, speed: float | None) -> Pace:
    """How a stop is gone through: long enough to read what is said; without a `timeline` the picture only stands.

    `pause_secs` and `speed` are as a lesson has them; without a speed a long scene goes faster.
    """
    read_secs = reading_secs(said)
    if timeline is None:
        return Pace(0.0, 1.0, 0.0, read_secs if pause_secs is None else max(pause_secs, LEAST_HOLD_SECS))
    own = timeline.duration_secs
    chosen = speed or max(own / MOST_SECS, 1.0)
    hold = max(read_secs - own / chosen, STAND_SECS) if pause_secs is None else pause_secs
    return Pace(own, chosen, held_at_secs(timeline), hold)


def held_at_secs(timeline: Timeline) -> float:
    """When a scene comes to what a stop is about: to the last step of the cell that was chosen, or to its last step."""
    chosen = [marker.at_secs for marker in timeline.markers if marker.name == CHOSEN]
    after = [marker.at_secs for marker in timeline.markers if chosen and marker.at_secs > chosen[0]]
    end_secs = min(after, default=timeline.duration_secs)
    steps = [at_secs for at_secs in timeline.stops_secs if at_secs < end_secs]
    return steps[-1] if steps else timeline.duration_secs


def reading_secs(said: str) -> float:
    """How long it takes to read a caption without haste."""
    characters = sum(map(is_chinese, said))
    return GREETING_SECS + characters / CHARACTERS_PER_SEC + (len(said) - characters) / LETTERS_PER_SEC


def hop_secs(stations: float) -> float:
    """How long the light takes for a way past so many layers; no time where it stays."""
    return 0.0 if stations == 0 else min(max(HOP_SECS * abs(stations), LEAST_HOP_SECS), MOST_HOP_SECS)


@dataclass(frozen=True)
class Route:
    """Ways of the light (`hops_secs`) and stops (`paces`) by turns; each way leads to the stop after it."""

    hops_secs: tuple[float, ...]
    paces: tuple[Pace, ...]

    @cached_property
    def _borders_secs(self) -> tuple[float, ...]:
        """When each way and each stop begins, by turns, and when the last one ends."""
        lengths = (
            each for hop, pace in zip(self.hops_secs, self.paces, strict=True) for each in (hop, pace.lasts_secs)
        )
        return tuple(accumulate(lengths, initial=0.0))

    @property
    def duration_secs(self) -> float:
        """How long the tour takes."""
        return self._borders_secs[-1]

    def starts_secs(self, number: int) -> float:
        """When a stop begins."""
        return self._borders_secs[2 * number + 1]

    def held_secs(self, number: int) -> float:
        """When the picture comes to stand at a stop; of one that only stands, when it is over."""
        pace = self.paces[number]
        if pace.own_secs == 0:
            return self._borders_secs[2 * number + 2]
        return self.starts_secs(number) + pace.held_secs

    def at(self, t_secs: float) -> tuple[int, bool, float]:
        """The stop that is shown or gone to at a time, whether it is shown, and the time from its start, or from that
        of the way there.
        """
        piece = min(bisect_right(self._borders_secs, t_secs) - 1, 2 * len(self.paces) - 1)
        return piece // 2, piece % 2 == 1, t_secs - self._borders_secs[piece]
