"""When the scene of patches shows what: the net, layer after layer its patches and the place of one, and the net."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from scenes.easing import cubic_in_out
from scenes.timeline import Marker

STAND_SECS, GO_SECS, OUT_SECS, BACK_SECS, GAP_SECS, SAY_SECS = 1.4, 0.9, 1.3, 0.8, 0.2, 0.25
HOLD_SECS, LONG_HOLD_SECS = 2.2, 4.0
TRACE_SECS, TRACED_SECS, RETURN_SECS = 0.7, 2.4, 0.6
STAGGER = 0.45


@dataclass(frozen=True, slots=True)
class Moment:
    """What is where at a time. In 0..1: how far the net has gone into its strip, how far the tiles have come out of
    their plate, how much there is of the words, and how far one patch has gone to its picture. `chapter` is which
    layer's tiles they are (`None`: none).
    """

    away: float
    chapter: int | None
    out: float
    said: float
    traced: float = 0.0


@dataclass(frozen=True)
class Journey:
    """The way through layers of these names; `traces` says of which a patch is traced."""

    names: tuple[str, ...]
    traces: tuple[bool, ...]

    @cached_property
    def starts_secs(self) -> tuple[float, ...]:
        """When the tiles of each layer begin to come out; last, when the net comes back."""
        spans = (OUT_SECS + self._shown_secs(number) + BACK_SECS + GAP_SECS for number in range(len(self.names)))
        return tuple(accumulate(spans, initial=STAND_SECS + GO_SECS))

    def _shown_secs(self, number: int) -> float:
        return HOLD_SECS + TRACE_SECS + TRACED_SECS + RETURN_SECS if self.traces[number] else LONG_HOLD_SECS

    @property
    def duration_secs(self) -> float:
        """How long it takes."""
        return self.starts_secs[-1] + GO_SECS + STAND_SECS / 2

    @property
    def stops_secs(self) -> tuple[float, ...]:
        """When the tiles of each layer have come out, and when a patch is in its picture."""
        return tuple(marker.at_secs for marker in self.markers[1:])

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The named moments."""
        made = [Marker(0.0, "network")]
        for start, name, has_trace in zip(self.starts_secs[:-1], self.names, self.traces, strict=True):
            made.append(Marker(start + OUT_SECS, f"{name}: patches"))
            if has_trace:
                made.append(Marker(start + OUT_SECS + HOLD_SECS + TRACE_SECS, f"{name}: where it looks"))
        return tuple(made)

    def at(self, t_secs: float) -> Moment:
        """The moment of a time."""
        back_at = self.starts_secs[-1]
        going = cubic_in_out((t_secs - STAND_SECS) / GO_SECS) - cubic_in_out((t_secs - back_at) / GO_SECS)
        for number, start in enumerate(self.starts_secs[:-1]):
            back = start + OUT_SECS + self._shown_secs(number)
            if start < t_secs < back + BACK_SECS:
                out = min((t_secs - start) / OUT_SECS, 1.0) if t_secs < back else 1.0 - (t_secs - back) / BACK_SECS
                said = min((t_secs - start) / SAY_SECS, (back + BACK_SECS - t_secs) / SAY_SECS, 1.0)
                return Moment(going, number, out, said, self._traced(number, t_secs - start - OUT_SECS - HOLD_SECS))
        return Moment(going, None, 0.0, max(1.0 - 2.0 * going, 0.0))

    def _traced(self, number: int, since_secs: float) -> float:
        if not self.traces[number]:
            return 0.0
        come = min(max(since_secs / TRACE_SECS, 0.0), 1.0)
        return come - min(max((since_secs - TRACE_SECS - TRACED_SECS) / RETURN_SECS, 0.0), 1.0)
