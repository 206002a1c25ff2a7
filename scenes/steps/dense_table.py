"""The table of a weighted sum: the largest terms one by one, then all others, the bias, the sum. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.heading import fitted
from scenes.panels.numbers import count
from scenes.steps.board import Board, frame, joined, operator, strand
from scenes.steps.dense_fall import waterfall
from scenes.steps.dense_output import seen
from viewer.kept import finite
from viewer.state import Grid, Hud, Polyline, Words

if TYPE_CHECKING:
    from scenes.speech.speech import Speech
    from scenes.steps.dense_inputs import Block
    from scenes.steps.dense_places import DensePlaces
    from scenes.steps.dense_sums import DenseSubject, UnitSum
    from scenes.steps.walk import Moment
    from viewer.state import ColourRole, MapName

SIZE_PX = 21.0
OLDER = 0.45
"""How much is seen of the frames round terms that came before the newest one."""


@dataclass(frozen=True)
class Stages:
    """The steps in which a unit is worked at: its weights, its products, each of the largest terms, all others, the
    bias, the sum, the activation function.
    """

    terms: int
    has_others: bool
    has_bias: bool
    has_function: bool

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All in order."""
        last = (("others", self.has_others), ("bias", self.has_bias), ("sum", True), ("function", self.has_function))
        rows = ["term"] * self.terms + [name for name, is_there in last if is_there]
        return ("weights", "products", *rows)

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return len(self.names) - 2


def stages_of(subject: DenseSubject) -> Stages:
    """The steps of the units of a layer."""
    rest = subject.subject.case.inputs[0].shape[-1] - subject.terms
    return Stages(subject.terms, rest > 0, subject.subject.case.node.has("bias"), subject.function != "linear")


@dataclass(frozen=True, eq=False)
class DenseTable:
    """The table of one unit. `scales` are full colour of inputs, weights and products; `blocks` their tiles."""

    subject: DenseSubject
    unit: UnitSum
    places: DensePlaces
    stages: Stages
    speech: Speech
    blocks: tuple[Block, Block, Block]
    scales: tuple[float, float, float]

    def place_name(self, index: int) -> str:
        """Where an input is: row and column of a map, or its number."""
        place = self.subject.source.place(index)
        if len(place) == 1:
            return str(place[0])
        return self.speech("map_place", row=place[0], column=place[1], channel=place[2])

    def board(self, moment: Moment) -> Board:
        """As much of it as there is at a moment."""
        parts = [moment.part(stage) for stage in range(2, len(self.stages.names))]
        if not parts[0]:
            return Board()
        newest = max(row for row, part in enumerate(parts) if part > 0)
        shown = [self._labels.faded(parts[0])]
        shown += [self._rows[row].faded(part) for row, part in enumerate(parts) if part > 0]
        for row, part in enumerate(parts[: self.stages.terms]):
            marks = self._marks if row == newest else self._older
            shown += [marks[row].faded(part)] if part > 0 else []
        bars = self.stages.names[2:].index("sum") + 1
        running = tuple(float(each) for each in finite(self.unit.running))
        return joined([*shown, waterfall(self.places, running, parts[:bars], parts[0])])

    @cached_property
    def _rows(self) -> tuple[Board, ...]:
        terms = [self._term(row, index) for row, index in enumerate(self.unit.largest)]
        return (*terms, *(self._sum_row(row) for row in range(self.stages.terms, self.stages.rows)))

    @cached_property
    def _marks(self) -> tuple[Board, ...]:
        """Frames round each term on the tiles."""
        return tuple(
            joined(frame(seen(spot), "accent", 3.0) for block in self.blocks if (spot := block.cell(index)))
            for index in self.unit.largest
        )

    @cached_property
    def _older(self) -> tuple[Board, ...]:
        return tuple(marks.faded(OLDER) for marks in self._marks)

    @cached_property
    def _labels(self) -> Board:
        """What the columns of the table are."""
        first = "from_map" if self.subject.source.are_maps else "from_number"
        keys = (first, "column_input", "column_weight", "column_product", "column_running")
        words = []
        for number, key in enumerate(keys):
            left, top, width, _ = self.places.column(number)
            at_px = (left, top - 12.0) if number == 0 else (left + width / 2, top - 12.0)
            text = fitted(self.speech(key), width * (1.0 if number == 0 else 1.25), SIZE_PX)
            words.append(Words(text, at_px, SIZE_PX, role="dim", anchor="left" if number == 0 else "centre"))
        return Board(hud=Hud(words=tuple(words)))

    def _term(self, row: int, index: int) -> Board:
        """Input times weight, and where the product comes from."""
        unit = self.unit
        numbers: tuple[tuple[str, float, MapName], ...] = (
            ("input", float(unit.inputs[index]), "activation"),
            ("weight", float(unit.weights[index]), "weight"),
            ("product", float(unit.products[index]), "activation"),
        )
        made = [self._label(row, self.place_name(index), 0), self._sign("×", 1, row), self._sign("=", 2, row)]
        for column, (name, value, colours) in enumerate(numbers, 1):
            made.append(self._number(f"term {name} {row}", value, column, row, self.scales[column - 1], colours))
        return joined([*made, self._strand(row, index)])

    def _strand(self, row: int, index: int) -> Board:
        """From the border of the products, at the height of the cell, to its row."""
        spot, box, product = self.blocks[2].cell(index), self.blocks[2].box, float(self.unit.products[index])
        if spot is None or not self.places.has_strands:
            return Board()
        part = min(abs(product) / self.scales[2], 1.0) if self.scales[2] > 0 else 0.0
        role: ColourRole = "adds" if product >= 0 else "subtracts"
        start = box[0] + box[2] + 14.0, spot[1] + spot[3] / 2
        end = self.places.column(0)[0] - 10.0, self.places.middle(row)
        return strand(start, end, role, 1.5 + 5.0 * part, 0.35 + 0.6 * part)

    def _sum_row(self, row: int) -> Board:
        """One of the last rows: all others, the bias, the sum, what the activation function makes of it."""
        name, unit = self.stages.names[row + 2], self.unit
        values = {"others": unit.others, "bias": unit.bias or 0.0, "sum": unit.before, "function": unit.stored}
        labels = {"others": self.speech("others", count=count(unit.rest)), "function": self.subject.function}
        label, value = labels.get(name) or self.speech(name), values[name]
        scale = self._output_scale if name == "function" else max(self.scales[2], abs(value))
        made = self._label(row, label, 2, is_bold=name in ("sum", "function"))
        made += self._number("result" if name == "function" else name, value, 3, row, scale)
        return made + self._line(row) if name == "sum" else made

    @property
    def _output_scale(self) -> float:
        """Full colour of the output: the largest size in it."""
        whole = self.subject.subject
        return float(np.abs(finite(whole.case.values[whole.at])).max(initial=0.0))

    def _line(self, row: int) -> Board:
        y = self.places.top_px + row * self.places.pitch_px
        right = self.places.column(3)
        points = ((self.places.column(0)[0], y), (right[0] + right[2], y))
        return Board(hud=Hud(lines=(Polyline(points, "text", 2.0, 0.8),)))

    def _label(self, row: int, text: str, last: int, *, is_bold: bool = False) -> Board:
        """Words at the left of a row, with the room up to column `last`."""
        left, end = self.places.column(0)[0], self.places.column(last)
        text = fitted(text, end[0] + end[2] - left, SIZE_PX, is_bold)
        at_px = left, self.places.middle(row) + 0.36 * SIZE_PX
        return Board(hud=Hud(words=(Words(text, at_px, SIZE_PX, is_bold),)))

    def _number(
        self, name: str, value: float, column: int, row: int, scale: float, colours: MapName = "activation"
    ) -> Board:
        return Board(grids=(Grid(name, ((value,),), self.places.cell(column, row), scale, colours),))

    def _sign(self, sign: str, column: int, row: int) -> Board:
        one, two = self.places.cell(column, row), self.places.cell(column + 1, row)
        return operator(sign, ((one[0] + one[2] + two[0]) / 2, self.places.middle(row)), size_px=24.0)
