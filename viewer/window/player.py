"""The player: what the timeline's keys and buttons do to the playhead, and the timer that lets it go on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from viewer.window.playhead import Playhead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.state import CaptureKey, ViewState
    from viewer.window.bars import TimeBar
    from viewer.window.playable import Playable

TICK_MS = 16
BACK_SECS = 0.3
SAME_SECS = 1e-3


class Player(QObject):
    """A playhead in a scene, shown in a time bar. `moved` tells that another time, or another scene, is to be drawn."""

    moved = Signal()

    def __init__(self, bar: TimeBar) -> None:
        super().__init__()
        self.playable: Playable | None = None
        self.live: CaptureKey | None = None
        self.head = Playhead(1.0)
        self._bar = bar
        self._was_playing = False
        self._tick = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._on_tick)
        bar.play.clicked.connect(self.toggle)
        bar.repeat.clicked.connect(self.toggle_repeating)
        bar.step_back.clicked.connect(self.previous_stop)
        bar.step_forward.clicked.connect(self.next_stop)
        bar.scrub.scrubbed.connect(self.scrub_to)
        bar.scrub.held.connect(self._hold)
        bar.scrub.released.connect(self._let_go)

    @property
    def at_secs(self) -> float:
        """The scene's time now."""
        return self.head.time(_clock())

    def state(self) -> ViewState | None:
        """The scene's state now, of the drawing where there is one and the scene shows drawings; `None` before there is
        a scene.
        """
        playable = self.playable
        if playable is None:
            return None
        if self.live is not None and playable.live is not None:
            return playable.live(self.at_secs, self.live)
        return playable.state_at(self.at_secs)

    def put_live(self, key: CaptureKey | None) -> None:
        """Another drawing, or none. A drawing has no time: what would play under it only takes time from the hand."""
        if key != self.live:
            self.live = key
            if self._shows_live(self.playable) and self.head.is_playing:
                self.pause()
            self.moved.emit()

    def _shows_live(self, playable: Playable | None) -> bool:
        return self.live is not None and playable is not None and playable.live is not None

    def show(self, playable: Playable, *, is_other_scene: bool) -> None:
        """Another scene from its start, or the same one, built anew, at the same part of its time."""
        now_secs = _clock()
        if is_other_scene:
            head = Playhead(playable.duration_secs, is_seamless=playable.loops, repeats=playable.loops)
            if self.playable is None or (self.head.is_playing and self.head.until_secs is None):
                head = head.played(now_secs)
            elif playable.stops_secs:
                # At its very start a step scene has nothing to tell yet.
                head = head.played(now_secs, playable.stops_secs[0])
        else:
            head = self.head.lasting(playable.duration_secs, playable.loops, now_secs)
            if self.head.until_secs is not None:
                head = head.played(now_secs, _next_of(playable.stops_secs, head.at_secs, head.last_secs))
        self.playable = playable
        self._bar.show_scene(playable)
        self._put(head.paused(now_secs) if self._shows_live(playable) else head)

    def toggle(self) -> None:
        """Play, or pause."""
        (self.pause if self.head.is_playing else self.play)()

    def play(self) -> None:
        """Play from here."""
        self._put(self.head.played(_clock()))

    def pause(self) -> None:
        """Rest here."""
        self._put(self.head.paused(_clock()))

    def stop(self) -> None:
        """Rest here, and draw nothing."""
        self._tick.stop()
        self.head = self.head.paused(_clock())
        self._bar.show_playing(False)

    def scrub_to(self, t_secs: float) -> None:
        """Show this time; whoever was only playing to the end of a step rests here."""
        now_secs = _clock()
        head = self.head if self.head.until_secs is None else self.head.paused(now_secs)
        self._put(head.moved(t_secs, now_secs))

    def step_forward(self) -> None:
        """The next frame."""
        self._put(self.head.stepped(1, _clock()))

    def step_back(self) -> None:
        """The frame before."""
        self._put(self.head.stepped(-1, _clock()))

    @property
    def stops_secs(self) -> tuple[float, ...]:
        """When the scene stands still after a step, in order; none of a scene that has no steps."""
        return self.playable.stops_secs if self.playable else ()

    def forward(self) -> None:
        """The next step of a scene that has steps, else the next moment."""
        (self.next_stop if self.stops_secs else self.next_moment)()

    def back(self) -> None:
        """The step before in a scene that has steps, else the moment before."""
        (self.previous_stop if self.stops_secs else self.previous_moment)()

    def next_stop(self) -> None:
        """Play to where the next step is over and rest there; what is on its way there already is there at once."""
        now_secs = _clock()
        head = self.head
        if head.until_secs is not None:
            head = head.moved(head.until_secs, now_secs)
        here_secs = head.time(now_secs)
        if here_secs < head.last_secs - SAME_SECS:
            until_secs = _next_of(self.stops_secs, here_secs, head.last_secs)
            self._put(head.paused(now_secs).played(now_secs, until_secs))

    def previous_stop(self) -> None:
        """At rest where the step before was over, at the start before the first."""
        earlier = [at_secs for at_secs in self.stops_secs if at_secs < self.at_secs - SAME_SECS]
        self.rest_at(earlier[-1] if earlier else 0.0)

    def rest_at(self, t_secs: float) -> None:
        """Show this time, at rest."""
        self._put(self.head.paused(_clock()).moved(t_secs, _clock()))

    def next_moment(self) -> None:
        """The next moment of the timeline, where there is one."""
        self.scrub_to(_next_of(self._moments(), self.at_secs, self.at_secs))

    def previous_moment(self) -> None:
        """The moment before; shortly after one, the one before that."""
        earlier = [at_secs for at_secs in self._moments() if at_secs < self.at_secs - BACK_SECS]
        self.scrub_to(earlier[-1] if earlier else 0.0)

    def go_to_start(self) -> None:
        """The first frame."""
        self.scrub_to(0.0)

    def go_to_end(self) -> None:
        """The last frame, at rest."""
        self.rest_at(self.head.last_secs)

    def toggle_repeating(self) -> None:
        """Begin anew at the end, or stop there."""
        self._put(self.head.repeating(not self.head.repeats, _clock()))

    def _put(self, head: Playhead) -> None:
        """Everything that shows the time shows this one."""
        if head.is_playing != self._tick.isActive():
            (self._tick.start if head.is_playing else self._tick.stop)()
        self.head = head
        self._bar.repeat.setChecked(head.repeats)
        self._bar.show_playing(head.is_playing)
        self._bar.show_time(self.at_secs)
        self.moved.emit()

    def _on_tick(self) -> None:
        if self.head.is_over(_clock()):
            self.pause()
            return
        self._bar.show_time(self.at_secs)
        self.moved.emit()

    def _hold(self) -> None:
        self._was_playing = self.head.is_playing and self.head.until_secs is None
        self.pause()

    def _let_go(self) -> None:
        if self._was_playing:
            self.play()

    def _moments(self) -> list[float]:
        return sorted(moment.at_secs for moment in self.playable.moments) if self.playable else []


def _next_of(times_secs: Sequence[float], here_secs: float, otherwise_secs: float) -> float:
    """The first of some times, which are in order, that is later than this one."""
    return next((at_secs for at_secs in times_secs if at_secs > here_secs + SAME_SECS), otherwise_secs)


def _clock() -> float:
    return time.perf_counter()
