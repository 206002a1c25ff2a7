"""The dock with all layers: to find one, see what it is and whether it is well, and change how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from superqt import QToggleSwitch

from viewer.inspect.health import health_of
from viewer.inspect.search import search
from viewer.study import Place
from viewer.window.docks.layers.deeds import deeds_of
from viewer.window.docks.layers.health import health_badges, health_line
from viewer.window.docks.layers.model import Column, LayerModel, Marks
from viewer.window.docks.layers.search import SearchBox
from viewer.window.docks.layers.shown import shown_open
from viewer.window.docks.layers.tree import found_rows, layer_tree
from viewer.window.docks.layers.view import LayerView
from viewer.window.errand import Errand
from viewer.window.look import look_of

if TYPE_CHECKING:
    from viewer.inspect.health import Health
    from viewer.study import Study
    from viewer.window.docks.layers.tree import LayerRow
    from viewer.window.parts import Parts


class LayersDock(QDockWidget):
    """A search box, the tree, and below it the switch of the health overlay with what it was measured over."""

    def __init__(self, window: Parts) -> None:
        super().__init__("Layers", window)
        self._window, self._desk = window, window.desk
        self._tree = layer_tree(self._desk.bundle.manifest)
        self.deeds = deeds_of(window, self)
        theme = window.view.theme
        self.model = LayerModel(theme, self)
        self.model.show_rows(self._tree)
        self.view = LayerView(self.model, theme)
        self.search = SearchBox(self.view)
        self.health = QToggleSwitch("Health")
        self.note = QLabel()
        self._health: Health | None = None
        self._measuring = Errand("health", self)
        self._arrange()
        self._connect()
        self._show_theme()
        self._show_study(self._desk.study, self._desk.study)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        """Another theme reaches the docks as another style."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_measuring"):
            self._show_theme()

    def _arrange(self) -> None:
        inner = QWidget()
        inner.setObjectName("dock")
        column = QVBoxLayout(inner)
        column.setContentsMargins(10, 8, 6, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.health)
        foot.addStretch(1)
        column.addLayout(foot)
        self.note.setObjectName("inspectDim")
        self.note.setWordWrap(True)
        column.addWidget(self.note)
        self.health.setToolTip("mark layers that are dead, saturated, constant, not a number, or hold the same twice")
        self.setWidget(inner)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.search.entered.connect(self._enter_search)
        self.view.chosen.connect(self._choose)
        self.view.visited.connect(self._visit)
        self.view.switched.connect(self._switch)
        self.health.toggled.connect(self._switch_health)
        self._measuring.done.connect(self._show_health)
        self._measuring.failed.connect(self._tell_failure)
        self._desk.changed.connect(self._show_study)
        self._window.chooser.built.connect(self._show_marks, Qt.ConnectionType.QueuedConnection)
        # Once there is a picture; this is a thread's work, but the disk and the processor are shared.
        self._window.view.drawn.connect(self._measure_once)
        finding = QShortcut(QKeySequence.StandardKey.Find, self._window)
        finding.activated.connect(self.find_layer)
        self.destroyed.connect(finding.deleteLater)

    def find_layer(self) -> None:
        """Bring the search box before the person."""
        self.show()
        self.raise_()
        self.search.setFocus()
        self.search.selectAll()

    def _filter(self, text: str) -> None:
        """All layers as a tree, or those that fit, the best first."""
        manifest = self._desk.bundle.manifest
        self.model.show_rows(found_rows(self._tree, search(manifest, text)) if text.strip() else self._tree)
        self.view.setRootIsDecorated(not text.strip())
        if text.strip():
            self.view.setCurrentIndex(self.model.index(0, 0))
        elif self._desk.study.pinned is not None:
            self.view.go_to(self._desk.study.pinned.layer)

    def _enter_search(self) -> None:
        row = self.view.row_here()
        if row is not None:
            self._visit(row)

    def _choose(self, row: LayerRow) -> None:
        self.deeds.pin(Place(row.layer))

    def _visit(self, row: LayerRow) -> None:
        self.deeds.pin(Place(row.layer))
        self.deeds.fly_to(Place(row.layer))

    def _switch(self, row: LayerRow, column: Column) -> None:
        does = {
            Column.OPENED: self.deeds.toggle_channels,
            Column.ISOLATE: self.deeds.toggle_isolated,
            Column.MUTE: self.deeds.muter.toggle_layer,
        }
        does[column](row.layer)

    def _switch_health(self, is_on: bool) -> None:
        self._desk.set(health=is_on)

    def _show_study(self, _: Study, study: Study) -> None:
        self.health.setChecked(study.health)
        self.view.show_health(study.health)
        if study.pinned is not None:
            self.view.go_to(study.pinned.layer)
        self._show_marks()

    def _show_marks(self) -> None:
        muted = self._desk.study.muted
        self.model.show_marks(
            Marks(
                opened=shown_open(self._window.view.layout),
                isolated=self.deeds.isolated_layer(),
                muted=frozenset(mute.layer for mute in muted),
                health={} if self._health is None else health_badges(self._health),
            )
        )

    def _measure_once(self) -> None:
        self._window.view.drawn.disconnect(self._measure_once)
        bundle, checkpoint = self._desk.bundle, self._desk.bundle.final_checkpoint.id
        self._measuring.ask(checkpoint, lambda: health_of(bundle, checkpoint))
        self.note.setText("measuring …")

    def _show_health(self, _: object, health: Health) -> None:
        self._health = health
        self.note.setText(health_line(health, self._desk.bundle.checkpoint(health.checkpoint_id).label))
        self._show_marks()

    def _tell_failure(self, _: object, line: str) -> None:
        self.note.setText(line)

    def _show_theme(self) -> None:
        theme = self._window.view.theme
        look = look_of(theme)
        self.model.show_theme(theme)
        self.view.show_theme(theme)
        self.health.onColor = QColor(look.accent)
        self.health.offColor = QColor(look.faint)
        self.health.handleColor = QColor(look.text)
