"""Buttons that do something, and rows of them, as docks have them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget


def action_button(words: str, tip: str) -> QToolButton:
    """A button as wide as its part of the row."""
    button = QToolButton()
    button.setText(words)
    button.setToolTip(tip)
    button.setObjectName("padAction")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return button


def row_of(*parts: QWidget) -> QHBoxLayout:
    """Parts beside each other, as wide as each other but for captions."""
    row = QHBoxLayout()
    row.setSpacing(4)
    for part in parts:
        row.addWidget(part, 0 if isinstance(part, QLabel) else 1)
    return row
