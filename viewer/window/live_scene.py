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
        self._timer = QTimer(self, interval=LOOK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)
        view.drawn.connect(self._on_drawn)

    @property
    def key(self) -> CaptureKey | None:
        """What the scene shows, or is about to."""
        return self._waiting.key if self._waiting is not None else self._player.live

    def put(self, key: CaptureKey, began_secs: float) -> None:
        """Show a drawing as soon as showing it needs no work."""
        self._waiting = Arrival(key, began_secs)
        self._look()

    def clear(self) -> None:
        """Show no drawing."""
        self._waiting = self._drawing = None
        self._timer.stop()
        self._player.put_live(None)

    def _look(self) -> None:
        waiting = self._waiting
        if waiting is None or not self._offers:
            self._timer.stop()
            if waiting is not None:  # the scene does not show drawings: one that does finds this one
                self._waiting = self._drawing = None
                self._player.put_live(waiting.key)
        elif self._drawing is None and self._view.is_ready(waiting.key):
            self._waiting, self._drawing = None, waiting
            self._timer.stop()
            self._player.put_live(waiting.key)
        elif not self._timer.isActive():
            self._timer.start()

    @property
    def _offers(self) -> bool:
        playable = self._player.playable
        return playable is not None and playable.live is not None

    def _on_drawn(self, _: float) -> None:
        if self._drawing is not None:
            began_secs, self._drawing = self._drawing.began_secs, None
            self.shown.emit((time.perf_counter() - began_secs) * 1e3)
            self._look()
