"""The tree of layers as Qt's views ask for it: rows from `layers_tree`, and what is on or off for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from viewer.window.docks.layers.health import group_badge
from viewer.window.docks.layers.icons import glyph_icon
from viewer.window.look import look_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.state import Theme
    from viewer.window.docks.layers.tree import LayerRow

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns of the tree; all but the first are switches."""

    NAME = 0
    ISOLATE = 1
    MUTE = 2
    OPENED = 3


SWITCHES = (Column.ISOLATE, Column.MUTE, Column.OPENED)
TIPS = {
    Column.ISOLATE: "keep only the path through this layer bright",
    Column.MUTE: "switch the layer off and see how the prediction changes",
    Column.OPENED: "show the layer's channels, or only their mean",
}
STATE_ROLE = Qt.ItemDataRole.UserRole + 1
"""Of a switch: `True` on, `False` off, `None` where there is none."""
BELOW_ROLE = Qt.ItemDataRole.UserRole + 2
"""The second line of a row."""
HEALTH_ROLE = Qt.ItemDataRole.UserRole + 3
"""What looks wrong, in two or three words."""


@dataclass(frozen=True)
class Marks:
    """What is on: layers that show their channels, the one whose path is isolated, those that are muted or have a part
    that is, and the words about the health of some.
    """

    opened: frozenset[str] = frozenset()
    isolated: str | None = None
    muted: frozenset[str] = frozenset()
    health: dict[str, str] = field(default_factory=dict)


class LayerModel(QAbstractItemModel):
    """Rows are `nodes`; an index carries the number of its node, so that Qt keeps no pointer to anything of ours."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[LayerRow] = []
        self._parents: list[int] = []
        self._places: list[int] = []
        self._inside: dict[int, list[int]] = {-1: []}
        self._of_layer: dict[str, int] = {}
        self._marks = Marks()
        self._theme: Theme = theme

    def show_rows(self, rows: Sequence[LayerRow]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._nodes, self._parents, self._places = [], [], []
        self._inside, self._of_layer = {-1: []}, {}
        self._take(rows, -1)
        self.endResetModel()

    def show_marks(self, marks: Marks) -> None:
        """What is on and off now."""
        if marks != self._marks:
            self._marks = marks
            self._everything_changed()

    def show_theme(self, theme: Theme) -> None:
        """The colours of a theme."""
        self._theme = theme
        self._everything_changed()

    def row_of(self, index: Index) -> LayerRow | None:
        """What a row stands for; `None` for no index."""
        return self._nodes[index.internalId()] if index.isValid() else None

    def index_of(self, layer: str) -> QModelIndex:
        """Where the row of a layer is; an invalid index where it has none."""
        node = self._of_layer.get(layer)
        return QModelIndex() if node is None else self.createIndex(self._places[node], 0, node)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 (Qt's default)
        """Qt's."""
        inside = self._inside.get(self._number(parent), [])
        is_there = 0 <= row < len(inside) and 0 <= column < len(Column)
        return self.createIndex(row, column, inside[row]) if is_there else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        """Qt's."""
        above = self._parents[index.internalId()] if index.isValid() else -1
        return QModelIndex() if above < 0 else self.createIndex(self._places[above], 0, above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Qt's."""
        return len(self._inside.get(self._number(parent), [])) if parent.column() <= 0 else 0

    def columnCount(self, _: Index = QModelIndex()) -> int:  # noqa: B008, N802
        """Qt's."""
        return len(Column)

    def data(self, index: Index, role: int = 0) -> Any:
        """Qt's."""
        row, column = self._nodes[index.internalId()], Column(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == STATE_ROLE:
            return self._state(row, column)
        return self._words(row, role) if column is Column.NAME else None

    def _words(self, row: LayerRow, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return row.label
        if role == BELOW_ROLE:
            return row.below
        if role == HEALTH_ROLE:
            return self._health(row)
        if role == Qt.ItemDataRole.DecorationRole:
            look = look_of(self._theme)
            return glyph_icon(row.kind, look.accent if row.kind == "group" else look.dim)
        return None

    def _health(self, row: LayerRow) -> str:
        health = self._marks.health
        return group_badge(row.layers, health) if row.inside else health.get(row.name, "")

    def _tip(self, row: LayerRow, column: Column) -> str:
        if column in SWITCHES and self._state(row, column) is not None:
            return TIPS[column]
        words = self._marks.health.get(row.name)
        return f"{row.tip}\n{words}" if words and not row.inside else row.tip

    def _state(self, row: LayerRow, column: Column) -> bool | None:
        marks = self._marks
        if column is Column.OPENED:
            return row.name in marks.opened if row.can_open else None
        if column is Column.ISOLATE:
            return marks.isolated == row.layer
        if column is Column.MUTE and not row.inside and row.kind != "input":
            return row.name in marks.muted
        return None

    def _take(self, rows: Sequence[LayerRow], above: int) -> None:
        for place, row in enumerate(rows):
            number = len(self._nodes)
            self._nodes.append(row)
            self._parents.append(above)
            self._places.append(place)
            self._inside[above].append(number)
            self._inside[number] = []
            if not row.inside:
                self._of_layer[row.name] = number
            self._take(row.inside, number)

    def _number(self, index: Index) -> int:
        return int(index.internalId()) if index.isValid() else -1

    def _everything_changed(self) -> None:
        """The view asks again for the rows that it shows, which are few however many there are."""
        top = self._inside[-1]
        if top:
            first, last = self.index(0, 0), self.index(len(top) - 1, len(Column) - 1)
            self.dataChanged.emit(first, last)
