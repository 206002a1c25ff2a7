"""The inputs dock: every input as a picture with what the network says of it, to find, to choose and to go through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from viewer.window.docks.inputs.model import Index, InputsModel
from viewer.window.docks.inputs.paint import RowPainter
from viewer.window.docks.inputs.pictures import Thumbnails
from viewer.window.docks.inputs.rows import HINT, filtered, grouped, listed, summary_of
from viewer.window.look import colour, look_of

if TYPE_CHECKING:
    from viewer.window.parts import Parts

TYPING_MS = 150
BRANCH_PX = 16


class InputsTree(QTreeView):
    """A list with steps below their clean input, which a small arrow opens."""

    def __init__(self, window: Parts) -> None:
        super().__init__()
        self._window = window
        self.setObjectName("inputs")
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(BRANCH_PX)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setExpandsOnDoubleClick(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:  # noqa: N802 (Qt's name)
        """An arrow where there are steps."""
        if not self.model().rowCount(index):
            return
        look = look_of(self._window.view.theme)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(look.dim), 1.6))
        x, y = rect.right() - BRANCH_PX / 2 + 1, rect.center().y() + 1.0
        wings = ((-4, -2), (0, 2), (4, -2)) if self.isExpanded(index) else ((-2, -4), (2, 0), (-2, 4))
        painter.drawPolyline([QPointF(x + dx, y + dy) for dx, dy in wings])
        painter.restore()


class InputsDock(QDockWidget):
    """What the person looks at is chosen here: by its picture, by a filter, or by going to the next of a kind."""

    def __init__(self, window: Parts) -> None:
        super().__init__("Inputs", window)
        self._window, self._bundle, self.navigator = window, window.desk.bundle, window.navigator
        self.tree, self.search, self.summary = InputsTree(window), QLineEdit(), QLabel()
        self.pictures = Thumbnails(self._bundle, self)
        self.model = InputsModel(self._bundle, self)
        self._groups = grouped(self.navigator.samples)
        self._opened: set[str] = set()
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._arrange()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """The rows anew: another checkpoint, or another filter."""
        words = self.search.text()
        groups = filtered(self._groups, words, self._bundle.manifest.model.class_names)
        opened, self._opened = self._opened, set()
        self.model.put(groups)
        found = listed(groups)
        self.navigator.among = found if words.strip() else None
        self.summary.setText(summary_of(found))
        for row, group in enumerate(groups):
            if group.steps and (group.head.input_id in opened or not group.is_found):
                self.tree.expand(self.model.index(row, 0))
        self.nav_wrong.setEnabled(any(sample.is_wrong for sample in found))
        self._mark()

    def _arrange(self) -> None:
        self.search.setPlaceholderText(HINT)
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip(
            "all words have to fit: part of a label or class, wrong, right, attacked, clean, missing"
        )
        self.summary.setObjectName("quiet")
        self.tree.setModel(self.model)
        names = self._bundle.manifest.model.class_names
        self.tree.setItemDelegate(RowPainter(names, self.pictures.of, lambda: self._window.view.theme, self.tree))
        self.nav_wrong, self.nav_margin, self.nav_shift = (
            _button("Wrong", "next misclassified input (M, back: Shift M)"),
            _button("Margin", "the most doubtful input, then the next by growing margin (N, back: Shift N)"),
            _button("Shift", "the attacked input whose scores moved furthest, then the next (J, back: Shift J)"),
        )
        samples = self.navigator.samples
        self.nav_shift.setVisible(any(sample.kind == "attacked" for sample in samples))
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(8, 8, 4, 4)
        column.setSpacing(6)
        column.addWidget(self.search)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(QLabel("Next"))
        for button in (self.nav_wrong, self.nav_margin, self.nav_shift):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.summary)
        column.addWidget(self.tree, 1)
        self.setWidget(whole)

    def _connect(self) -> None:
        navigator = self.navigator
        self.search.textChanged.connect(lambda _: self._typing.start())
        self._typing.timeout.connect(self.refresh)
        self.tree.clicked.connect(self._choose)
        self.tree.activated.connect(self._choose)
        self.tree.expanded.connect(self._on_opened)
        self.tree.collapsed.connect(self._on_closed)
        self.pictures.arrived.connect(self.model.tell)
        navigator.changed.connect(self._on_other_samples)
        navigator.shown.changed.connect(self._mark)
        self._window.chooser.built.connect(self._reveal)
        for button, does in (
            (self.nav_wrong, navigator.next_wrong),
            (self.nav_margin, navigator.next_margin),
            (self.nav_shift, navigator.next_shift),
        ):
            button.clicked.connect(does)

    def _choose(self, index: QModelIndex) -> None:
        self.navigator.show(self.model.sample_at(index))

    def _on_other_samples(self) -> None:
        self._groups = grouped(self.navigator.samples)
        self.refresh()

    def _mark(self) -> None:
        self.model.mark(frozenset(key.input_id for key in self.navigator.shown.keys))

    def _reveal(self) -> None:
        """The chosen input comes into sight, its group opened; what the scene chooses leaves the list at rest."""
        index = self.model.index_of(self._window.chooser.wish.input_id or "")
        if index.isValid():
            if index.parent().isValid():
                self.tree.expand(index.parent())
            self.tree.scrollTo(index)

    def _on_opened(self, index: QModelIndex) -> None:
        self._opened.add(self.model.sample_at(index).input_id)

    def _on_closed(self, index: QModelIndex) -> None:
        self._opened.discard(self.model.sample_at(index).input_id)


def _button(words: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
