"""The look dock: the scale of the colours, which edges are drawn, how far the net is spread, and the theme."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSlider, QVBoxLayout, QWidget

from viewer.study import Study
from viewer.window.docks.look.rows import Amount, Rows, choice_of
from viewer.window.docks.look.scale import STEPS, edge_count_at, step_of

if TYPE_CHECKING:
    from viewer.window.parts import Parts

TELL_MS = 120
SCOPES = {"layer": "each layer its own", "net": "whole net alike", "unit": "each channel its own"}
MODES = {"contribution": "weight × activation", "weight": "weight alone", "importance": "mean over all inputs"}
COLOURS = {"standard": "standard", "safe": "safe for colour-blind eyes"}
THEMES = {"dark": "dark", "light": "light"}
LANGUAGES = {"en": "English", "zh": "Chinese, 中文"}
FIELDS = ("scope", "clip_percentile", "colours", "opacity", "edge_mode", "edge_count", "edge_alpha", "spread")


class LookDock(QDockWidget):
    """Everything about how the scene looks that is a matter of choice. Sets the study while one drags."""

    def __init__(self, window: Parts) -> None:
        super().__init__("Look", window)
        self._window, self._desk = window, window.desk
        put = self._desk.set
        self.scope = choice_of(SCOPES, lambda value: put(scope=value))
        self.clip = Amount(90.0, 100.0, 1, lambda value: put(clip_percentile=round(value, 1)))
        self.theme = choice_of(THEMES, self._on_theme)
        self.colours = choice_of(COLOURS, lambda value: put(colours=value))
        self.mode = choice_of(MODES, lambda value: put(edge_mode=value))
        self.count, self.drawn = QSlider(Qt.Orientation.Horizontal), QLabel()
        self.usual = QPushButton("Strongest few")
        self.strength = Amount(0.0, 2.0, 2, lambda value: put(edge_alpha=round(value, 2)))
        self.opacity = Amount(0.0, 100.0, 0, lambda value: put(opacity=round(value) / 100))
        self.spread = Amount(0.5, 3.0, 2, lambda value: put(spread=round(value, 2)))
        self.language = choice_of(LANGUAGES, lambda value: window.chooser.want(language=value))
        self.restore = QPushButton("As it was")
        self._soon = QTimer(self, singleShot=True, interval=TELL_MS)
        self._arrange()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Everything shows what is set, whoever set it."""
        study = self._desk.study
        for choice, value in (
            (self.scope, study.scope),
            (self.colours, study.colours),
            (self.mode, study.edge_mode),
            (self.theme, self._window.chooser.wish.theme),
            (self.language, self._window.chooser.wish.language),
        ):
            choice.put(value)
        self.clip.put(study.clip_percentile)
        self.strength.put(study.edge_alpha)
        self.opacity.put(study.opacity * 100)
        self.spread.put(study.spread)
        self.usual.setEnabled(study.edge_count is not None)
        self._tell_edges()

    def _arrange(self) -> None:
        rows = Rows()
        rows.heading("Scale")
        rows.row("Shared by", self.scope, "what has one scale of colours: a layer, the whole net, or each channel")
        rows.row("Clip, percentile", self.clip, "full colour is this percentile of |value|; what is beyond is cut")
        rows.heading("Edges")
        rows.row("Strong by", self.mode, "what the strength of an edge goes by")
        rows.row("How many", self.count, "how many are drawn, the strongest: none at the left, all at the right")
        self.count.setRange(0, STEPS)
        self.drawn.setWordWrap(True)
        self.drawn.setObjectName("quiet")
        rows.line(self.drawn)
        self.usual.setToolTip("the strongest few into each channel, unit and class, as at first")
        rows.row("Brightness, ×", self.strength, "how strongly the edges are drawn, times what the scene does")
        rows.heading("Net")
        rows.row("Opacity, %", self.opacity, "of plates and edges")
        rows.row("Expansion, ×", self.spread, "how far the layers stand from each other")
        rows.heading("Colours")
        rows.row("Theme", self.theme, "dark for a room, light for print (T)")
        rows.row("Maps", self.colours, "the safe maps stay apart for eyes that confuse red and green")
        rows.heading("Words")
        rows.row("Lessons in", self.language, "the language of the scenes that explain, and of the tour")
        whole = QWidget()
        whole.setObjectName("page")
        column = QVBoxLayout(whole)
        column.setContentsMargins(12, 4, 12, 8)
        column.addLayout(rows)
        foot = QHBoxLayout()
        foot.addWidget(self.usual)
        foot.addWidget(self.restore)
        column.addSpacing(4)
        column.addLayout(foot)
        column.addStretch(1)
        self.restore.setToolTip("all of this as at first; theme and language stay")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(whole)
        self.setWidget(area)

    def _connect(self) -> None:
        self._desk.changed.connect(lambda _before, _after: self.refresh())
        self._window.chooser.built.connect(lambda *_: self.refresh())
        self._window.view.drawn.connect(self._on_drawn)
        self._soon.timeout.connect(self._tell_edges)
        self.count.valueChanged.connect(self._on_count)
        self.usual.clicked.connect(partial(self._desk.set, edge_count=None))
        self.restore.clicked.connect(self._on_restore)

    def _on_count(self, step: int) -> None:
        told = self._window.view.edges_drawn()
        self._desk.set(edge_count=edge_count_at(step, told.pairs if told is not None else 0))

    def _on_theme(self, theme: str) -> None:
        if theme != self._window.chooser.wish.theme:
            self._window.top.asked_theme.emit()

    def _on_restore(self) -> None:
        usual = Study()
        self._desk.set(**{name: getattr(usual, name) for name in FIELDS})

    def _on_drawn(self, _: float) -> None:
        """Which edges are drawn is known once they are."""
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _tell_edges(self) -> None:
        told, count = self._window.view.edges_drawn(), self._desk.study.edge_count
        self.count.setEnabled(told is not None and told.pairs > 0)
        self.drawn.setText("" if told is None else told.note)
        if told is not None and not self.count.isSliderDown():
            with QSignalBlocker(self.count):
                self.count.setValue(step_of(told.drawn if count is None else count, told.pairs))
