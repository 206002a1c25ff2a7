"""Pictures of a camera at a steady rate, read in a thread of their own. OpenCV is loaded when a camera is asked for."""

from __future__ import annotations

import importlib
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from exporter.bundle import KerascopeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Frame = NDArray[np.uint8]

RATE_HZ = 15.0
PATIENCE_SECS = 3.0
INSTALL = "pip install 'kerascope[camera]'"


class Source(Protocol):
    """Where frames come from."""

    def read(self) -> Frame | None:
        """The next frame (H, W, 3) uint8, red first; waits for it. `None`: there is none now."""
        ...

    def close(self) -> None:
        """Give the camera back."""
        ...


class WebCamera:
    """The first camera of this machine, read by OpenCV.

    Raises
    ------
    KerascopeError
        OpenCV is not installed, or no camera answers.
    """

    def __init__(self, number: int = 0) -> None:
        try:
            cv2: Any = importlib.import_module("cv2")
        except ImportError as error:
            raise KerascopeError("a camera needs OpenCV, which is not installed", remedy=INSTALL) from error
        cv2.setLogLevel(0)  # what it would print of a missing camera is told in one line
        self._capture: Any = cv2.VideoCapture(number)
        if not self._capture.isOpened():
            self._capture.release()
            raise KerascopeError("no camera answers", remedy="plug one in, and close other programs that use it")

    def read(self) -> Frame | None:
        """The next frame."""
        is_there, frame = self._capture.read()
        return np.ascontiguousarray(frame[..., ::-1], np.uint8) if is_there else None

    def close(self) -> None:
        """Give the camera back."""
        self._capture.release()


class Camera(QObject):
    """`came` brings the newest frame, so many times a second at most; `failed` a line, and then it is off."""

    came = Signal(object)
    failed = Signal(str)
    switched = Signal(bool)

    def __init__(self, parent: QObject, source: Callable[[], Source] = WebCamera, rate_hz: float = RATE_HZ) -> None:
        super().__init__(parent)
        self._source = source
        self._newest: Frame | None = None
        self._line = ""
        self._round = 0
        self._turn = threading.Lock()
        self._timer = QTimer(self, interval=round(1000 / rate_hz))
        self._timer.timeout.connect(self._look)

    @property
    def is_on(self) -> bool:
        """Whether pictures come."""
        return self._timer.isActive()

    def start(self) -> None:
        """Open the camera, which may take a second, and bring what it sees."""
        if not self.is_on:
            self._newest, self._line = None, ""
            self._round += 1
            threading.Thread(target=self._read, args=(self._round,), name="camera", daemon=True).start()
            self._timer.start()
            self.switched.emit(True)

    def stop(self) -> None:
        """Give the camera back."""
        if self.is_on:
            self._round += 1
            self._timer.stop()
            self.switched.emit(False)

    def _look(self) -> None:
        with self._turn:
            frame, line = self._newest, self._line
            self._newest = None
        if line:
            self.stop()
            self.failed.emit(line)
        elif frame is not None:
            self.came.emit(frame)

    def _read(self, round_: int) -> None:
        """In the thread: the newest frame replaces one that nobody has taken."""
        try:
            source = self._source()
        except KerascopeError as error:
            self._keep(round_, None, str(error))
            return
        seen_secs = time.monotonic()
        while round_ == self._round:
            frame = source.read()
            if frame is not None:
                seen_secs = time.monotonic()
                self._keep(round_, frame, "")
            elif time.monotonic() - seen_secs > PATIENCE_SECS:
                self._keep(round_, None, "the camera sends no more pictures")
                break
            else:
                time.sleep(0.01)
        source.close()

    def _keep(self, round_: int, frame: Frame | None, line: str) -> None:
        with self._turn:
            if round_ == self._round:
                self._newest, self._line = frame, line


def middle_of(frame: Frame, aspect: float) -> Frame:
    """The largest part (H, W, 3) of a frame in its middle whose width is `aspect` times its height.

    >>> middle_of(np.zeros((480, 640, 3), np.uint8), 1.0).shape
    (480, 480, 3)
    """
    height, width = frame.shape[:2]
    wide, high = min(width, max(round(height * aspect), 1)), min(height, max(round(width / aspect), 1))
    left, top = (width - wide) // 2, (height - high) // 2
    return frame[top : top + high, left : left + wide]
