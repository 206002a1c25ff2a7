"""The terms of a formula as rows: a click goes to where the term comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableWidget, QTableWidgetItem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.window.docks.inspector.formula import TermRow

HEADINGS = ("from", "value", "× weight", "= adds")
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
ROW_PX, HEADER_PX = 22, 24
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TermTable(QTableWidget):
    """`wanted` tells the place of a row that was clicked, or entered by a key."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(0, len(HEADINGS))
        for column, words in enumerate(HEADINGS):
            heading = QTableWidgetItem(words)
            heading.setTextAlignment(RIGHT if column else LEFT)
            self.setHorizontalHeaderItem(column, heading)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setFixedHeight(HEADER_PX)
        self._rows: Sequence[TermRow] = ()
        self.itemActivated.connect(self._go)
        self.itemClicked.connect(self._go)

    def show_terms(self, rows: Sequence[TermRow]) -> None:
        """Show these terms; none takes no room."""
        self._rows = rows
        self.clearSelection()
        self.setRowCount(len(rows))
        for at, row in enumerate(rows):
            for column, words in enumerate((row.source, row.value, row.weight, row.product)):
                item = QTableWidgetItem(words)
                item.setTextAlignment(RIGHT if column else LEFT)
                item.setToolTip(f"{row.tip}: click to go there" if row.place is not None else row.tip)
                self.setItem(at, column, item)
        self.setColumnHidden(2, not any(row.weight for row in rows))
        self.setFixedHeight(HEADER_PX + ROW_PX * len(rows) + 2)
        self.setVisible(bool(rows))

    def _go(self, item: QTableWidgetItem) -> None:
        place = self._rows[item.row()].place
        if place is not None:
            self.wanted.emit(place)
