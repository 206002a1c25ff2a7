"""The film of a drawing: the pen goes, the network answers to every moment, light runs through, and all fades."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from scenes.drawn.pen import pen_marks
from scenes.drawn.studio import Said
from scenes.drawn.way import way_of
from scenes.timeline import Key, Marker, Timeline, Track, mixed
from viewer.state import NetView

if TYPE_CHECKING:
    from scenes.drawn.kept import Kept
    from scenes.drawn.studio import Studio
    from scenes.drawn.way import Way
    from viewer.layout import Layout
    from viewer.state import CaptureKey, Loupe, ViewState

START_SECS, SETTLE_SECS, HOLD_SECS, FADE_SECS, PAUSE_SECS = 0.6, 0.7, 1.8, 0.8, 0.2
REWIND_SECS, HOP_SECS, LONGEST_LIGHT_SECS = 0.5, 0.3, 3.5
MOMENT_SECS = 0.3
"""From one moment to the next where nothing tells how the pen went."""
NOTE_SECS, NOTE_FADE_SECS = 1.4, 0.4


@dataclass(frozen=True, slots=True)
class Times:
    """When what happens, in seconds: each moment is there whole, the drawing is finished, light begins and is through,
    and the drawing begins to fade.
    """

    moments: tuple[float, ...]
    light: float
    through: float
    fade: float

    @property
    def over(self) -> float:
        """When it begins anew."""
        return self.fade + FADE_SECS + PAUSE_SECS

    def pair(self, t_secs: float) -> tuple[int, int, float]:
        """Which moment is shown, which comes next, and how far it has come, in 0..1."""
        last = len(self.moments) - 1
        if last and t_secs >= self.moments[-1]:
            share = min(max((t_secs - self.fade) / FADE_SECS, 0.0), 1.0)
            return last, 0, share
        if not last:
            return 0, 0, 0.0
        at = max(bisect_right(self.moments, t_secs) - 1, 0)
        start, end = self.moments[at], self.moments[at + 1]
        return at, at + 1, min(max((t_secs - start) / max(end - start, 1e-9), 0.0), 1.0)


def times_of(kept: Kept, way: Way, stations: int) -> Times:
    """The times of a drawing in a net with so many stations."""
    if way.spots:
        moments = [START_SECS if not points else way.secs_of(points) for points in kept.points]
    else:
        moments = [START_SECS + MOMENT_SECS * at for at in range(len(kept.points))]
    for at in range(1, len(moments)):
        moments[at] = max(moments[at], moments[at - 1] + 1e-3)
    light = moments[-1] + SETTLE_SECS
    through = light + REWIND_SECS + min(HOP_SECS * stations, LONGEST_LIGHT_SECS)
    return Times(tuple(moments), light, through, through + HOLD_SECS)


@dataclass(frozen=True, slots=True)
class Film:
    """A drawing in time. `scores` and `winners` are those of each moment, empty or -1 where there are none."""

    studio: Studio
    layout: Layout
    kept: Kept
    way: Way
    times: Times
    front: Track[float]
    scores: tuple[tuple[float, ...], ...]
    winners: tuple[int, ...]

    @property
    def timeline(self) -> Timeline:
        """The film as a scene that loops; live, it shows what is drawn now."""
        times = self.times
        markers = [Marker(0.0, "nothing yet")]
        markers += [Marker(times.moments[at], self._answers(at)) for at in self.changes]
        markers += [Marker(times.light, "light"), Marker(times.through, "answer")]
        live = self.studio.live
        return Timeline(times.over, self.state_at, True, tuple(markers), live=lambda _, key: live(key))

    @property
    def changes(self) -> tuple[int, ...]:
        """The moments at which the network answers another class than just before; the empty sheet does not count."""
        at = range(len(self.winners))
        return tuple(two for one, two in pairwise(at) if one > 0 and self.winners[one] != self.winners[two])

    def state_at(self, t_secs: float) -> ViewState:
        """The picture at a time."""
        here, there, share = self.times.pair(t_secs)
        scores = mixed(self.scores[here], self.scores[there], share) if self.scores[here] else ()
        note, alpha = self._note(t_secs)
        said = Said(self._title(t_secs), scores, note if alpha > 0 else "", alpha)
        keys = self.kept.keys[here], self.kept.keys[there]
        over, wires = pen_marks(self.way, t_secs, self.studio.frame.sheet, self.layout)
        return self.studio.state(self._net(keys, share, t_secs), self._sheets(keys, share), said, over, wires)

    def _net(self, keys: tuple[CaptureKey, CaptureKey], share: float, t_secs: float) -> NetView:
        times = self.times
        front = self.front.at(t_secs) if times.light <= t_secs < times.through else None
        return NetView(keys[0], front=front) if share <= 0 else NetView(keys[0], keys[1], share, front=front)

    def _sheets(self, keys: tuple[CaptureKey, CaptureKey], share: float) -> tuple[Loupe, ...]:
        """The drawing of one moment, and that of the next over it."""
        here = self.studio.sheet(keys[0])
        return (here,) if share <= 0 else (here, self.studio.sheet(keys[1], share))

    def _title(self, t_secs: float) -> str:
        label, times = self.kept.label, self.times
        if times.light <= t_secs < times.fade:
            return f"{label}: what the network makes of it, layer by layer"
        strokes = len(self.way.starts)
        at = 0 if t_secs >= times.fade else self.way.stroke(t_secs)
        which = f", stroke {at + 1} of {strokes}" if strokes else ""
        return f"{label}{which}: the network answers to every moment"

    def _note(self, t_secs: float) -> tuple[str, float]:
        """What there is to note of the answer: that it has just changed, or how often it did."""
        times = self.times
        if not self.studio.answer.has_classes or not any(self.scores):
            return "", 0.0
        if t_secs >= times.light:
            count = len(self.changes)
            said = (
                "the answer never changed"
                if not count
                else f"the answer changed {count} time{'s' if count > 1 else ''}"
            )
            return said, _faded(t_secs, times.light, times.fade)
        if t_secs < times.moments[0]:
            return "the answer to an empty sheet", _faded(t_secs, 0.0, times.moments[0])
        for at in reversed(self.changes):
            turn_secs = self.turn_secs(at)
            if 0 <= t_secs - turn_secs < NOTE_SECS:
                return f"until now: {self._answers(at - 1)}", _faded(t_secs, turn_secs, turn_secs + NOTE_SECS)
        return "", 0.0

    def turn_secs(self, at: int) -> float:
        """When, on the way to moment `at`, the class that is answered there overtakes the one that was answered."""
        before, after = self.scores[at - 1], self.scores[at]
        old, new = self.winners[at - 1], self.winners[at]
        behind, ahead = before[old] - before[new], after[new] - after[old]
        share = behind / (behind + ahead) if behind + ahead > 0 else 1.0
        return mixed(self.times.moments[at - 1], self.times.moments[at], share)

    def _answers(self, at: int) -> str:
        return self.studio.winner(self.scores[at])[0]


def _faded(t_secs: float, start_secs: float, end_secs: float) -> float:
    """How strong a note is that comes and goes."""
    return min(max(min(t_secs - start_secs, end_secs - t_secs) / NOTE_FADE_SECS, 0.0), 1.0)


def film_of(studio: Studio, layout: Layout, kept: Kept) -> Film:
    """The film of a drawing."""
    way = way_of(kept.strokes, START_SECS)
    stations = max(plate.station for plate in layout.plates)
    times = times_of(kept, way, stations)
    lit = float(stations)
    keys = (
        Key(0.0, lit),
        Key(times.light, 0.0, REWIND_SECS),
        Key(times.light + REWIND_SECS, lit, times.through - times.light - REWIND_SECS),
    )
    captures = [studio.bundle.capture(key.input_id, key.checkpoint_id) for key in kept.keys]
    scores = tuple(studio.read(capture) for capture in captures)
    winners = tuple(max(range(len(each)), key=each.__getitem__) if each else -1 for each in scores)
    return Film(studio, layout, kept, way, times, Track(keys), scores, winners)
