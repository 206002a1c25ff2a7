"""What is muted, each with a cross, and what the network says with and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from viewer.window.docks.inspector.rows import Line
from viewer.window.docks.muting.mutes import mute_words

if TYPE_CHECKING:
    from viewer.state import Mute
    from viewer.window.docks.muting.mutes import Mutes

MOST_SHOWN = 6


class Strip(QWidget):
    """`unmuted` tells a mute to take back, `cleared` that all are to go. It takes no room where nothing is muted."""

    unmuted = Signal(object)
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("muteStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 8, 8, 8)
        self._column.setSpacing(2)
        head = QHBoxLayout()
        self.heading, self.clear = QLabel("Muted"), QToolButton()
        self.heading.setObjectName("inspectHeading")
        self.clear.setText("Clear")
        self.clear.setToolTip("let everything work again")
        self.clear.clicked.connect(self.cleared)
        head.addWidget(self.heading, 1)
        head.addWidget(self.clear)
        self._column.addLayout(head)
        self._chips: list[Chip] = []
        self._are_muted = False
        self.more, self.answer = Line("inspectDim"), Line("inspectAnswer")
        self._column.addWidget(self.more)
        self._column.addWidget(self.answer)
        self.hide()

    def show_mutes(self, muted: Mutes) -> None:
        """A chip for each, the newest first; of many only some."""
        for chip in self._chips:
            chip.hide()
            self._column.removeWidget(chip)
            chip.deleteLater()
        self._chips = [Chip(mute) for mute in reversed(muted[-MOST_SHOWN:])]
        for at, chip in enumerate(self._chips):
            chip.unmuted.connect(self.unmuted)
            self._column.insertWidget(1 + at, chip)
        left = len(muted) - len(self._chips)
        self.more.say(f"and {left} more" if left else "")
        self._are_muted = bool(muted)
        self._fit()

    def show_answer(self, words: str, *, is_other: bool) -> None:
        """What the network says now; in the colour of alarm where it says another class than before."""
        self.answer.say(words)
        self.answer.setProperty("other", is_other)
        self.answer.style().unpolish(self.answer)
        self.answer.style().polish(self.answer)
        self._fit()

    def _fit(self) -> None:
        """There is something to say before the first thing is muted: that it is being computed."""
        self.heading.setVisible(self._are_muted)
        self.clear.setVisible(self._are_muted)
        self.setVisible(self._are_muted or bool(self.answer.text()))


class Chip(QWidget):
    """One thing that is muted, and a cross."""

    unmuted = Signal(object)

    def __init__(self, mute: Mute) -> None:
        super().__init__()
        self._mute = mute
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        words, cross = Line("inspectLine"), QToolButton()
        words.say(mute_words(mute))
        cross.setText("×")
        cross.setObjectName("cross")
        cross.setToolTip(f"unmute {mute_words(mute)}")
        cross.clicked.connect(self._tell)
        row.addWidget(words, 1)
        row.addWidget(cross)
        self.cross = cross

    def _tell(self) -> None:
        self.unmuted.emit(self._mute)
