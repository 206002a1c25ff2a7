"""The buttons below the inspector: what can be done with the thing that is shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from viewer.window.docks.muting.mutes import mute_action

if TYPE_CHECKING:
    from viewer.window.docks.muting.mutes import Mutes


class Actions(QWidget):
    """Pin, isolate, mute (of several things that could be, one is chosen from a menu), fly to, copy."""

    muting = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(2)
        self.pin = _button(
            "Pin", "keep this here while the pointer goes on, as a click in the picture does; Esc lets go"
        )
        self.isolate = _button("Isolate", "keep only the path through this layer bright")
        self.mute = _button("Mute", "switch it off, and see how the prediction changes")
        self.fly = _button("Fly to", "bring it before the eye")
        self.copy = _button("Copy", "copy these facts as text")
        self.pin.setCheckable(True)
        self.isolate.setCheckable(True)
        self._mutes: Mutes = ()
        self._muted: Mutes = ()
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.mute.setMenu(self._menu)
        self.mute.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for button in (self.pin, self.isolate, self.mute, self.fly, self.copy):
            row.addWidget(button)
        row.addStretch(1)

    def offer_mutes(self, mutes: Mutes, muted: Mutes) -> None:
        """What can be muted here, or works again by the same line."""
        self._mutes, self._muted = mutes, muted
        self.mute.setEnabled(bool(mutes))

    def mute_lines(self) -> list[str]:
        """What the menu of the mute button offers."""
        self._fill()
        return [action.text() for action in self._menu.actions()]

    def choose_mute(self, line: str) -> None:
        """Do what a line of that menu does."""
        self._fill()
        next(action for action in self._menu.actions() if action.text() == line).trigger()

    def _fill(self) -> None:
        """Only when it is wanted: the pointer goes over many things."""
        self._menu.clear()
        for mute in self._mutes:
            self._menu.addAction(mute_action(mute, self._muted), partial(self.muting.emit, mute))


def _button(words: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.setToolTip(tip)
    button.setObjectName("inspectAction")
    return button
