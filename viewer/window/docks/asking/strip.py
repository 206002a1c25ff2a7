"""The results of a session as a row of small pictures, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem

from viewer.window.docks.pad.canvas import image_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

ICON_PX, ROW_PX = 44, 62
NUMBER = Qt.ItemDataRole.UserRole


class ResultStrip(QListWidget):
    """`picked` brings the number of a result that a person has chosen."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("askedResults")
        self.setAccessibleName("what was asked before")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setSpacing(1)
        self.setFixedHeight(ROW_PX)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._shown: list[tuple[int, object]] = []
        self.currentItemChanged.connect(self._on_current)

    def show_results(self, results: Sequence[tuple[int, NDArray[np.uint8] | None, str]], chosen: int | None) -> None:
        """Numbers, pictures and words of the results, and which of them is looked at."""
        self.blockSignals(True)
        numbers = [number for number, _, _ in results]
        if numbers != [number for number, _ in self._shown]:
            self.clear()
            self._shown = [(number, None) for number in numbers]
            for number in numbers:
                item = QListWidgetItem()
                item.setSizeHint(QSize(ICON_PX + 8, ICON_PX + 8))
                item.setData(NUMBER, number)
                self.addItem(item)
        for row, (number, picture, words) in enumerate(results):
            item = self.item(row)
            item.setToolTip(words)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            if picture is not None and self._shown[row][1] is not picture:
                item.setIcon(_icon(picture))
                self._shown[row] = number, picture
            if number == chosen:
                self.setCurrentItem(item)
        self.blockSignals(False)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.picked.emit(item.data(NUMBER))


def _icon(picture: NDArray[np.uint8]) -> QIcon:
    image = image_of(picture)
    is_small = image.width() < ICON_PX
    mode = Qt.TransformationMode.FastTransformation if is_small else Qt.TransformationMode.SmoothTransformation
    scaled = image.scaled(ICON_PX, ICON_PX, Qt.AspectRatioMode.KeepAspectRatio, mode)
    icon, pixmap = QIcon(), QPixmap.fromImage(scaled)
    for kind in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # the chosen one in its own colours too
        icon.addPixmap(pixmap, kind)
    return icon
