"""The distribution of a layer's values as bars, with a mark where one value lies: painted by hand, so that nothing has
to be loaded for it.
"""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.colour import apply_map
from viewer.window.docks.words import number_words
from viewer.window.look import look_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.state import Theme

HEIGHT_PX, WORDS_PX, MARK_PX = 70, 18, 5


class Chart(QWidget):
    """Bars as high as the logarithm of their counts, coloured as the picture colours values of that size."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = "dark"
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._edges: NDArray[np.float64] = np.zeros(1)
        self._mark: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """As wide as there is room."""
        return QSize(200, HEIGHT_PX)

    def show_counts(self, counts: NDArray[np.int64], edges: NDArray[np.float64]) -> None:
        """Counts (n,) of values between edges (n + 1,)."""
        self._counts, self._edges = counts, edges
        self.update()

    def show_mark(self, value: float | None) -> None:
        """Where the mark stands."""
        self._mark = value
        self.update()

    def x_of(self, value: float) -> float:
        """Where a value lies on the widget, at its border where it is outside of the bars."""
        low, high = float(self._edges[0]), float(self._edges[-1])
        part = (value - low) / (high - low) if high > low else 0.5
        return 1 + min(max(part, 0.0), 1.0) * (self.width() - 2)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """Bars, zero, the mark, and the numbers at both ends."""
        if not self._counts.size:
            return
        look = look_of(self.theme)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bars(painter)
        bottom = self.height() - WORDS_PX
        painter.setPen(QPen(QColor(look.line), 1))
        painter.drawLine(QPointF(0, bottom + 0.5), QPointF(self.width(), bottom + 0.5))
        if self._mark is not None:
            self._paint_mark(painter, QColor(look.accent), self.x_of(self._mark), bottom)
        painter.setPen(QColor(look.dim))
        line = QRectF(0, bottom + 2, self.width(), WORDS_PX - 2)
        low, high = number_words(float(self._edges[0]), 3), number_words(float(self._edges[-1]), 3)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, low)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, high)

    def _paint_bars(self, painter: QPainter) -> None:
        edges, highest = self._edges, log1p(max(int(self._counts.max()), 1))
        reach = max(abs(float(edges[0])), abs(float(edges[-1]))) or 1.0
        middles = ((edges[:-1] + edges[1:]) / 2 / reach).astype(np.float32)
        colours = apply_map(middles, self.theme, "activation")
        bottom, room = self.height() - WORDS_PX, self.height() - WORDS_PX - 2 * MARK_PX
        for count, left, right, (red, green, blue) in zip(
            self._counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), colours.tolist(), strict=True
        ):
            if count:
                high = max(room * log1p(count) / highest, 1.5)
                x, width = self.x_of(left), max(self.x_of(right) - self.x_of(left) - 0.8, 0.8)
                painter.fillRect(QRectF(x, bottom - high, width, high), self._visible(red, green, blue))

    def _visible(self, red: float, green: float, blue: float) -> QColor:
        """A colour of the map; what is as dark (or as light) as the ground is drawn in grey."""
        light = 0.3 * red + 0.6 * green + 0.1 * blue
        is_lost = light < 0.22 if self.theme == "dark" else light > 0.82
        return QColor(look_of(self.theme).faint) if is_lost else QColor.fromRgbF(red, green, blue)

    @staticmethod
    def _paint_mark(painter: QPainter, colour: QColor, x: float, bottom: float) -> None:
        painter.setPen(QPen(colour, 1.5))
        painter.drawLine(QPointF(x, MARK_PX), QPointF(x, bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([QPointF(x - MARK_PX, 0), QPointF(x + MARK_PX, 0), QPointF(x, MARK_PX + 2)]))
