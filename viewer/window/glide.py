"""A value that goes from 0 to 1 in a while, slow at both ends."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 16


def eased(part: float) -> float:
    """Cubic in and out: 0 at 0, 1 at 1, a half in the middle.

    >>> eased(-1.0), eased(0.0), eased(0.5), eased(1.0), eased(7.0)
    (0.0, 0.0, 0.5, 1.0, 1.0)
    """
    part = min(max(part, 0.0), 1.0)
    return 4 * part**3 if part < 0.5 else 1 - (2 - 2 * part) ** 3 / 2


class Glide(QObject):
    """Calls `step` with 0..1 for a while, at last with 1; another `start` takes over from the one before."""

    def __init__(self) -> None:
        super().__init__()
        self._step: Callable[[float], None] | None = None
        self._began_secs = self._lasts_secs = 0.0
        self._tick = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._on_tick)

    @property
    def is_going(self) -> bool:
        """Whether there are steps to come."""
        return self._tick.isActive()

    def start(self, step: Callable[[float], None], lasts_ms: float) -> None:
        """Begin with the next tick."""
        self._step, self._lasts_secs = step, lasts_ms / 1e3
        self._began_secs = time.perf_counter()
        self._tick.start()

    def stop(self) -> None:
        """Stay where it is."""
        self._tick.stop()

    def _on_tick(self) -> None:
        part = (time.perf_counter() - self._began_secs) / self._lasts_secs
        if part >= 1:
            self._tick.stop()
        if self._step is not None:
            self._step(eased(part))
