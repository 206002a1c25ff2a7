"""Where the playing is: a value that gives the scene's time for every reading of a clock. Pure.

The time shown depends on the clock alone, so frames that are left out never change the speed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

FRAME_SECS = 1 / 25


@dataclass(frozen=True, slots=True)
class Playhead:
    """At `at_secs` of a scene that lasts `duration_secs`; playing since the clock read `since_secs` (`None`: at rest).

    `is_seamless`: the end of the scene shows its start, so the last picture is one frame before it. `repeats`: at the
    end playing begins anew, otherwise it stops there. With `until_secs` it plays to there and rests.
    """

    duration_secs: float
    at_secs: float = 0.0
    since_secs: float | None = None
    is_seamless: bool = True
    repeats: bool = True
    until_secs: float | None = None

    @property
    def is_playing(self) -> bool:
        """Whether time goes on."""
        return self.since_secs is not None

    @property
    def last_secs(self) -> float:
        """The time of the last picture."""
        return max(self.duration_secs - FRAME_SECS, 0.0) if self.is_seamless else self.duration_secs

    def time(self, clock_secs: float) -> float:
        """The scene's time when the clock reads `clock_secs`, 0 to `duration_secs`."""
        if self.since_secs is None:
            return self.at_secs
        t_secs = self.at_secs + max(clock_secs - self.since_secs, 0.0)
        if self.until_secs is not None:
            return min(t_secs, self.until_secs)
        return t_secs % self.duration_secs if self.repeats else min(t_secs, self.last_secs)

    def is_over(self, clock_secs: float) -> bool:
        """Whether playing has come to an end that it will not go beyond."""
        if self.until_secs is not None:
            return self.is_playing and self.time(clock_secs) >= self.until_secs
        return self.is_playing and not self.repeats and self.time(clock_secs) >= self.last_secs

    def played(self, clock_secs: float, until_secs: float | None = None) -> Playhead:
        """Playing from here on, to the end or to `until_secs`, a later time of the scene; from the start where it
        stands at the end.
        """
        at_secs = self.time(clock_secs)
        at_end = not self.repeats and at_secs >= self.last_secs
        return replace(self, at_secs=0.0 if at_end else at_secs, since_secs=clock_secs, until_secs=until_secs)

    def paused(self, clock_secs: float) -> Playhead:
        """At rest where it is."""
        return replace(self, at_secs=self.time(clock_secs), since_secs=None, until_secs=None)

    def moved(self, to_secs: float, clock_secs: float) -> Playhead:
        """At `to_secs`, limited to the scene; goes on playing where it played."""
        at_secs = min(max(to_secs, 0.0), self.last_secs)
        return replace(self, at_secs=at_secs, since_secs=clock_secs if self.is_playing else None, until_secs=None)

    def stepped(self, frames: int, clock_secs: float) -> Playhead:
        """At rest, on the grid of frames, so many of them further."""
        here = round(self.time(clock_secs) / FRAME_SECS)
        return self.paused(clock_secs).moved((here + frames) * FRAME_SECS, clock_secs)

    def repeating(self, repeats: bool, clock_secs: float) -> Playhead:
        """The same, beginning anew at the end or not."""
        since_secs = clock_secs if self.is_playing else None
        return replace(self, at_secs=self.time(clock_secs), since_secs=since_secs, repeats=repeats)

    def lasting(self, duration_secs: float, is_seamless: bool, clock_secs: float) -> Playhead:
        """At the same part of a scene of another length."""
        part = self.time(clock_secs) / self.duration_secs
        resized = replace(self, duration_secs=duration_secs, is_seamless=is_seamless)
        return resized.moved(part * duration_secs, clock_secs)


def clock_text(t_secs: float, duration_secs: float) -> str:
    """Time and length for a label, in tenths of a second.

    >>> clock_text(3.14, 12.0), clock_text(75.0, 75.0)
    ('3.1 / 12.0 s', '75.0 / 75.0 s')
    """
    return f"{t_secs:.1f} / {duration_secs:.1f} s"
