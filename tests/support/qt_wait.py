"""Waiting in a window's process: events are handled as they come, and in between the processor is left to others."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, QTimer


def wait(time_ms: int) -> None:
    """Let the window live for so long.

    Not `QTest.qWait`: vispy puts one of its own in its place, which asks for events again and again without a rest, and
    so takes a whole processor from the recorder, the other tests, and the driver that draws.
    """
    loop = QEventLoop()
    QTimer.singleShot(time_ms, loop.quit)
    loop.exec()
