"""When the scene of filters shows what: the whole net, then layer after layer, and the whole net again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from scenes.easing import cubic_in_out
from scenes.timeline import Marker

STAND_SECS, GO_SECS, OUT_SECS, BACK_SECS, GAP_SECS, SAY_SECS = 1.4, 0.9, 1.3, 0.8, 0.2, 0.25
HOLD_SECS, SHORTEST_HOLD_SECS, ALL_HOLDS_SECS = 3.2, 1.6, 16.0
STAGGER = 0.45


@dataclass(frozen=True, slots=True)
class Moment:
    """What is where at a time. In 0..1: how far the net has gone into its strip, how far the tiles have come out of
    their plate, and how much there is of the words. `chapter` is which layer's tiles they are (`None`: none).
    """

    away: float
    chapter: int | None
    out: float
    said: float


@dataclass(frozen=True)
class Journey:
    """The way through layers of these names."""

    names: tuple[str, ...]

    @property
    def hold_secs(self) -> float:
        """How long the tiles of each layer stand still."""
        return min(HOLD_SECS, max(ALL_HOLDS_SECS / len(self.names), SHORTEST_HOLD_SECS))

    @property
    def _chapter_secs(self) -> float:
        return OUT_SECS + self.hold_secs + BACK_SECS + GAP_SECS

    @cached_property
    def starts_secs(self) -> tuple[float, ...]:
        """When the tiles of each layer begin to come out."""
        return tuple(STAND_SECS + GO_SECS + self._chapter_secs * number for number in range(len(self.names)))

    @property
    def _return_secs(self) -> float:
        return STAND_SECS + GO_SECS + self._chapter_secs * len(self.names)

    @property
    def duration_secs(self) -> float:
        """How long it takes."""
        return self._return_secs + GO_SECS + STAND_SECS / 2

    @property
    def stops_secs(self) -> tuple[float, ...]:
        """When the tiles of each layer have come out."""
        return tuple(at + OUT_SECS for at in self.starts_secs)

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The named moments: when the tiles of each layer stand there."""
        pairs = zip(self.stops_secs, self.names, strict=True)
        return Marker(0.0, "network"), *(Marker(at, name) for at, name in pairs)

    def at(self, t_secs: float) -> Moment:
        """The moment of a time."""
        going = cubic_in_out((t_secs - STAND_SECS) / GO_SECS) - cubic_in_out((t_secs - self._return_secs) / GO_SECS)
        for number, start in enumerate(self.starts_secs):
            back = start + OUT_SECS + self.hold_secs
            if start < t_secs < back + BACK_SECS:
                out = min((t_secs - start) / OUT_SECS, 1.0) if t_secs < back else 1.0 - (t_secs - back) / BACK_SECS
                said = min((t_secs - start) / SAY_SECS, (back + BACK_SECS - t_secs) / SAY_SECS, 1.0)
                return Moment(going, number, out, said)
        return Moment(going, None, 0.0, max(1.0 - 2.0 * going, 0.0))
