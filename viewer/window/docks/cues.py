"""The cues dock: makes a talk of views, in order, each with a caption."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDockWidget,
    QFileDialog,
    QGridLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer.cues import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.window.parts import Parts

NUMBER_ROLE = Qt.ItemDataRole.UserRole


class CuesDock(QDockWidget):
    """The list of cues (a double click shows one, F2 renames it, dragging reorders) over the caption of one."""

    def __init__(self, window: Parts) -> None:
        super().__init__("Cues")
        self._window, self._talk = window, window.talk
        self.list, self.caption = QListWidget(), QPlainTextEdit()
        self.plays = QCheckBox("time goes on while it is shown")
        self.hint = QLabel("Find a view, add it as a cue, and F5 presents them.")
        self._arrange()
        self._talk.changed.connect(self._show)
        self._talk.moved.connect(self._choose)
        self.list.currentRowChanged.connect(self._on_row)
        self.list.itemActivated.connect(lambda item: self._talk.show(self.list.row(item)))
        self.list.itemChanged.connect(self._on_renamed)
        self.list.model().rowsMoved.connect(lambda *_: self._on_reordered())
        self.caption.textChanged.connect(self._on_caption)
        self.plays.toggled.connect(self._on_plays)
        self._show()

    def save(self) -> None:
        """Save where they came from, or ask where to."""
        path = self._talk.path
        if path is None:
            bundle = self._window.desk.bundle.path
            proposed = str(bundle.parent / f"{bundle.stem}{SUFFIX}")
            name, _ = QFileDialog.getSaveFileName(self, "Save the cues", proposed, f"Cues (*{SUFFIX})")
            path = Path(name if name.endswith(".json") else f"{name}{SUFFIX}") if name else None
        if path is not None:
            self._talk.save(path)

    def open(self) -> None:
        """Ask for a file with cues."""
        folder = str(self._window.desk.bundle.path.parent)
        name, _ = QFileDialog.getOpenFileName(self, "Open cues", folder, f"Cues (*{SUFFIX});;JSON (*.json)")
        if name:
            self._talk.open(Path(name))

    def _arrange(self) -> None:
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        triggers = QAbstractItemView.EditTrigger
        self.list.setEditTriggers(triggers.EditKeyPressed | triggers.SelectedClicked)
        self.caption.setPlaceholderText("caption, in large type under the picture")
        self.caption.setMaximumHeight(72)
        self.hint.setWordWrap(True)
        self.hint.setObjectName("hint")
        buttons: tuple[tuple[str, str, Callable[[], None]], ...] = (
            ("Add", "the present view as a cue", self._talk.add),
            ("Retake", "the present view for the chosen cue", self._talk.retake),
            ("Delete", "the chosen cue", self._talk.remove),
            ("Open…", "cues from a file", self.open),
            ("Save", "cues into a file", self.save),
            ("Present", "from the first (F5), from here (Shift F5)", self._talk.start),
        )
        grid = QGridLayout()
        grid.setSpacing(6)
        for number, (words, tip, does) in enumerate(buttons):
            button = QPushButton(words)
            button.setToolTip(tip)
            button.clicked.connect(lambda _checked=False, does=does: does())
            grid.addWidget(button, number // 3, number % 3)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(8, 8, 8, 8)
        for part in (self.hint, self.list, self.caption, self.plays):
            column.addWidget(part, 1 if part is self.list else 0)
        column.addLayout(grid)
        self.setWidget(inner)

    def _show(self) -> None:
        talk = self._talk
        self.hint.setVisible(not talk.cues)
        with QSignalBlocker(self.list):
            self.list.clear()
            for number, cue in enumerate(talk.cues):
                item = QListWidgetItem(cue.title)
                item.setFlags((item.flags() | Qt.ItemFlag.ItemIsEditable) & ~Qt.ItemFlag.ItemIsDropEnabled)
                item.setData(NUMBER_ROLE, number)
                item.setToolTip(cue.caption)
                self.list.addItem(item)
        self._choose()

    def _choose(self) -> None:
        cue = self._talk.cue
        with QSignalBlocker(self.list), QSignalBlocker(self.caption), QSignalBlocker(self.plays):
            self.list.setCurrentRow(self._talk.at if cue is not None else -1)
            words = cue.caption if cue is not None else ""
            if self.caption.toPlainText() != words:
                self.caption.setPlainText(words)
            self.plays.setChecked(cue is not None and cue.plays)
        self.caption.setEnabled(cue is not None)
        self.plays.setEnabled(cue is not None)

    def _on_row(self, row: int) -> None:
        if row >= 0:
            self._talk.at = row
            self._choose()

    def _on_renamed(self, item: QListWidgetItem) -> None:
        self._talk.change(self.list.row(item), title=item.text())

    def _on_reordered(self) -> None:
        order = [int(self.list.item(row).data(NUMBER_ROLE)) for row in range(self.list.count())]
        cues = self._talk.cues
        self._talk.put(tuple(cues[number] for number in order), self.list.currentRow())

    def _on_caption(self) -> None:
        if self._talk.cue is not None and self.caption.toPlainText() != self._talk.cue.caption:
            self._talk.change(self._talk.at, caption=self.caption.toPlainText())

    def _on_plays(self, plays: bool) -> None:
        if self._talk.cue is not None:
            self._talk.change(self._talk.at, plays=plays)
