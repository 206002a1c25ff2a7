"""Images of a survey as a list of small pictures, with words below each."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem

from viewer.window.docks.pad.canvas import image_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

TILE_PX, WORDS_PX, GAP_PX = 62, 18, 6
EDGE = QColor(128, 136, 152, 150)
ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, eq=False)
class Tile:
    """A picture (h, w, 1 or 3) uint8 of an image of the survey, with words below and in full as its tip."""

    row: int
    picture: NDArray[np.uint8]
    words: str
    tip: str


class TileList(QListWidget):
    """`loaded` brings the row of an image that was double clicked, or chosen with Enter; `picked` that one is marked.

    In one line, or in as many as there is room for; of `lines` of words below each picture.
    """

    loaded = Signal(int)
    picked = Signal()

    def __init__(self, name: str, *, wraps: bool, lines: int = 1) -> None:
        super().__init__()
        self.setObjectName("datasetTiles")
        self.setAccessibleName(name)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(wraps)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(TILE_PX, TILE_PX))
        self.setSpacing(1)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._size = QSize(TILE_PX + GAP_PX, TILE_PX + GAP_PX + WORDS_PX * lines)
        self._wraps = wraps
        self.itemActivated.connect(lambda item: self.loaded.emit(item.data(ROW)))
        self.currentItemChanged.connect(lambda _now, _before: self.picked.emit())

    @property
    def marked(self) -> int | None:
        """The image that is marked."""
        item = self.currentItem()
        return None if item is None else int(item.data(ROW))

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """These pictures and no others, in this order."""
        self.blockSignals(True)
        self.clear()
        for tile in tiles:
            item = QListWidgetItem(_icon(tile.picture), tile.words)
            item.setSizeHint(self._size)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            is_odd = "<" in tile.tip  # a file may be called as markup is
            item.setToolTip(html.escape(tile.tip).replace("\n", "<br>") if is_odd else tile.tip)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, tile.tip.replace("\n", ", "))
            item.setData(ROW, tile.row)
            self.addItem(item)
        self.blockSignals(False)
        self._fit()
        self.picked.emit()

    def resizeEvent(self, event: object) -> None:  # noqa: N802 (Qt's name)
        """As high as its rows: the dock scrolls, not each list."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _fit(self) -> None:
        wide, high = self._size.width() + 2, self._size.height() + 2
        across = max((self.viewport().width() - 4) // wide, 1) if self._wraps else max(self.count(), 1)
        bar_px = 0 if self._wraps or across * wide <= self.viewport().width() else 12
        high_px = -(-max(self.count(), 1) // across) * high + 6 + bar_px
        if high_px != self.height():
            self.setFixedHeight(high_px)


def _icon(picture: NDArray[np.uint8]) -> QIcon:
    """A picture in the size of a tile: the cells of a small one stay cells."""
    image = image_of(picture)
    is_small = max(image.width(), image.height()) < TILE_PX
    mode = Qt.TransformationMode.FastTransformation if is_small else Qt.TransformationMode.SmoothTransformation
    pixmap = QPixmap.fromImage(image.scaled(TILE_PX, TILE_PX, Qt.AspectRatioMode.KeepAspectRatio, mode))
    painter = QPainter(pixmap)  # a picture on white would have no end in the light theme, one on black in the dark
    painter.setPen(EDGE)
    painter.drawRect(pixmap.rect().adjusted(0, 0, -1, -1))
    painter.end()
    icon = QIcon()
    for kind in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # the marked one in its own colours too
        icon.addPixmap(pixmap, kind)
    return icon
