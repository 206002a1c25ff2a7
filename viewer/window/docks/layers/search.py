"""The box in which layers are searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

OWN_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape)


class SearchBox(QLineEdit):
    """`entered` tells that the person wants to go to what was found; the arrows go on in the list `below`."""

    entered = Signal()

    def __init__(self, below: QWidget) -> None:
        super().__init__()
        self._below = below
        self.setObjectName("search")
        self.setPlaceholderText("find: name, kind, 14×14 …  (Ctrl F)")
        self.setToolTip("a name, a kind such as conv or pool, a class such as Conv2D, or a shape; Enter flies there")
        self.setClearButtonEnabled(True)
        self.returnPressed.connect(self.entered)

    def event(self, event: QEvent) -> bool:
        """The keys that this box has a use for do nothing else while it has the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Down and up leave for the list, Escape empties the box and then leaves it."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._below.setFocus()
            self._below.keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            (self.clear if self.text() else self.clearFocus)()
        else:
            super().keyPressEvent(event)
