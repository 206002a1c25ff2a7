"""When what happens in the scene `transfer`: the same for every bundle, so that two beside each other keep time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scenes.easing import linear
from scenes.timeline import Key, Marker, Track

GROWTH_AT, GROWN_AT, NOISE_AT, VERDICT_AT, BACK_AT, END_AT = 1.4, 4.2, 5.0, 5.8, 10.0, 10.8
FADE_SECS = 0.4
MOST_BLENDED = 4
"""So many kept steps are too few to be seen as growth: what is between is blended instead."""
MARKERS = (
    Marker(0.0, "clean"),
    Marker(GROWN_AT, "attacked"),
    Marker(NOISE_AT + FADE_SECS, "noise"),
    Marker(VERDICT_AT, "verdict"),
)

Phase = Literal["clean", "way", "verdict"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is shown: the values between the clean input and the kept step number `step` (0: the clean input), `blend`
    of the way; `part` of the perturbation has come. `attacked` and `noise` are how clearly their rows are there. All
    in 0..1.
    """

    step: int
    blend: float
    part: float
    attacked: float
    noise: float
    phase: Phase

    @property
    def answered(self) -> int:
        """The last step to which an answer is known: of a blend that is on its way, the clean input."""
        return self.step if self.blend == 1.0 else 0


@dataclass(frozen=True, slots=True)
class Growth:
    """How a perturbation of so many kept steps comes and goes."""

    last: int

    @property
    def is_blended(self) -> bool:
        """Whether the steps are so few that the way to the last one is blended."""
        return self.last <= MOST_BLENDED

    def at(self, t_secs: float) -> Moment:
        """What is shown at a time in 0 to `END_AT`."""
        part = _PART.at(t_secs)
        step, blend = (self.last, part) if self.is_blended else (round(part * self.last), 1.0)
        row = _fade(GROWN_AT if self.is_blended else GROWTH_AT).at(t_secs)
        return Moment(step, blend, part, row, _fade(NOISE_AT).at(t_secs), _phase(t_secs))


_PART: Track[float] = Track(
    (Key(0.0, 0.0), Key(GROWTH_AT, 1.0, GROWN_AT - GROWTH_AT, linear), Key(BACK_AT, 0.0, END_AT - BACK_AT))
)


def _fade(at_secs: float) -> Track[float]:
    return Track((Key(0.0, 0.0), Key(at_secs, 1.0, FADE_SECS), Key(BACK_AT, 0.0, FADE_SECS)))


def _phase(t_secs: float) -> Phase:
    if t_secs < GROWTH_AT or t_secs >= BACK_AT:
        return "clean"
    return "verdict" if t_secs >= VERDICT_AT else "way"
