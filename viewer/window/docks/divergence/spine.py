"""The divergence spine: a line of relative changes along the layers, to hover and to click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer.inspect.divergence import growths
from viewer.window.docks.divergence.axis import Axis, percent
from viewer.window.look import Look, colour, look_of
from viewer.window.scrub import fitting_labels

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.inspect.divergence import Drifted, Turn
    from viewer.state import Theme

LEFT_PX, RIGHT_PX, TOP_PX, FOOT_PX = 46.0, 14.0, 18.0, 20.0
DOT_PX, GAP_PX, FONT_PX = 3.5, 10.0, 12


class DivergenceSpine(QWidget):
    """`chosen` tells the layer that was clicked."""

    chosen = Signal(str)

    def __init__(self, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self._theme = theme
        self.drifted: tuple[Drifted, ...] = ()
        self.turn: Turn | None = None
        self._axis = Axis()
        self._hovered: int | None = None
        self.setMouseTracking(True)
        self.setMinimumSize(160, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        font = self.font()
        font.setPixelSize(FONT_PX)
        self.setFont(font)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Slim."""
        return QSize(420, 104)

    def put(self, drifted: tuple[Drifted, ...], turn: Turn | None, axis: Axis) -> None:
        """Other changes."""
        self.drifted, self.turn, self._axis = drifted, turn, axis
        self._hovered = None
        self.update()

    def place_of(self, at: int) -> QPointF:
        """Where the dot of a layer is."""
        across = self.width() - LEFT_PX - RIGHT_PX
        x = LEFT_PX + across * (at + 0.5) / max(len(self.drifted), 1)
        return QPointF(x, self._y_of(self._axis.height_of(self.drifted[at].change)))

    def words_of(self, at: int) -> str:
        """What is said of a layer: its change, and how it grew."""
        here = self.drifted[at]
        grown = growths([each.change for each in self.drifted])[at]
        before = f", ×{grown:.3g} of {self.drifted[at - 1].title}" if at else ""
        return f"{here.title}: moved by {percent(here.change)} of its size{before}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The layer under the pointer is named."""
        self._hovered = self._nearest(event.position().x())
        if self._hovered is not None:
            QToolTip.showText(event.globalPosition().toPoint(), self.words_of(self._hovered), self)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The layer under the pointer is chosen."""
        at = self._nearest(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and at is not None:
            self.chosen.emit(self.drifted[at].layer)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Nothing is under the pointer."""
        self._hovered = None
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """Lines across with their percent, the line of changes, the turn, and the names that have room."""
        if not self.drifted:
            return
        painter, look = QPainter(self), look_of(self._theme())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_grid(painter, look)
        points = [self.place_of(at) for at in range(len(self.drifted))]
        if self.turn is not None:
            self._paint_turn(painter, look, points[self.turn.at])
        painter.setPen(QPen(colour(look.accent), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(points)
        painter.setPen(Qt.PenStyle.NoPen)
        for at, point in enumerate(points):
            is_marked = at == self._hovered or (self.turn is not None and at == self.turn.at)
            painter.setBrush(colour(look.text if is_marked else look.accent))
            painter.drawEllipse(point, DOT_PX + is_marked, DOT_PX + is_marked)
        self._paint_names(painter, look, points)

    def _y_of(self, height: float) -> float:
        foot = self.height() - FOOT_PX
        return foot - height * (foot - TOP_PX)

    def _paint_grid(self, painter: QPainter, look: Look) -> None:
        metrics = QFontMetricsF(self.font())
        for mark in self._axis.marks():
            y = self._y_of(self._axis.height_of(mark))
            painter.setPen(QPen(colour(look.line), 1.0))
            painter.drawLine(QPointF(LEFT_PX, y), QPointF(self.width() - RIGHT_PX, y))
            painter.setPen(colour(look.dim))
            box = QRectF(0, y - metrics.height() / 2, LEFT_PX - 6, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent(mark))

    def _paint_turn(self, painter: QPainter, look: Look, point: QPointF) -> None:
        painter.setPen(QPen(colour(look.alarm), 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(point, QPointF(point.x(), self.height() - FOOT_PX))

    def _paint_names(self, painter: QPainter, look: Look, points: list[QPointF]) -> None:
        """Names under the line; the number of the turn, or of what is hovered, over its dot."""
        metrics = QFontMetricsF(self.font())
        turn = None if self.turn is None else self.turn.at
        spans = []
        for each, point in zip(self.drifted, points, strict=True):
            width = metrics.horizontalAdvance(each.title)
            left = min(max(point.x() - width / 2, 2.0), self.width() - width - 2)
            spans.append((left, left + width))
        shown = set(fitting_labels(spans, GAP_PX))
        if turn is not None:  # its name goes before those beside it
            left, right = spans[turn]
            shown = {at for at in shown if spans[at][1] + GAP_PX < left or spans[at][0] > right + GAP_PX} | {turn}
        for at in sorted(shown):
            painter.setPen(colour(look.text if at == turn else look.dim))
            left, right = spans[at]
            painter.drawText(QPointF(left, self.height() - 5.0), self.drifted[at].title)
        for at in {at for at in (self._hovered, turn) if at is not None}:
            number = percent(self.drifted[at].change)
            width = metrics.horizontalAdvance(number)
            painter.setPen(colour(look.text))
            x = min(max(points[at].x() - width / 2, LEFT_PX), self.width() - width - 2)
            painter.drawText(QPointF(x, max(points[at].y() - 8.0, 11.0)), number)

    def _nearest(self, x_px: float) -> int | None:
        if not self.drifted:
            return None
        part = (x_px - LEFT_PX) / max(self.width() - LEFT_PX - RIGHT_PX, 1.0)
        return min(max(int(part * len(self.drifted)), 0), len(self.drifted) - 1)
