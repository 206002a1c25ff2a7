"""What the mouse does over the picture, as gestures: drags, turns of the wheel, clicks, and where it rests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

STILL_PX = 4.0
LEFT, RIGHT, MIDDLE = 1, 2, 3
At = tuple[float, float]


class Hand(QObject):
    """Gestures over a vispy canvas. Places are in logical pixels from the top left of its widget.

    `turned` and `moved` bring how far a drag went since the last one, `zoomed` notches of the wheel and where.
    `pointed` is where the pointer is while no button is down (`None`: it has left), `clicked` and `asked` a left and a
    right click that moved nothing (`asked` with the place on the screen), `doubled` a double click. `steers` says
    whether a drag or a turn of the wheel that begins at a place moves anything; where it does not, `refused` is told
    once.
    """

    turned = Signal(object)
    moved = Signal(object)
    zoomed = Signal(float, object)
    pointed = Signal(object)
    clicked = Signal(object)
    asked = Signal(object, object)
    doubled = Signal(object)
    let_go = Signal()
    refused = Signal()

    def __init__(self, canvas: Any) -> None:
        super().__init__()
        self._widget: QWidget = canvas.native
        self._widget.setMouseTracking(True)
        self._widget.installEventFilter(self)
        self._button = 0
        self._turns = self._is_refused = False
        self.steers: Callable[[At], bool] = lambda _: True
        self._at: At = (0.0, 0.0)
        self._moved_px = 0.0
        for name in ("press", "move", "release", "wheel", "double_click"):
            getattr(canvas.events, f"mouse_{name}").connect(getattr(self, f"_on_{name}"))

    @property
    def is_down(self) -> bool:
        """Whether a drag may be going on."""
        return self._button != 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Tells when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(None)
        return super().eventFilter(watched, event)

    def _on_press(self, event: Any) -> None:
        if event.button not in (LEFT, RIGHT, MIDDLE):
            return
        is_shifted = any(key.name == "Shift" for key in event.modifiers)
        self._button, self._turns = event.button, event.button == LEFT and not is_shifted
        self._at, self._moved_px = _place(event), 0.0
        self._is_refused = not self.steers(self._at)

    def _on_move(self, event: Any) -> None:
        if not self.is_down:
            self.pointed.emit(_place(event))
            return
        (x, y), (x_before, y_before) = _place(event), self._at
        by_px = x - x_before, y - y_before
        if by_px != (0.0, 0.0):
            self._at = x, y
            was_still = self._moved_px <= STILL_PX
            self._moved_px += abs(by_px[0]) + abs(by_px[1])
            if self._is_refused:
                if was_still and self._moved_px > STILL_PX:
                    self.refused.emit()
                return
            if self._moved_px > STILL_PX:
                self._widget.setCursor(Qt.CursorShape.ClosedHandCursor)
            (self.turned if self._turns else self.moved).emit(by_px)

    def _on_release(self, event: Any) -> None:
        if not self.is_down:
            return
        # The last moves may have been left out as too quick.
        self._on_move(event)
        button, self._button = self._button, 0
        self._widget.unsetCursor()
        self.let_go.emit()
        if self._moved_px > STILL_PX:
            return
        at = _place(event)
        if button == RIGHT:
            self.asked.emit(at, self._widget.mapToGlobal(QPoint(int(at[0]), int(at[1]))))
        elif button == LEFT and self._turns:
            self.clicked.emit(at)

    def _on_wheel(self, event: Any) -> None:
        at = _place(event)
        if event.delta[1] and self.steers(at):
            self.zoomed.emit(float(event.delta[1]), at)
        elif event.delta[1]:
            self.refused.emit()

    def _on_double_click(self, event: Any) -> None:
        self._button = 0
        if event.button == LEFT:
            self.doubled.emit(_place(event))


def _place(event: Any) -> At:
    return float(event.pos[0]), float(event.pos[1])
