"""The timeline as a bar: how far the scene is, its moments by name, and a handle to drag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer.window.look import Look, colour, look_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.window.playable import Moment

MARGIN_PX = 10.0
GROOVE_PX = 5.0
HANDLE_PX = 7.0
GAP_PX = 10.0
NEAR_PX = 7.0


def fitting_labels(spans: Sequence[tuple[float, float]], gap: float) -> list[int]:
    """Which of the labels can be shown without one touching another, from the left; `spans` are their (left, right).

    >>> fitting_labels([(0, 10), (8, 20), (21, 30)], gap=2)
    [0, 2]
    """
    shown: list[int] = []
    for index, (left, _) in enumerate(spans):
        if not shown or left >= spans[shown[-1]][1] + gap:
            shown.append(index)
    return shown


class ScrubBar(QWidget):
    """Shows a time of the scene and lets it be dragged: `scrubbed` tells the time, `held` and `released` the hand."""

    scrubbed = Signal(float)
    held = Signal()
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look: Look = look_of("dark")
        self._duration_secs, self._at_secs = 1.0, 0.0
        self._moments: tuple[Moment, ...] = ()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """High enough for the groove and a line of names."""
        return QSize(300, 44)

    def show_scene(self, duration_secs: float, moments: tuple[Moment, ...]) -> None:
        """Another scene."""
        self._duration_secs, self._moments = duration_secs, moments
        self.update()

    def show_time(self, t_secs: float) -> None:
        """Another time of the scene."""
        self._at_secs = t_secs
        self.update()

    def x_of(self, t_secs: float) -> float:
        """Where a time is, in pixels from the left."""
        return MARGIN_PX + (self.width() - 2 * MARGIN_PX) * t_secs / self._duration_secs

    def time_at(self, x_px: float) -> float:
        """The time at a place, limited to the scene."""
        part = (x_px - MARGIN_PX) / max(self.width() - 2 * MARGIN_PX, 1.0)
        return min(max(part, 0.0), 1.0) * self._duration_secs

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The handle comes to the hand."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.held.emit()
            near = self._near(event.position().x())
            self.scrubbed.emit(near.at_secs if near else self.time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The handle follows the hand; without a button held, what is under the pointer is named."""
        t_secs = self.time_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.scrubbed.emit(t_secs)
            return
        near = self._near(event.position().x())
        at_secs, name = (near.at_secs, f"{near.name}   ") if near else (t_secs, "")
        QToolTip.showText(event.globalPosition().toPoint(), f"{name}{at_secs:.1f} s", self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The hand lets go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.released.emit()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """Groove, the part that is over, a tick for each moment, the names that have room, the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        y, left, right, here = 13.0, MARGIN_PX, self.width() - MARGIN_PX, self.x_of(self._at_secs)
        for end, code in ((right, self.look.line), (here, self.look.accent)):
            painter.setBrush(colour(code))
            painter.drawRoundedRect(QRectF(left, y - GROOVE_PX / 2, max(end - left, 0.0), GROOVE_PX), 2.5, 2.5)
        self._paint_moments(painter, y)
        painter.setBrush(colour(self.look.text))
        painter.drawEllipse(QPointF(here, y), HANDLE_PX, HANDLE_PX)

    def _paint_moments(self, painter: QPainter, y: float) -> None:
        font = self.font()
        font.setPixelSize(12)
        painter.setFont(font)
        spans = self._label_spans(QFontMetricsF(font))
        painter.setBrush(colour(self.look.dim))
        for moment in self._moments:
            painter.drawRect(QRectF(self.x_of(moment.at_secs) - 0.75, y + GROOVE_PX / 2 + 2, 1.5, 5.0))
        for index in fitting_labels(spans, GAP_PX):
            moment, (left, right) = self._moments[index], spans[index]
            is_over = moment.at_secs <= self._at_secs + 1e-6
            painter.setPen(colour(self.look.text if is_over else self.look.dim))
            painter.drawText(QRectF(left, y + 11, right - left + 2, 18.0), Qt.AlignmentFlag.AlignLeft, moment.name)

    def _label_spans(self, metrics: QFontMetricsF) -> list[tuple[float, float]]:
        """Left and right of each name: centred under its tick, and inside the bar."""
        spans = []
        for moment in self._moments:
            width = metrics.horizontalAdvance(moment.name)
            left = min(max(self.x_of(moment.at_secs) - width / 2, 2.0), max(self.width() - width - 4, 0.0))
            spans.append((left, left + width))
        return spans

    def _near(self, x_px: float) -> Moment | None:
        """The moment whose tick is under the pointer."""
        if not self._moments:
            return None
        nearest = min(self._moments, key=lambda moment: abs(self.x_of(moment.at_secs) - x_px))
        return nearest if abs(self.x_of(nearest.at_secs) - x_px) <= NEAR_PX else None
