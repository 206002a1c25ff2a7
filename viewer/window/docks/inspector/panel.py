"""The upper part of the inspector: what it is, its value, where the value comes from, and how the others are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viewer.window.docks.inspector.chart import Chart
from viewer.window.docks.inspector.rows import Line, Table
from viewer.window.docks.words import joined

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

    from viewer.inspect.reading import Reading
    from viewer.state import Theme
    from viewer.window.docks.inspector.card import Card

THUMBNAIL_PX = 40


class Panel(QWidget):
    """Shows a card at once, and the histogram of its reading."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.index, self.what = Line("inspectTitle"), Line("inspectIndex"), Line("inspectDim")
        self.value, self.kind, self.rank = Line("inspectValue"), Line("inspectDim"), Line("inspectLine")
        self.compared, self.notes = Line("inspectLine"), Line("inspectNote")
        self.source, self.moment, self.thumbnail = Line("inspectLine"), Line("inspectDim"), QLabel()
        self.chart, self.statistics, self.facts = Chart(), Table(), Table()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for part in (self.title, self.index, self.what):
            column.addWidget(part)
        column.addSpacing(4)
        for part in (self.value, self.kind, self.rank, self.compared):
            column.addWidget(part)
        column.addSpacing(6)
        column.addLayout(self._origin())
        column.addSpacing(6)
        column.addWidget(self.chart)
        column.addWidget(self.statistics)
        column.addWidget(self.facts)
        column.addWidget(self.notes)

    def show_card(self, card: Card, icon: QIcon | None, compared: str = "") -> None:
        """The words of a card, and the picture of the input that it is of."""
        self.title.say(card.title)
        self.index.say(card.index)
        self.what.say(card.what)
        self.value.say(card.value)
        self.kind.say(card.kind)
        self.rank.say(card.rank, "rank 1 is the largest value")
        self.compared.say(compared)
        self.source.say(card.source, "the input that was shown to the network")
        self.moment.say(card.moment, "the checkpoint: when in training the weights were these")
        self.statistics.show_rows(card.statistics)
        self.facts.show_rows(card.facts)
        self.notes.say(joined(card.notes, "\n"))
        side = QSize(THUMBNAIL_PX, THUMBNAIL_PX)
        self.thumbnail.setVisible(icon is not None and not icon.isNull())
        if icon is not None:
            self.thumbnail.setPixmap(icon.pixmap(side))

    def show_spread(self, reading: Reading) -> None:
        """How the values of the layer are spread, and where this one lies."""
        self.chart.setVisible(bool(reading.counts.size))
        self.chart.show_counts(reading.counts, reading.edges)
        self.chart.show_mark(reading.value)

    def show_theme(self, theme: Theme) -> None:
        """The colours of the histogram."""
        self.chart.theme = theme
        self.chart.update()

    def _origin(self) -> QHBoxLayout:
        row, words = QHBoxLayout(), QVBoxLayout()
        row.setSpacing(10)
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.source)
        words.addWidget(self.moment)
        words.addStretch(1)
        row.addWidget(self.thumbnail, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        return row
