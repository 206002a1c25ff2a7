"""The heading of a dock, in the colours of the theme: its name to drag it by, and buttons that let it float or go."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget


class Heading(QWidget):
    """Stands on a dock in place of Qt's own title bar, whose signs are black on black in a dark theme."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setObjectName("dockHeading")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        name = QLabel(dock.windowTitle())
        name.setObjectName("dockName")
        dock.windowTitleChanged.connect(name.setText)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 4, 3)
        row.setSpacing(0)
        row.addWidget(name, 1)
        row.addWidget(_button("\N{NORTH EAST ARROW}", "let it float, or stand here again", self._float))
        row.addWidget(_button("\N{MULTIPLICATION SIGN}", "hide it; the Panels menu brings it back", dock.close))
        self._dock = dock

    def _float(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())


def _button(sign: str, tip: str, does: object) -> QToolButton:
    button = QToolButton()
    button.setText(sign)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(does)
    return button
