"""A list to choose from that knows its items by id, and can grey out what cannot be chosen, with the reason."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPen, QPolygon, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter

from viewer.window.offer import Item

ARROW_PX = 46


class Choice(QComboBox):
    """`chosen` tells the id that the person has chosen; choices made by the program tell nothing."""

    chosen = Signal(object)

    def __init__(self, width_px: int) -> None:
        super().__init__()
        self.setMinimumWidth(min(width_px, 84))
        self.setMaximumWidth(width_px)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(20, 20))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMaxVisibleItems(18)
        self.view().setTextElideMode(Qt.TextElideMode.ElideRight)
        self._items: tuple[Item, ...] = ()
        self._rows: dict[str | None, int] = {}
        self.activated.connect(self._tell)

    def offer(self, items: tuple[Item, ...]) -> None:
        """Replace what there is to choose."""
        self.clear()
        self._items = items
        self._rows = {item.id: row for row, item in enumerate(items)}
        for row, item in enumerate(items):
            self.addItem(item.words)
            self.setItemData(row, item.tip or item.words, Qt.ItemDataRole.ToolTipRole)
        # A list as wide as its longest item, however narrow the closed choice is.
        widest = max((self.fontMetrics().horizontalAdvance(item.words) for item in items), default=0)
        self.view().setMinimumWidth(max(self.maximumWidth(), widest + 64))

    def picture(self, id_: str | None, icon: QIcon) -> None:
        """Give an item a picture."""
        self.setItemIcon(self._row(id_), icon)

    def put(self, id_: str | None) -> None:
        """Choose without telling."""
        self.setCurrentIndex(self._row(id_))
        self.setToolTip(str(self.currentData(Qt.ItemDataRole.ToolTipRole) or ""))

    def allow(self, id_: str | None, reason: str = "") -> None:
        """Let an item be chosen, or grey it out with the `reason` why not as its tip."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(self._row(id_))
        if item.isEnabled() != (not reason):
            item.setEnabled(not reason)
            item.setToolTip(reason or item.text())

    def beside(self, steps: int) -> Item | None:
        """The item that many allowed ones further, going round; `None` where there is no other."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        here = self.currentIndex()
        allowed = [row for row in range(self.count()) if model.item(row).isEnabled() or row == here]
        return self._items[allowed[(allowed.index(here) + steps) % len(allowed)]] if len(allowed) > 1 else None

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """As Qt does, but words that have no room end in an ellipsis, and the arrow has their colour."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room_px = self.width() - ARROW_PX - (self.iconSize().width() + 8 if not option.currentIcon.isNull() else 0)
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room_px)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().text().color(), 1.5))
        x, y = self.rect().right() - 14, self.rect().center().y() + 1
        painter.drawPolyline(QPolygon([QPoint(x - 4, y - 2), QPoint(x, y + 2), QPoint(x + 4, y - 2)]))

    def _tell(self, row: int) -> None:
        self.chosen.emit(self._items[row].id)

    def _row(self, id_: str | None) -> int:
        return self._rows[id_]
