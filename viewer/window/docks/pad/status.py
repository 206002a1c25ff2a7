"""The line under the pad: who answers, how that is, and how soon the picture follows the hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from viewer.window.look import colour, look_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.live.responder import Status
    from viewer.state import Theme

DOT_PX, LATENCY_PX = 9.0, 62


class Dot(QWidget):
    """A dot: full where somebody answers, hollow while that is to come, a cross where it has failed."""

    def __init__(self, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self._theme = theme
        self.kind = "starting"
        self.setFixedSize(14, 18)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """The dot; its shape says what its colour says."""
        look, painter = look_of(self._theme()), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF((self.width() - DOT_PX) / 2, (self.height() - DOT_PX) / 2, DOT_PX, DOT_PX)
        is_ready, is_lost = self.kind in ("ready", "working"), self.kind == "failed"
        pen = painter.pen()
        pen.setWidthF(1.8)
        pen.setColor(colour(look.alarm if is_lost else look.accent if is_ready else look.dim))
        painter.setPen(pen)
        if is_lost:
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())
            return
        painter.setBrush(colour(look.accent) if is_ready else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box)


class Latency(QWidget):
    """Milliseconds, painted and not a label: a label that says something else lays the whole window out anew, which
    costs a frame while one draws.
    """

    def __init__(self, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self._theme = theme
        self.words = ""
        self.setFixedSize(LATENCY_PX, 18)
        self.setToolTip("from the hand to the picture that follows it")

    def show_words(self, words: str) -> None:
        """Say something else."""
        if words != self.words:
            self.words = words
            self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """The words, at the right."""
        painter = QPainter(self)
        painter.setPen(colour(look_of(self._theme()).dim))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.words)


class StatusLine(QWidget):
    """The dot, the words, and milliseconds from the hand to the picture."""

    def __init__(self, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self._dot, self.words, self.latency = Dot(theme), QLabel(), Latency(theme)
        self.words.setObjectName("quiet")
        self.words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        row.addWidget(self.latency, 0, Qt.AlignmentFlag.AlignTop)

    def show_status(self, status: Status, latency_ms: float | None) -> None:
        """Who answers, and how soon; `None`: nothing was drawn yet."""
        if status.kind != self._dot.kind:
            self._dot.kind = status.kind
            self._dot.update()
        self.words.setText(status.words)
        self.latency.show_words("" if latency_ms is None else f"{latency_ms:.0f} ms")
