"""The rows of inputs as Qt's views ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from viewer.window.docks.inputs.rows import Group, tip_of, title_of

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.inspect.samples import Sample

Index = QModelIndex | QPersistentModelIndex
SAMPLE = Qt.ItemDataRole.UserRole
STEPS = Qt.ItemDataRole.UserRole + 1
IS_SHOWN = Qt.ItemDataRole.UserRole + 2
PARENT_OF_ALL = QModelIndex()
BARRED, FREE = Qt.ItemFlag.NoItemFlags, Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class InputsModel(QAbstractItemModel):
    """Inputs, and below each the attacked ones made of it. The internal id of a step is the row of its head + 1."""

    def __init__(self, bundle: Bundle, parent: QObject) -> None:
        super().__init__(parent)
        self._bundle = bundle
        self._groups: tuple[Group, ...] = ()
        self._places: dict[str, tuple[int, int]] = {}
        self._shown: frozenset[str] = frozenset()

    def put(self, groups: tuple[Group, ...]) -> None:
        """Other rows."""
        self.beginResetModel()
        self._groups = groups
        self._places = {group.head.input_id: (row, -1) for row, group in enumerate(groups)}
        for row, group in enumerate(groups):
            self._places |= {step.input_id: (row, at) for at, step in enumerate(group.steps)}
        self.endResetModel()

    def mark(self, shown: frozenset[str]) -> None:
        """These inputs are shown now."""
        before, self._shown = self._shown, shown
        for id_ in before ^ shown:
            index = self.index_of(id_)
            for changed in (index, index.parent()):
                if changed.isValid():
                    self.dataChanged.emit(changed, changed)

    def tell(self, input_id: str) -> None:
        """The picture of an input has come."""
        index = self.index_of(input_id)
        if index.isValid():
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def index_of(self, input_id: str) -> QModelIndex:
        """Where an input stands; nowhere where the filter leaves it out."""
        if input_id not in self._places:
            return QModelIndex()
        row, at = self._places[input_id]
        return self.createIndex(row, 0, 0) if at < 0 else self.createIndex(at, 0, row + 1)

    def sample_at(self, index: Index) -> Sample:
        """The input of a row."""
        head = int(index.internalId())
        return self._groups[head - 1].steps[index.row()] if head else self._groups[index.row()].head

    def index(self, row: int, column: int, parent: Index = PARENT_OF_ALL) -> QModelIndex:
        """The row below `parent`."""
        if column or not 0 <= row < self.rowCount(parent):
            return QModelIndex()
        return self.createIndex(row, 0, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: Index = PARENT_OF_ALL) -> QModelIndex:  # type: ignore[override]
        """The clean input of a step."""
        head = int(index.internalId()) if index.isValid() else 0
        return self.createIndex(head - 1, 0, 0) if head else QModelIndex()

    def rowCount(self, parent: Index = PARENT_OF_ALL) -> int:  # noqa: N802 (Qt's name)
        """Inputs, or steps of one."""
        if not parent.isValid():
            return len(self._groups)
        return 0 if parent.internalId() else len(self._groups[parent.row()].steps)

    def hasChildren(self, parent: Index = PARENT_OF_ALL) -> bool:  # noqa: N802
        """Whether there are rows below; asked of every row when the list is laid out."""
        return self.rowCount(parent) > 0

    def columnCount(self, _: Index = PARENT_OF_ALL) -> int:  # noqa: N802
        """One."""
        return 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        """What was not captured here cannot be chosen."""
        return BARRED if not index.isValid() or self.sample_at(index).reason else FREE

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The label, everything in words as the tip, and for the painter the sample itself."""
        if not index.isValid():
            return None
        sample, is_step = self.sample_at(index), bool(index.internalId())
        if role == Qt.ItemDataRole.DisplayRole:
            return title_of(self._bundle, sample, under_parent=is_step)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_of(self._bundle, sample)
        if role == SAMPLE:
            return sample
        if role == STEPS:
            return 0 if is_step else len(self._groups[index.row()].steps)
        if role == IS_SHOWN:
            return self._is_shown(index, sample)
        return None

    def _is_shown(self, index: Index, sample: Sample) -> int:
        """2 where the input is shown, 1 where one of its steps is, else 0."""
        if sample.input_id in self._shown:
            return 2
        if index.internalId() or not self._shown:
            return 0
        return int(any(self._places.get(id_, (-1, -1))[0] == index.row() for id_ in self._shown))
