"""The rows of the look dock: a caption, and a slider with its number or a list to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget
from superqt import QLabeledDoubleSlider

from viewer.window.choice import Choice
from viewer.window.offer import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NUMBER_PX = 54


class Rows(QGridLayout):
    """Captions at the left, what is set at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalSpacing(10)
        self.setVerticalSpacing(4)
        self.setColumnStretch(1, 1)

    def heading(self, words: str) -> None:
        """A line over the rows that belong together."""
        row = self.rowCount()
        self.setRowMinimumHeight(row, 4 if row > 1 else 0)
        label = QLabel(words)
        label.setObjectName("heading")
        self.addWidget(label, row + 1, 0, 1, 2)

    def row(self, caption: str, part: QWidget, tip: str) -> None:
        """One thing to set."""
        label, row = QLabel(caption), self.rowCount()
        label.setBuddy(part)
        for each in (label, part):
            each.setToolTip(tip)
        self.addWidget(label, row, 0)
        self.addWidget(part, row, 1)

    def line(self, part: QWidget) -> None:
        """Something as wide as the dock."""
        self.addWidget(part, self.rowCount(), 0, 1, 2)


class Amount(QLabeledDoubleSlider):
    """A slider with its number, which can be typed too; `follow` is called for what the hand does, not for `put`."""

    def __init__(self, low: float, high: float, decimals: int, follow: Callable[[float], object]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(low, high)
        self.setDecimals(decimals)
        self.setSingleStep(10**-decimals)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(130)
        self.valueChanged.connect(follow)

    def put(self, value: float) -> None:
        """Show a value that was set elsewhere."""
        with QSignalBlocker(self):
            self.setValue(value)


def choice_of(words: Mapping[str, str], follow: Callable[[Any], object]) -> Choice:
    """A list of values with what they are called."""
    choice = Choice(170)
    choice.offer(tuple(Item(value, said) for value, said in words.items()))
    choice.chosen.connect(follow)
    return choice
