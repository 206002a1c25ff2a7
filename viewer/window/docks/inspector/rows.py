"""Small parts of the inspector: lines of words that vanish when they say nothing, and tables of names and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence


class Line(QLabel):
    """Words that can be selected, in as many lines as they need; without words it takes no room."""

    def __init__(self, name: str = "", *, wraps: bool = True) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setWordWrap(wraps)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.hide()

    def say(self, words: str, tip: str = "") -> None:
        """Show other words."""
        if words != self.text():
            self.setText(words)
        if tip != self.toolTip():
            self.setToolTip(tip)
        if bool(words) == self.isHidden():
            self.setVisible(bool(words))


class Table(QWidget):
    """Names on the left, dim, and what belongs to them on the right; the widgets are kept and used again."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._pairs: list[tuple[Line, Line]] = []

    def show_rows(self, rows: Sequence[tuple[str, str]], tips: Sequence[str] = ()) -> None:
        """Show these rows and no others; `tips` say what their names mean."""
        while len(self._pairs) < len(rows):
            self._add()
        for at, (name, words) in enumerate(self._pairs):
            name.say(rows[at][0] if at < len(rows) else "", tips[at] if at < len(tips) else "")
            words.say(rows[at][1] if at < len(rows) else "")
        self.setVisible(bool(rows))

    def rows(self) -> dict[str, str]:
        """What is shown, by its names."""
        return {name.text(): words.text() for name, words in self._pairs if name.text()}

    def _add(self) -> None:
        name, words = Line("factName", wraps=False), Line("fact")
        name.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)
        words.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(name, len(self._pairs), 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(words, len(self._pairs), 1)
        self._pairs.append((name, words))
