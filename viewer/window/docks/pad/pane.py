"""A picture of the pad with what the network says of it below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from viewer.window.docks.pad.answer import AnswerList
from viewer.window.docks.pad.canvas import Sheet
from viewer.window.docks.pad.rows import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.state import Theme


class Pane(QWidget):
    """A caption (where there are two panes), the picture, and the answer."""

    def __init__(self, theme: Callable[[], Theme], name: str) -> None:
        super().__init__()
        self.sheet, self.answer, self.caption = Sheet(theme, name), AnswerList(theme, MOST_ROWS), QLabel(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self.sheet, 1)
        column.addWidget(self.answer)
        self._said = "", False
        self.caption.hide()

    def show_caption(self, words: str, *, is_shown: bool = False) -> None:
        """What stands over the picture, marked where this one is shown in the scene; nothing: no caption."""
        if (words, is_shown) == self._said:
            return
        self._said = words, is_shown
        self.caption.setText(f"{words} \N{BLACK RIGHT-POINTING SMALL TRIANGLE} scene" if words and is_shown else words)
        self.caption.setObjectName("heading" if is_shown else "quiet")
        self.caption.style().polish(self.caption)
        self.caption.setVisible(bool(words))
