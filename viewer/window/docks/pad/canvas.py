"""The sheet that is drawn on: a small picture shown large and crisp, and what the hand does on it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QLine, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.window.look import colour, look_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from viewer.state import Theme

Spot = tuple[float, float]
SIDE_PX, LEAST_PX, MOST_PX = 288, 96, 640
LINED_PX = 9.0
"""From this width of a pixel on, thin lines tell the pixels apart."""
EVEN_FROM = 6.0
"""From this many pixels of the screen on, one more or less for a pixel of the picture would be seen."""
LARGEST_CURSOR_PX, SMALLEST_CURSOR_PX = 120.0, 6.0


def image_of(picture: NDArray[np.uint8]) -> QImage:
    """A picture (H, W, 1 or 3) uint8 as Qt has it."""
    height, width, channels = picture.shape
    kind = QImage.Format.Format_Grayscale8 if channels == 1 else QImage.Format.Format_RGB888
    pixels = np.ascontiguousarray(picture)
    # A copy: the image would go on to read the array's memory after it is gone.
    return QImage(pixels.tobytes(), width, height, channels * width, kind).copy()


class Sheet(QWidget):
    """A picture in the middle of the widget, as large as there is room for it.

    `is_open` is whether one may draw on it. Then `begun` brings where the hand went down (x and y in 0..1 of the
    picture), when (`time.perf_counter`) and whether it erases (the right button), `moved` where it has come to and
    when, and `ended` that it was lifted.
    """

    begun = Signal(object, float, bool)
    moved = Signal(object, float)
    ended = Signal()
    resized = Signal()
    undone = Signal()

    def __init__(self, theme: Callable[[], Theme], name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._theme = theme
        self._image = QImage()
        self._is_drawing = False
        self.is_open = False
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(LEAST_PX, LEAST_PX)
        self.setMaximumHeight(MOST_PX)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Large enough for a finger."""
        return QSize(SIDE_PX, SIDE_PX)

    def show_picture(self, picture: NDArray[np.uint8]) -> None:
        """Another picture; only what the sheet covers is painted anew."""
        self._image = image_of(picture)
        self.update(self.box())

    def show_brush(self, part: float) -> None:
        """The pointer is a ring as wide as what it draws: `part` of the sheet's height."""
        if not self.is_open:
            self.unsetCursor()
            return
        across_px = min(max(part * self.box().height(), SMALLEST_CURSOR_PX), LARGEST_CURSOR_PX)
        self.setCursor(_ring(across_px))

    def box(self) -> QRect:
        """Where the picture is: its aspect is kept, and where its pixels are large all of them are equally large."""
        if self._image.isNull():
            return self.rect()
        wide, high = self._image.width(), self._image.height()
        times = min((self.width() - 2) / wide, (self.height() - 2) / high)
        times = float(int(times)) if times >= EVEN_FROM else times
        size = QSize(max(round(wide * times), 1), max(round(high * times), 1))
        return QRect((self.width() - size.width()) // 2, (self.height() - size.height()) // 2, *size.toTuple())

    def spot_of(self, at: QPointF) -> Spot:
        """Where a place of the widget is on the picture, x and y in 0..1 (beyond: outside of it)."""
        box = self.box()
        return (at.x() - box.left()) / box.width(), (at.y() - box.top()) / box.height()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """The picture, thin lines between its pixels where they are wide, and a frame."""
        look, box = look_of(self._theme()), self.box()
        painter = QPainter(self)
        if not self._image.isNull():
            is_reduced = box.width() < self._image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_reduced)
            painter.drawImage(box, self._image)
            if box.width() >= LINED_PX * self._image.width():
                self._draw_lines(painter, box)
        painter.setPen(QPen(colour(look.accent if self.hasFocus() else look.line), 1))
        painter.drawRect(box.adjusted(-1, -1, 0, 0))

    def event(self, event: QEvent) -> bool:
        """What undoes elsewhere undoes strokes here, once the hand has drawn."""
        if self.is_open and isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.undone.emit()
                return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The pointer is to be as wide as what it draws."""
        super().resizeEvent(event)
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The hand goes down."""
        if self.is_open and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._is_drawing = True
            erases = event.button() == Qt.MouseButton.RightButton
            self.begun.emit(self.spot_of(event.position()), time.perf_counter(), erases)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The hand goes on."""
        if self._is_drawing:
            self.moved.emit(self.spot_of(event.position()), time.perf_counter())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The hand is lifted once no button is down."""
        if self._is_drawing and not event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton):
            self._is_drawing = False
            self.ended.emit()

    def _draw_lines(self, painter: QPainter, box: QRect) -> None:
        painter.setPen(QPen(QColor(128, 128, 128, 46), 1))
        pitch = box.width() / self._image.width()
        xs = [box.left() + round(column * pitch) for column in range(1, self._image.width())]
        ys = [box.top() + round(row * pitch) for row in range(1, self._image.height())]
        lines = [QLine(x, box.top(), x, box.bottom()) for x in xs]
        painter.drawLines([*lines, *(QLine(box.left(), y, box.right(), y) for y in ys)])


def _ring(across_px: float) -> QCursor:
    """A ring that is seen on black and on white."""
    side = int(across_px) + 5
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF((side - across_px) / 2, (side - across_px) / 2, across_px, across_px)
    for code, width_px in (("#000000", 2.6), ("#FFFFFF", 1.2)):
        painter.setPen(QPen(QColor(code), width_px))
        painter.drawEllipse(box)
    painter.end()
    return QCursor(pixmap)
