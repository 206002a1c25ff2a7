"""The what-if panel: a convolution or a pool of the network set otherwise, and what would come of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDockWidget,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viewer.inspect.field import Shapes
from viewer.inspect.toys import FIRST, toy_of
from viewer.inspect.whatif import problem_of
from viewer.window.choice import Choice
from viewer.window.docks.inspector.rows import Line, Table
from viewer.window.docks.whatif.drawing import Drawing
from viewer.window.docks.whatif.facts import lines_of, own_facts, path_facts
from viewer.window.docks.whatif.rows import Numbers
from viewer.window.offer import Item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from viewer.inspect.pick import Hit
    from viewer.inspect.whatif import Toy
    from viewer.study import Study
    from viewer.window.docks.whatif.facts import Fact
    from viewer.window.parts import Offer, Parts

FIELDS = {"sizes": "Input", "taps": "Kernel", "strides": "Stride", "dilation": "Dilation"}
TIPS = {
    "sizes": "how many places the input has along each axis",
    "taps": "how many places of its input one cell reads along each axis",
    "strides": "how far the window moves from one cell to the next",
    "dilation": "how far the places that it reads lie from each other; 1: side by side",
}
PADDINGS = (
    Item("valid", "valid", "none: the window stays inside"),
    Item("same", "same", "as much as makes one window for each stride"),
    Item("causal", "causal", "all of it before the first place: no window looks ahead"),
)
PADDING_PX = 100
"""Room for the longest of their names."""
SET_OTHERWISE = "What if it were set otherwise?"


class WhatIfDock(QDockWidget):
    """Changes nothing of the network: a toy, which begins as the layer that is chosen."""

    def __init__(self, window: Parts) -> None:
        super().__init__("What if", window)
        self._window, self._desk = window, window.desk
        self._own = _toys_of(window)
        self.layer_name = next(iter(self._own), "")
        self.toy: Toy = self._own.get(self.layer_name, FIRST)
        self.layer, self.padding, self.alike = Choice(230), Choice(120), QCheckBox("axes alike")
        self.numbers = {name: Numbers() for name in FIELDS}
        self.restore = QPushButton()
        self.problem, self.sums, self.beside = Line("inspectNote"), Line("fact"), Line("inspectNote")
        self.facts, self.path, self.on_input = Table(), Table(), Line("inspectHeading")
        self.drawing = Drawing(lambda: window.view.theme)
        self._arrange()
        self._connect()
        self.choose(self.layer_name)

    @property
    def own(self) -> Toy | None:
        """The layer as it is; `None` of a toy that stands for none."""
        return self._own.get(self.layer_name)

    def choose(self, layer: str) -> None:
        """Begin with a layer as it is."""
        self.layer_name, toy = layer if layer in self._own else "", self._own.get(layer, FIRST)
        with QSignalBlocker(self.alike):
            self.alike.setChecked(_is_alike(toy))
        self.put(toy)

    def put(self, toy: Toy) -> None:
        """Set the toy so."""
        self.toy = toy
        if not _is_alike(toy):
            with QSignalBlocker(self.alike):
                self.alike.setChecked(False)
        self._show_settings()
        self._show_outcome()

    def offers(self, hit: Hit) -> Iterator[Offer]:
        """A line of the menu of a layer that slides a window."""
        if hit.edge is None and hit.place.layer in self._own:
            yield SET_OTHERWISE, partial(self.open, hit.place.layer)

    def open(self, layer: str) -> None:
        """Come up with a layer."""
        self.choose(layer)
        self.show()
        self.raise_()

    def _arrange(self) -> None:
        page, scroll = QWidget(), QScrollArea()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(6)
        column.addLayout(self._settings())
        told = self.problem, self.beside, self.sums, self.drawing, self.facts, self.on_input, self.path
        for part in (self.restore, *told):
            column.addWidget(part)
        column.addStretch(1)
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(scroll)

    def _settings(self) -> QGridLayout:
        """All that can be set, two in a row."""
        self.layer.offer(tuple(Item(name, name) for name in self._own) or (Item("", "no such layer here"),))
        self.padding.offer(PADDINGS)
        self.padding.setMinimumWidth(PADDING_PX)
        self.alike.setToolTip("one number for all axes")
        parts: dict[str, tuple[QWidget, str]] = {
            "Layer": (self.layer, "a convolution or a pool of this network"),
            **{caption: (self.numbers[name], TIPS[name]) for name, caption in FIELDS.items()},
            "Padding": (self.padding, "zeros round the input; a pool leaves them out"),
        }
        rows = QGridLayout()
        for at, (caption, (part, tip)) in enumerate(parts.items(), start=1):
            label = QLabel(caption)
            label.setBuddy(part)
            for each in (label, part):
                each.setToolTip(tip)
            row, left = (0, 0) if at == 1 else (at // 2, 2 * (at % 2))
            rows.addWidget(label, row, left)
            rows.addWidget(part, row, left + 1, 1, 3 if at == 1 else 1)
        rows.addWidget(self.alike, 3, 2, 1, 2)
        rows.setColumnStretch(1, 1)
        rows.setColumnStretch(3, 1)
        return rows

    def _connect(self) -> None:
        self.layer.chosen.connect(self.choose)
        self.padding.chosen.connect(lambda padding: self.put(replace(self.toy, padding=padding)))
        self.alike.toggled.connect(self._on_alike)
        self.restore.clicked.connect(lambda: self.choose(self.layer_name))
        for name, numbers in self.numbers.items():
            numbers.changed.connect(lambda values, name=name: self.put(replace(self.toy, **{name: values})))
        self._desk.changed.connect(self._on_study)
        self._window.offers.append(self.offers)

    def _on_alike(self, are_alike: bool) -> None:
        """The first number becomes that of all axes."""
        if are_alike:
            own = self.toy
            changes: dict[str, Any] = {name: (getattr(own, name)[0],) * own.rank for name in FIELDS}
            self.put(replace(own, **changes))
        else:
            self._show_settings()

    def _on_study(self, before: Study, after: Study) -> None:
        """A layer that is pinned is the one that a person is about."""
        if after.pinned is not None and after.pinned != before.pinned and after.pinned.layer in self._own:
            self.choose(after.pinned.layer)

    def _show_settings(self) -> None:
        toy, own = self.toy, self.own
        for name, numbers in self.numbers.items():
            numbers.put(getattr(toy, name), are_alike=self.alike.isChecked())
        self.numbers["dilation"].setEnabled(toy.work != "pool")
        self.padding.put(toy.padding)
        self.alike.setVisible(toy.rank > 1)
        self.layer.put(self.layer_name if self._own else "")
        self.restore.setText(f"As in {self.layer_name}")
        self.restore.setVisible(own is not None)
        self.restore.setEnabled(own is not None and toy != own)

    def _show_outcome(self) -> None:
        """What would come of it, or in a sentence why nothing would."""
        toy = self.toy
        problem = problem_of(toy)
        self.problem.say(problem)
        self.sums.say("" if problem else "\n".join(lines_of(toy)))
        self.drawing.show_toy(None if problem else toy)
        _show(self.facts, () if problem else own_facts(self.own, toy))
        facts, stop = ((), "") if problem or self.own is None else path_facts(self._desk.bundle, self.layer_name, toy)
        self.on_input.say("On the network’s input" if facts else "")
        _show(self.path, facts)
        self.beside.say(stop)


def _show(table: Table, facts: tuple[Fact, ...]) -> None:
    """Names, and what they were and would be; where there is no room for both, each has a line of its own."""
    rows = []
    for fact in facts:
        told = (fact.before, fact.now) if fact.is_changed else (fact.now,)
        whole = (words.replace(" ", "\N{NO-BREAK SPACE}") for words in told)
        rows.append((fact.name, " \N{RIGHTWARDS ARROW}\N{NO-BREAK SPACE}".join(whole)))
    table.show_rows(rows, [fact.tip for fact in facts])


def _is_alike(toy: Toy) -> bool:
    return all(len(set(getattr(toy, name))) == 1 for name in FIELDS)


def _toys_of(window: Parts) -> dict[str, Toy]:
    """The layers of the network that slide a window, as they are."""
    manifest, shapes = window.desk.bundle.manifest, Shapes(window.desk.bundle)
    source = {edge.target: (edge.source, edge.source_output) for edge in reversed(manifest.edges)}
    found = {}
    for layer in manifest.layers:
        if layer.name in source:
            toy = toy_of(layer, shapes.of(source[layer.name]), shapes.of((layer.name, 0)))
            if toy is not None:
                found[layer.name] = toy
    return found
