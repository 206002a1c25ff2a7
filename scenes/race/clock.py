"""The clock of a race: how many steps every lane has made at each time. Long races speed up, and say so. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scenes.easing import linear
from scenes.timeline import Key, Track

START_SECS, STEP_SECS, LONGEST_SECS, END_SECS, BACK_SECS = 2.2, 0.4, 8.0, 5.0, 0.8
MOST_EVEN = 16
"""Steps up to which each takes as long as the other."""
HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock for all lanes, from 0 to `last` steps: even for short races; a longer one goes by the logarithm of the
    step, so that the first ten steps take about as long as the next hundred.
    """

    last: int

    @property
    def is_even(self) -> bool:
        """Whether every step takes as long."""
        return self.last <= MOST_EVEN

    @property
    def race_secs(self) -> float:
        """How long it takes from the start to the last step."""
        return min(STEP_SECS * self.last + 0.4, LONGEST_SECS) if self.is_even else LONGEST_SECS

    @property
    def over_secs(self) -> float:
        """When the last step is made."""
        return START_SECS + self.race_secs

    @property
    def duration_secs(self) -> float:
        """With the pause after the race, and the way back."""
        return self.over_secs + END_SECS + BACK_SECS

    def place_of(self, step: float) -> float:
        """Where a step lies on the clock, in 0..1.

        >>> Clock(10).place_of(5), round(Clock(99).place_of(9), 3)
        (0.5, 0.5)
        """
        return step / self.last if self.is_even else math.log1p(step) / math.log1p(self.last)

    def step_at(self, place: float) -> int:
        """How many steps are made at a place of the clock: the inverse, rounded down.

        >>> [Clock(99).step_at(Clock(99).place_of(step)) for step in (0, 1, 9, 99)]
        [0, 1, 9, 99]
        """
        steps = place * self.last if self.is_even else math.expm1(place * math.log1p(self.last))
        return min(math.floor(steps * (1 + HAIR) + HAIR), self.last)

    def track(self) -> Track[float]:
        """The place on the clock at each time of the scene: forwards at one speed, a pause, and quickly back."""
        race = Key(START_SECS, 1.0, self.race_secs, linear)
        return Track((Key(0.0, 0.0), race, Key(self.over_secs + END_SECS, 0.0, BACK_SECS)))

    def secs_of(self, step: float) -> float:
        """When a step is made."""
        return START_SECS + self.place_of(step) * self.race_secs

    def ticks(self) -> tuple[int, ...]:
        """Steps to write on the clock: its ends, and powers of ten between them that are not too near.

        >>> Clock(5).ticks(), Clock(177).ticks(), Clock(400).ticks()
        ((0, 5), (0, 1, 10, 177), (0, 1, 10, 100, 400))
        """
        powers = [10**k for k in range(10) if 10**k < self.last] if not self.is_even else []
        inside = [step for step in powers if self.place_of(step) < 0.86]
        return (0, *inside, self.last)
