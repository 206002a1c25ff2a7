"""The help: all keys, over the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from viewer.window.keys import HELP

MARGIN_PX = 16


class HelpOverlay(QWidget):
    """A panel in the middle of its parent that lists every key, rolled where there is no room; a click closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._under = parent
        self.setObjectName("help")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._all = QWidget()
        self._all.setObjectName("helpLines")
        columns = QHBoxLayout(self._all)
        columns.setContentsMargins(26, 20, 28, 20)
        columns.setSpacing(30)
        for groups in HELP:
            column = QVBoxLayout()
            column.addLayout(_table(groups))
            column.addStretch(1)
            columns.addLayout(column)
        rolled = QScrollArea()
        rolled.setWidget(self._all)
        rolled.setWidgetResizable(True)
        rolled.setFrameShape(QScrollArea.Shape.NoFrame)
        around = QHBoxLayout(self)
        around.setContentsMargins(1, 1, 1, 1)
        around.addWidget(rolled)
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
        needed = self._all.sizeHint() + QSize(MARGIN_PX, MARGIN_PX) / 4
        self.resize(needed.boundedTo(under.size() - QSize(MARGIN_PX, MARGIN_PX)))
        self.move((under.width() - self.width()) // 2, (under.height() - self.height()) // 2)
        self.raise_()


def _table(groups: Sequence[tuple[str, tuple[tuple[str, str], ...]]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(3)
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
