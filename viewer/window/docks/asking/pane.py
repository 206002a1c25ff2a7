"""The large picture of the dock: what forms, or a map over its picture; below it a legend, or the curve of the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.colour import strip_table
from viewer.window.docks.asking.paint import MAPS
from viewer.window.docks.pad.canvas import image_of
from viewer.window.docks.words import number_words
from viewer.window.look import colour, look_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from viewer.live.asked import MapKind
    from viewer.state import Theme

LEAST_PX, SIDE_PX, MOST_PX = 110, 140, 640
STRIP_PX, WORDS_PX, CURVE_PX = 9, 17, 46
ROUND_PX = 3.0


class FormedPicture(QWidget):
    """A picture as large as there is room, smooth; words where there is none."""

    def __init__(self, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self._theme = theme
        self._image = QImage()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(LEAST_PX, LEAST_PX)
        self.setMaximumHeight(MOST_PX)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Small: it grows where there is room, and what is below it stays in sight where there is little."""
        return QSize(SIDE_PX, SIDE_PX)

    @property
    def has_picture(self) -> bool:
        """Whether there is one."""
        return not self._image.isNull()

    def show_picture(self, picture: NDArray[np.uint8] | None, words: str) -> None:
        """A picture (H, W, 1 or 3) uint8, or why there is none."""
        self._image = QImage() if picture is None else image_of(picture)
        self._words = words
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """The picture with a frame, or the words."""
        look, painter = look_of(self._theme()), QPainter(self)
        if self._image.isNull():
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour(look.line), 1))
            painter.drawRoundedRect(box, ROUND_PX, ROUND_PX)
            painter.setPen(colour(look.dim))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(box.adjusted(14, 8, -14, -8), flags, self._words)
            return
        wide, high = self._image.width(), self._image.height()
        times = min((self.width() - 2) / wide, (self.height() - 2) / high)
        box = QRectF(0, 0, wide * times, high * times)
        box.moveCenter(QRectF(self.rect()).center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self._image)
        painter.setPen(QPen(colour(look.line), 1))
        painter.drawRect(box)


class Legend(QWidget):
    """The colours of a map with what they stand for."""

    def __init__(self, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self._theme = theme
        self._kind: MapKind = "heat"
        self._largest = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(STRIP_PX + WORDS_PX + 3)

    @property
    def words(self) -> tuple[str, str, str]:
        """At its left end, in its middle and at its right end."""
        if self._kind == "mask":
            return "left out", "", "the object"
        largest = number_words(self._largest, 3)
        if self._kind == "signed":
            return f"against, {number_words(-self._largest, 3)}", "0", f"for, {largest}"
        return "0", "", largest

    def show_kind(self, kind: MapKind, largest: float) -> None:
        """What is told."""
        self._kind, self._largest = kind, largest
        self.setAccessibleName(" to ".join(filter(None, self.words)))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """A strip, and words below it."""
        look, theme, painter = look_of(self._theme()), self._theme(), QPainter(self)
        box = QRectF(0.5, 0.5, self.width() - 1, STRIP_PX)
        if self._kind == "mask":
            table = np.array([[0.2] * 3, [0.85] * 3], np.float32)
        else:
            table = strip_table(theme, MAPS[self._kind])
        pixels = np.ascontiguousarray(np.rint(table[None] * 255).astype(np.uint8))
        strip = QImage(pixels.tobytes(), pixels.shape[1], 1, 3 * pixels.shape[1], QImage.Format.Format_RGB888)
        painter.drawImage(box, strip)
        painter.setPen(QPen(colour(look.line), 1))
        painter.drawRect(box)
        painter.setPen(colour(look.dim))
        line = QRectF(0, STRIP_PX + 2, self.width(), WORDS_PX)
        sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        for side, words in zip(sides, self.words, strict=True):
            painter.drawText(line, side | Qt.AlignmentFlag.AlignVCenter, words)


class Curve(QWidget):
    """The loss after each step, from the first to the last of all that there will be."""

    def __init__(self, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self._theme = theme
        self._losses: Sequence[float] = ()
        self._of = 0
        self.setToolTip("what is being made larger: how strongly it answers, step by step")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(CURVE_PX)

    def show_losses(self, losses: Sequence[float], of: int) -> None:
        """So many steps of `of`."""
        self._losses, self._of = losses, max(of, len(losses) - 1, 1)
        self.update()

    def points(self) -> list[QPointF]:
        """Where the curve goes on the widget."""
        low, high = min(self._losses, default=0.0), max(self._losses, default=0.0)
        room, span = self.height() - 6.0, (high - low) or 1.0
        return [
            QPointF(1 + (self.width() - 2) * step / self._of, 3 + room * (1 - (loss - low) / span))
            for step, loss in enumerate(self._losses)
        ]

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """A line, and a ground under it."""
        look, painter = look_of(self._theme()), QPainter(self)
        painter.setPen(QPen(colour(look.line), 1))
        painter.drawLine(QPointF(0, self.height() - 1.5), QPointF(self.width(), self.height() - 1.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self._losses) > 1:
            painter.setPen(QPen(colour(look.accent), 1.8))
            painter.drawPolyline(QPolygonF(self.points()))
