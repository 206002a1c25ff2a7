"""When the scene of embeddings shows what: moves between layouts, each with a pause after it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from scenes.easing import clamped
from scenes.timeline import Marker

if TYPE_CHECKING:
    from viewer.cloud import ColourBy

LONGEST_SECS = 29.0
FLY_SECS, STEP_SECS, RECOLOUR_SECS, GROW_SECS, LOOK_SECS = 1.3, 0.9, 0.6, 2.8, 0.7
WALL_SECS, HOLD_SECS, SHORT_SECS, LONG_SECS = 1.2, 1.2, 0.8, 1.8


@dataclass(frozen=True)
class Beat:
    """A move, and a pause in which what it has led to can be looked at.

    `station` is the number of the layout it leads to (`None`: the grid), as is `start` the one it comes from. Pairs are
    what is at its start and at its end: colours, how far the track has come, how much of its strength what is not the
    track has lost.
    """

    name: str
    start: int | None
    station: int | None
    move_secs: float
    hold_secs: float
    colours: tuple[ColourBy, ColourBy] = ("class", "class")
    shown: tuple[float, float] = (0.0, 0.0)
    dim: tuple[float, float] = (0.0, 0.0)
    has_track: bool = False


@dataclass(frozen=True)
class Moment:
    """A beat, its number, and how far its move has come: it runs evenly from 0 to 1."""

    number: int
    beat: Beat
    share: float


@dataclass(frozen=True)
class Journey:
    """Beats one after the other, the last leading to where the first begins; long ones are quicker."""

    beats: tuple[Beat, ...]

    @property
    def pace(self) -> float:
        """What all times are multiplied by, so that it is no longer than `LONGEST_SECS`."""
        whole = sum(beat.move_secs + beat.hold_secs for beat in self.beats)
        return min(1.0, LONGEST_SECS / whole)

    @cached_property
    def starts_secs(self) -> tuple[float, ...]:
        """When each beat begins; one more: when all is over."""
        spans = ((beat.move_secs + beat.hold_secs) * self.pace for beat in self.beats)
        return tuple(accumulate(spans, initial=0.0))

    @property
    def duration_secs(self) -> float:
        """How long it takes."""
        return self.starts_secs[-1]

    @property
    def stops_secs(self) -> tuple[float, ...]:
        """When each move is over."""
        pairs = zip(self.starts_secs, self.beats, strict=False)
        return tuple(at + beat.move_secs * self.pace for at, beat in pairs)

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The named moments, when what a beat leads to is there."""
        pairs = zip(self.stops_secs, self.beats, strict=True)
        return tuple(Marker(at, beat.name) for at, beat in pairs if beat.name)

    def at(self, t_secs: float) -> Moment:
        """The moment of a time."""
        number = max(at for at in range(len(self.beats)) if self.starts_secs[at] <= t_secs or at == 0)
        beat = self.beats[number]
        move_secs = beat.move_secs * self.pace
        share = clamped((t_secs - self.starts_secs[number]) / move_secs) if move_secs > 0 else 1.0
        return Moment(number, beat, share)
