"""When an image emerges: its kept steps, light through the net, a rest, and back to the beginning. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from scenes.easing import cubic_in_out

START_SECS, SETTLE_SECS, HOLD_SECS, FADE_SECS = 0.7, 0.4, 2.2, 0.8
STEP_SECS, LONGEST_SECS, SHORTEST_SECS = 0.34, 4.2, 1.2
REWIND_SECS, HOP_SECS, LONGEST_LIGHT_SECS = 0.4, 0.2, 1.6


@dataclass(frozen=True, slots=True)
class Clock:
    """When what happens, in seconds, of `images` images: all are there at `grown`, light goes from `light` to `through`
    (the same where there is none), and from `fade` on it goes back.
    """

    images: int
    grown: float
    light: float
    through: float
    fade: float

    @property
    def over(self) -> float:
        """When it begins anew."""
        return self.fade + FADE_SECS

    def at(self, t_secs: float) -> float:
        """How far the images have come: the number of one, and parts of the way to the next."""
        share = min(max((t_secs - START_SECS) / (self.grown - START_SECS), 0.0), 1.0)
        return share * (self.images - 1)

    def back(self, t_secs: float) -> float:
        """How far it has gone back, 0 to 1."""
        return cubic_in_out((t_secs - self.fade) / FADE_SECS)


def clock_of(images: int, stations: int, *, is_lit: bool) -> Clock:
    """The times of so many images in a net with so many stations."""
    grown = START_SECS + min(max(STEP_SECS * (images - 1), SHORTEST_SECS), LONGEST_SECS)
    light = grown + SETTLE_SECS
    through = light + REWIND_SECS + min(HOP_SECS * stations, LONGEST_LIGHT_SECS) if is_lit else light
    return Clock(images, grown, light, through, through + HOLD_SECS)
