"""Brings answered drawings into the scene: made ready beside the drawing of frames, shown one at a time, and timed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

if TYPE_CHECKING:
    from viewer.state import CaptureKey
    from viewer.window.player import Player
    from viewer.window.view import SceneView

LOOK_MS = 3
PATIENCE_SECS = 1.0
"""What is not ready by then is shown as it is: drawing it tells what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A drawing that was answered, and when the hand drew it (`time.perf_counter`)."""

    key: CaptureKey
    began_secs: float


class LiveScene(QObject):
    """`shown` tells how long it took from the hand to the picture, in milliseconds.

    A newer drawing waits until the one before it has been drawn, and the newest of those that wait is next: frames and
    answers come at whatever pace each has, and no frame waits for either.
    """

    shown = Signal(float)

    def __init__(self, view: SceneView, player: Player, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._player = view, player
        self._waiting: Arrival | None = None
        self._drawing: Arrival | None = None
        self._since_secs = 0.0
        self._is_painted = False
        self._rests = False
        self._timer = QTimer(self, interval=LOOK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)
        view.drawn.connect(self._on_drawn)
        view.swapped.connect(self._on_swapped)

    @property
    def is_idle(self) -> bool:
        """Whether what came last is what is seen, drawn as finely as anything."""
        return not (self.is_busy or self._rests)

    @property
    def is_busy(self) -> bool:
        """Whether a drawing waits to be seen."""
        return self._waiting is not None or self._drawing is not None

    def hold(self) -> None:
        """A hand has gone down: frames are to follow it, and need not be fine."""
        self._rests = False
        self._view.is_held = True

    def rest(self) -> None:
        """The hand was lifted: once the last drawing is there with all that belongs to it, a frame may be fine."""
        self._rests = True
        self._begin()

    def put(self, key: CaptureKey, began_secs: float) -> None:
        """Show a drawing as soon as no frame has to wait for it."""
        self._waiting = Arrival(key, began_secs)
        self._begin()

    @property
    def key(self) -> CaptureKey | None:
        """What is shown of what was drawn."""
        return self._player.live

    def put_back(self, key: CaptureKey | None) -> None:
        """Show an earlier drawing again, at once, or none; what waits is not wanted any more."""
        self._waiting = None
        self._player.put_live(key)

    def _begin(self) -> None:
        self._since_secs = time.perf_counter()
        self._look()

    def _look(self) -> None:
        if time.perf_counter() - self._since_secs > PATIENCE_SECS:
            self._drawing = None  # nobody draws it: the window is covered
        if self._waiting is not None:
            self._try(self._waiting)
        elif self._rests and self._drawing is None:
            self._try_to_rest()
        is_waited_for = self._waiting is not None or self._rests
        if is_waited_for != self._timer.isActive():
            (self._timer.start if is_waited_for else self._timer.stop)()

    def _try_to_rest(self) -> None:
        live = self._player.live
        if live is None or self._is_ready(live, has_edges=True):
            self._rests = self._view.is_held = False
            self._view.stir()

    def _try(self, waiting: Arrival) -> None:
        playable = self._player.playable
        if playable is None or playable.live is None:  # a scene that shows drawings finds this one when it comes
            self._waiting = self._drawing = None
        elif self._drawing is None and self._is_ready(waiting.key, has_edges=not self._view.is_lean):
            self._waiting, self._drawing = None, waiting
        else:
            return
        self._player.put_live(waiting.key)

    def _is_ready(self, key: CaptureKey, *, has_edges: bool) -> bool:
        return self._view.is_ready(key, has_edges=has_edges) or time.perf_counter() - self._since_secs > PATIENCE_SECS

    def _on_drawn(self, _: float) -> None:
        self._is_painted = self._drawing is not None

    def _on_swapped(self) -> None:
        if self._drawing is not None and self._is_painted:
            began_secs, self._drawing, self._is_painted = self._drawing.began_secs, None, False
            self.shown.emit((time.perf_counter() - began_secs) * 1e3)
            self._look()
