"""Keys that belong to what has the focus in a dock: a list keeps its arrows, a slider its steps."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QDockWidget,
    QPlainTextEdit,
    QWidget,
)

Key = Qt.Key
ARROWS = {Key.Key_Up, Key.Key_Down, Key.Key_Left, Key.Key_Right, Key.Key_Home, Key.Key_End}
PAGES = {Key.Key_PageUp, Key.Key_PageDown}
TAKEN: tuple[tuple[type[QWidget], set[Key]], ...] = (
    (QAbstractItemView, ARROWS | PAGES | {Key.Key_Space}),
    (QAbstractSlider, ARROWS | PAGES),
    (QAbstractSpinBox, ARROWS | PAGES),
    (QPlainTextEdit, ARROWS | PAGES | {Key.Key_Space}),
)
PLAIN = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier


class FocusKeys(QObject):
    """Keeps those keys from being shortcuts of the window.

    It watches what has had the focus, and not the application: every event of it, and a playing scene makes many, would
    come to Python first.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Whether the key is taken here."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        is_taken = event.modifiers() in PLAIN and _takes(watched, event.key())
        if is_taken:
            event.accept()
        return is_taken

    def _on_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        """A key that the focus does not take is offered to what it lies in, as far as the dock."""
        kinds = tuple(kind for kind, _ in TAKEN)
        around: list[QObject] = []
        widget: QObject | None = now
        while widget is not None and not isinstance(widget, QDockWidget):
            around += [widget] if isinstance(widget, kinds) else []
            widget = widget.parent()
        if widget is not None:
            for watched in around:
                watched.installEventFilter(self)


def _takes(widget: QObject, key: int) -> bool:
    return any(isinstance(widget, kind) and key in keys for kind, keys in TAKEN)
