"""The tree of layers on the screen: rows that can be clicked, double clicked, and have switches at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from viewer.window.docks.layers.icons import paint_glyph
from viewer.window.docks.layers.model import BELOW_ROLE, HEALTH_ROLE, STATE_ROLE, SWITCHES, Column, LayerModel
from viewer.window.look import look_of

if TYPE_CHECKING:
    from viewer.state import Theme
    from viewer.window.docks.layers.tree import LayerRow

Index = QModelIndex | QPersistentModelIndex
ROW_PX, SWITCH_PX, GLYPH_PX, ICON_PX, INDENT_PX = 38, 21, 14, 16, 14
SMALL = 0.88
OWN_KEYS = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)
SEEN = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected


class RowDelegate(QStyledItemDelegate):
    """Paints the name with a line below it, and switches: bright where they are on, where they are off faint, and all
    but the first only in the row under the pointer.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme: Theme = theme
        self.health_is_shown = False

    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 (Qt's name)
        """All rows are equally high."""
        return QSize(80 if index.column() == Column.NAME else SWITCH_PX, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt's."""
        look = look_of(self.theme)
        if option.state & SEEN:
            painter.fillRect(
                option.rect, QColor(look.chosen if option.state & QStyle.StateFlag.State_Selected else look.raised)
            )
        if index.column() == Column.NAME:
            self._paint_name(painter, option, index)
        else:
            self._paint_switch(painter, option, index)

    def _paint_name(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = look_of(self.theme)
        box: QRect = option.rect.adjusted(2, 2, -2, -3)
        box.setRight(box.right() + self._free_px(option, index))
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        icon.paint(painter, QRect(box.left(), box.top() + 2, ICON_PX, ICON_PX))
        box.setLeft(box.left() + ICON_PX + 7)
        upper, lower = box.adjusted(0, 0, 0, -box.height() // 2), box.adjusted(0, box.height() // 2, 0, 0)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(QColor(look.text))
        name = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideMiddle, upper.width())
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, name)
        font = painter.font()
        font.setPixelSize(round(option.fontMetrics.height() * SMALL * 0.72))
        painter.setFont(font)
        health = index.data(HEALTH_ROLE) if self.health_is_shown else ""
        painter.setPen(QColor(look.alarm if health else look.dim))
        below = painter.fontMetrics().elidedText(
            health or index.data(BELOW_ROLE), Qt.TextElideMode.ElideRight, lower.width()
        )
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, below)
        painter.restore()

    @staticmethod
    def _free_px(option: QStyleOptionViewItem, index: Index) -> int:
        """Room that switches right of the name do not need: those that are off are seen under the pointer only."""
        beside = [index.sibling(index.row(), column) for column in (Column.ISOLATE, Column.MUTE)]
        is_free = not option.state & SEEN and not any(one.data(STATE_ROLE) for one in beside)
        return len(beside) * SWITCH_PX if is_free else 0

    def _paint_switch(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        column, state = Column(index.column()), index.data(STATE_ROLE)
        if state is None or not (state or column is Column.OPENED or option.state & SEEN):
            return
        look = look_of(self.theme)
        on = look.alarm if column is Column.MUTE else look.accent
        name = {Column.OPENED: "opened" if state else "closed", Column.ISOLATE: "isolate", Column.MUTE: "mute"}[column]
        box = QRectF(0, 0, GLYPH_PX, GLYPH_PX)
        box.moveCenter(QRectF(option.rect).center())
        paint_glyph(painter, name, box, QColor(on if state else look.faint), 1.5 if state else 1.2)


class LayerView(QTreeView):
    """`chosen` tells a row that was clicked or come to by a key, `visited` one that was double clicked or entered,
    `switched` a row and the column of its switch.
    """

    chosen = Signal(object)
    visited = Signal(object)
    switched = Signal(object, object)

    def __init__(self, model: LayerModel, theme: Theme) -> None:
        super().__init__()
        self.setModel(model)
        self._rows = model
        self._delegate = RowDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionBehavior(QTreeView.SelectionBehavior.SelectRows)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setIndentation(INDENT_PX)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHeaderHidden(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(SWITCH_PX)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column in SWITCHES:
            header.resizeSection(column, SWITCH_PX)
        self.clicked.connect(self._on_click)
        self.doubleClicked.connect(self._on_double_click)

    def show_theme(self, theme: Theme) -> None:
        """The colours of a theme."""
        self._delegate.theme = theme
        self.viewport().update()

    def show_health(self, is_shown: bool) -> None:
        """What looks wrong stands below the names, in place of the shapes."""
        self._delegate.health_is_shown = is_shown
        self.viewport().update()

    def row_here(self) -> LayerRow | None:
        """The current row."""
        return self._rows.row_of(self.currentIndex())

    def go_to(self, layer: str) -> None:
        """Make the row of a layer the current one, without telling."""
        index = self._rows.index_of(layer)
        if index.isValid() and index != self.currentIndex().siblingAtColumn(0):
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def event(self, event: QEvent) -> bool:
        """The keys that go through the tree do nothing else while it has the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Enter flies there; the arrows choose."""
        before, row = self.currentIndex(), self.row_here()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            self.visited.emit(row)
            return
        super().keyPressEvent(event)
        row = self.row_here()
        if self.currentIndex() != before and row is not None:
            self.chosen.emit(row)

    def _on_click(self, index: QModelIndex) -> None:
        row, column = self._rows.row_of(index), Column(index.column())
        if row is None:
            return
        if column is Column.NAME:
            self.chosen.emit(row)
        elif index.data(STATE_ROLE) is not None:
            self.switched.emit(row, column)

    def _on_double_click(self, index: QModelIndex) -> None:
        row = self._rows.row_of(index)
        if row is not None and index.column() == Column.NAME:
            self.visited.emit(row)
