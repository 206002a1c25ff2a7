"""Pictures that come from elsewhere to the drawing pad: files, what was copied, what is dropped, and a camera."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from viewer.window.errand import Errand
from viewer.window.live.camera import Camera, middle_of
from viewer.window.live.pictures import picture_of_array, picture_of_file

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

NOTHING_COPIED = "there is no picture to paste: copy a picture or a picture file first"


class Intake(QObject):
    """Scales what comes to the model's picture, as an export does. Files are read in a thread.

    `came` brings a picture (H, W, C) uint8 and whether it is a step of its own; `failed` a line. `camera` may be given
    another source of pictures before it is started.
    """

    came = Signal(object, bool)
    failed = Signal(str)

    def __init__(self, shape: tuple[int, int, int], barred: str, parent: QObject) -> None:
        """`barred`: why nothing is taken; empty where it is."""
        super().__init__(parent)
        self._shape, self._barred = shape, barred
        self.camera = Camera(self)
        self._errand = Errand("pictures", self)
        self._errand.done.connect(lambda _path, picture: self.came.emit(picture, True))
        self._errand.failed.connect(lambda _path, line: self.failed.emit(line))
        self.camera.came.connect(self._on_frame)
        self.camera.failed.connect(self.failed)

    def close(self) -> None:
        """Take nothing more."""
        self.camera.stop()
        self._errand.stop()

    def ask(self, parent: QWidget) -> None:
        """Ask for a picture file."""
        name, _ = QFileDialog.getOpenFileName(parent, "A picture for the network", str(Path.cwd()))
        if name:
            self.take_file(Path(name))

    def take_file(self, path: Path) -> None:
        """A picture file in place of what is drawn; a line where it is none."""
        if self._is_barred():
            return
        self.camera.stop()
        self._errand.ask(path, partial(picture_of_file, path, self._shape))

    def paste(self) -> None:
        """The picture, or the picture file, that was copied."""
        if not self.take_data(QGuiApplication.clipboard().mimeData()):
            self.failed.emit(NOTHING_COPIED)

    def take_data(self, data: QMimeData) -> bool:
        """What was copied or dropped; whether there is a picture or a file in it."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.take_file(paths[0])
            return True
        if not data.hasImage() or self._is_barred():
            return data.hasImage()
        self.camera.stop()
        pixels = pixels_of(QImage(data.imageData()))
        self._errand.ask("pasted", partial(picture_of_array, pixels, self._shape))
        return True

    def switch_camera(self) -> None:
        """On, or off again."""
        if self.camera.is_on:
            self.camera.stop()
        elif not self._is_barred():
            self.camera.start()

    def _on_frame(self, frame: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]) -> None:
        height, width, _ = shape = self._shape
        self.came.emit(picture_of_array(middle_of(frame, width / height), shape), False)

    def _is_barred(self) -> bool:
        if self._barred:
            self.failed.emit(self._barred)
        return bool(self._barred)


def pixels_of(image: QImage) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """The pixels (H, W, 4) uint8 of an image, red first and not multiplied by their alpha."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).copy()
