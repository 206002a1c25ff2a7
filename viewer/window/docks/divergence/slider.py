"""The epsilon scrubber: an attack's steps true to scale, with the one at which it succeeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viewer.window.look import colour, look_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewer.inspect.attack import Attack
    from viewer.state import Theme

MARGIN_PX, GROOVE_PX, HANDLE_PX = 10.0, 5.0, 7.0
HEIGHT_PX, MIDDLE_PX = 30, 12.0


class EpsilonSlider(QWidget):
    """`moved` tells the step that the hand has come to, each once."""

    moved = Signal(int)

    def __init__(self, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self._theme = theme
        self.attack: Attack | None = None
        self.at = 0
        self._words: Sequence[str] = ()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(140)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """High enough for the groove and its ticks."""
        return QSize(280, HEIGHT_PX)

    def put(self, attack: Attack, words: Sequence[str]) -> None:
        """Another attack; `words` say of each step how strong it is and what the network answers."""
        self.attack, self._words = attack, words
        self.update()

    def show_step(self, at: int) -> None:
        """Another step is shown, whoever chose it."""
        self.at = at
        self.update()

    def x_of(self, at: int) -> float:
        """Where a step stands, in pixels from the left."""
        assert self.attack is not None
        return MARGIN_PX + (self.width() - 2 * MARGIN_PX) * self.attack.places[at]

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The handle comes to the hand."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._follow(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The handle follows the hand; without a button held, the step under the pointer is told."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event.position().x())
        elif self.attack is not None:
            at = self._step_at(event.position().x())
            QToolTip.showText(event.globalPosition().toPoint(), self._words[at], self)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Home and End, where the slider has the keyboard."""
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self._words) - 1}
        if self.attack is not None and event.key() in ends:
            self._go_to(ends[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """Groove, in the colour of alarm from the flip on; a tick for each step, a high one at the flip; the handle."""
        if self.attack is None:
            return
        painter, look = QPainter(self), look_of(self._theme())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        left, right, here = MARGIN_PX, self.width() - MARGIN_PX, self.x_of(self.at)
        for end, code in ((right, look.line), (here, look.accent)):
            painter.setBrush(colour(code))
            painter.drawRoundedRect(QRectF(left, MIDDLE_PX - GROOVE_PX / 2, end - left, GROOVE_PX), 2.5, 2.5)
        flip = self.attack.flip
        for at in range(len(self.attack.places)):
            is_turned = self.attack.steps[at].is_flipped
            painter.setBrush(colour(look.alarm if is_turned else look.dim))
            height = 10.0 if at == flip else 5.0
            painter.drawRect(QRectF(self.x_of(at) - 0.75, MIDDLE_PX + GROOVE_PX / 2 + 3, 1.5, height))
        painter.setBrush(colour(look.alarm if self.attack.steps[self.at].is_flipped else look.text))
        painter.drawEllipse(QPointF(here, MIDDLE_PX), HANDLE_PX, HANDLE_PX)

    def _step_at(self, x_px: float) -> int:
        assert self.attack is not None
        return self.attack.nearest((x_px - MARGIN_PX) / max(self.width() - 2 * MARGIN_PX, 1.0))

    def _follow(self, x_px: float) -> None:
        if self.attack is not None:
            self._go_to(self._step_at(x_px))

    def _go_to(self, at: int) -> None:
        if at != self.at:
            self.show_step(at)
            self.moved.emit(at)
