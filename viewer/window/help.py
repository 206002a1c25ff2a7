"""The help: all keys, over the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viewer.window.keys import HELP


class HelpOverlay(QWidget):
    """A panel in the middle of its parent that lists every key; a click on it closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._under = parent
        self.setObjectName("help")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(30, 24, 34, 26)
        columns.setSpacing(46)
        for pair in (HELP[:2], HELP[2:4], HELP[4:]):
            column = QVBoxLayout()
            column.addLayout(_table(pair))
            column.addStretch(1)
            columns.addLayout(column)
        parent.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Show or hide it."""
        self.setVisible(not self.isVisible())
        self._to_middle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Stays in the middle when the parent changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._to_middle()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, _: QMouseEvent) -> None:  # noqa: N802
        """A click closes it."""
        self.hide()

    def _to_middle(self) -> None:
        under = self._under
        self.resize(self.sizeHint().boundedTo(under.size()))
        self.move((under.width() - self.width()) // 2, (under.height() - self.height()) // 2)
        self.raise_()


def _table(groups: Sequence[tuple[str, tuple[tuple[str, str], ...]]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(22)
    grid.setVerticalSpacing(5)
    for heading, lines in groups:
        if grid.count():
            grid.setRowMinimumHeight(grid.rowCount(), 12)
        grid.addWidget(_label(heading, "helpHeading"), grid.rowCount() + 1, 0, 1, 2)
        for keys, does in lines:
            row = grid.rowCount()
            grid.addWidget(_label(keys, "helpKey"), row, 0)
            grid.addWidget(_label(does, "helpWords"), row, 1)
    return grid


def _label(words: str, name: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName(name)
    return label
