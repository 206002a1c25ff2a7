"""When the scene of nearest images shows what: the net, image after image, how often either is right, the net again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from scenes.easing import clamped, cubic_in_out
from scenes.timeline import Marker

STAND_SECS, GO_SECS, SAY_SECS, GAP_SECS = 1.3, 0.8, 0.22, 0.15
COME_SECS, OUT_SECS, PAUSE_SECS, HOLD_SECS, BACK_SECS = 0.6, 0.8, 0.5, 2.2, 0.6
GROW_SECS, TOLD_SECS = 0.9, 3.2
STAGGER = 0.4


@dataclass(frozen=True, slots=True)
class Moment:
    """What is where at a time. In 0..1: how far the net has gone into its strip (`away`), the image has come (`come`),
    its nearest by features and by pixels have come out (`out`), and the bars have grown (`grown`); how much there is of
    the words (`said`), and of all pictures (`there`).

    `query` is the number of the image that is asked (`None`: none), `is_end` whether it is told how often either is
    right.
    """

    away: float
    query: int | None = None
    is_end: bool = False
    come: float = 0.0
    out: tuple[float, float] = (0.0, 0.0)
    grown: float = 0.0
    said: float = 1.0
    there: float = 0.0


@dataclass(frozen=True)
class Journey:
    """The way through images of these names; `has_end`: it is told in the end how often either is right."""

    names: tuple[str, ...]
    has_end: bool

    @property
    def _query_secs(self) -> float:
        return COME_SECS + 2 * OUT_SECS + PAUSE_SECS + HOLD_SECS + BACK_SECS + GAP_SECS

    @cached_property
    def starts_secs(self) -> tuple[float, ...]:
        """When each image begins to come."""
        return tuple(STAND_SECS + GO_SECS + self._query_secs * number for number in range(len(self.names)))

    @property
    def end_secs(self) -> float:
        """When it begins to be told how often either is right."""
        return STAND_SECS + GO_SECS + self._query_secs * len(self.names)

    @property
    def _return_secs(self) -> float:
        return self.end_secs + (GROW_SECS + TOLD_SECS + GAP_SECS) * self.has_end

    @property
    def duration_secs(self) -> float:
        """How long it takes."""
        return self._return_secs + GO_SECS + STAND_SECS / 2

    @property
    def stops_secs(self) -> tuple[float, ...]:
        """When all that is near to an image stands there, and when the bars have grown."""
        there = tuple(at + COME_SECS + 2 * OUT_SECS + PAUSE_SECS + 0.05 for at in self.starts_secs)
        return (*there, self.end_secs + SAY_SECS + GROW_SECS + 0.05) if self.has_end else there

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The named moments."""
        pairs = zip(self.stops_secs, (*self.names, "how often they are right"), strict=False)
        return Marker(0.0, "network"), *(Marker(at, name) for at, name in pairs)

    def at(self, t_secs: float) -> Moment:
        """The moment of a time."""
        away = cubic_in_out((t_secs - STAND_SECS) / GO_SECS) - cubic_in_out((t_secs - self._return_secs) / GO_SECS)
        for number, start in enumerate(self.starts_secs):
            if start < t_secs < start + self._query_secs - GAP_SECS:
                return _query(away, number, t_secs - start, self._query_secs - GAP_SECS)
        over = self._return_secs - GAP_SECS
        if self.has_end and self.end_secs < t_secs < over:
            grown = cubic_in_out((t_secs - self.end_secs - SAY_SECS) / GROW_SECS)
            return Moment(away, None, True, grown=grown, said=_said(t_secs - self.end_secs, over - self.end_secs))
        return Moment(away, said=clamped(1.0 - 2.5 * away))


def _query(away: float, number: int, gone_secs: float, long_secs: float) -> Moment:
    """The moment so long after an image began to come that stays for so long."""
    features = clamped((gone_secs - COME_SECS) / OUT_SECS)
    pixels = clamped((gone_secs - COME_SECS - OUT_SECS - PAUSE_SECS / 2) / OUT_SECS)
    return Moment(
        away,
        number,
        come=cubic_in_out(gone_secs / COME_SECS),
        out=(features, pixels),
        said=_said(gone_secs, long_secs - BACK_SECS + SAY_SECS),
        there=cubic_in_out((long_secs - gone_secs) / BACK_SECS),
    )


def _said(gone_secs: float, long_secs: float) -> float:
    """How much there is of words that come, stay, and are gone after so long."""
    return clamped(min(gone_secs, long_secs - gone_secs) / SAY_SECS)
