"""The board of a weighted sum: tiles of inputs, weights and products, the table of the terms, the output. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.numbers import count
from scenes.steps.board import Board, head, joined, operator, panel
from scenes.steps.dense_inputs import Block, block_in
from scenes.steps.dense_table import DenseTable
from viewer.kept import finite
from viewer.state import Grid

if TYPE_CHECKING:
    from scenes.speech.speech import Speech
    from scenes.steps.dense_output import DenseOutput
    from scenes.steps.dense_places import DensePlaces
    from scenes.steps.dense_sums import DenseSubject, UnitSum
    from scenes.steps.dense_table import Stages
    from scenes.steps.walk import Moment
    from viewer.state import MapName

NUMBER_PX = 24.0
READABLE_PX = 46.0
"""The narrowest cell of a tile in which a number is written."""


@dataclass(frozen=True, eq=False)
class DenseBoard:
    """The board of one unit; what does not move is made once."""

    subject: DenseSubject
    unit: UnitSum
    places: DensePlaces
    stages: Stages
    speech: Speech
    output: DenseOutput

    @cached_property
    def scales(self) -> tuple[float, float, float]:
        """Full colour of inputs, weights and products: the largest size of each."""
        unit = self.unit
        sizes = [float(np.abs(finite(each)).max(initial=0.0)) for each in (unit.inputs, unit.weights, unit.products)]
        return sizes[0], sizes[1], sizes[2]

    @cached_property
    def blocks(self) -> tuple[Block, Block, Block]:
        """The tiles of inputs, weights and products."""
        source, boxes = self.subject.source, self.places.blocks
        first = block_in(boxes[0], source, self.unit.maps(source))
        return first, first.moved(boxes[1][0] - boxes[0][0]), first.moved(boxes[2][0] - boxes[0][0])

    @cached_property
    def table(self) -> DenseTable:
        """The table of the largest terms."""
        return DenseTable(self.subject, self.unit, self.places, self.stages, self.speech, self.blocks, self.scales)

    @property
    def name(self) -> str:
        """What the unit is called."""
        names = self.subject.names
        return names[self.unit.unit] if names else self.speech("unit_name", unit=self.unit.unit)

    def board(self, moment: Moment) -> Board:
        """All of it at a moment of the walk."""
        lit = 0.0 if moment.is_quick else moment.part(len(self.stages.names) - 1)
        made = [self._inputs, self.output.board(moment, moment.cell, lit, self.unit.stored)]
        if not moment.is_quick or self.subject.is_quick:
            made += [self._weights.faded(moment.part(0)), self._products.faded(moment.part(1))]
        return joined(made if moment.is_quick else [*made, self.table.board(moment)])

    @cached_property
    def _inputs(self) -> Board:
        loupes = self.blocks[0].loupes(self.subject.subject.key, self.scales[0])
        made = Board(loupes=loupes) + self._head(0, "input", self._detail)
        if not self._number_px:
            return panel(self.blocks[0].box) + made
        return made + self._grids(0, "input", self.unit.inputs, "activation")  # numbers as in the other tables

    @cached_property
    def _weights(self) -> Board:
        made = self._grids(1, "weights", self.unit.weights, "weight")
        return made + self._head(1, "weights", self.speech("weights_of", unit=self.name))

    @cached_property
    def _products(self) -> Board:
        box, boxes = self.blocks[0].box, self.places.blocks
        middle, signs = box[1] + box[3] / 2, Board()
        for sign, one, two in (("×", boxes[0], boxes[1]), ("=", boxes[1], boxes[2])):
            signs += operator(sign, ((one[0] + one[2] + two[0]) / 2, middle), size_px=34.0)
        made = self._grids(2, "products", self.unit.products, "activation")
        return made + signs + self._head(2, "products", self.speech("products_of"))

    def _grids(self, block: int, name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
               colours: MapName) -> Board:  # fmt: skip
        """Numbers as tables, which are written where cells are wide enough."""
        tiles, scale = self.blocks[block], self.scales[block]
        number_px = self._number_px
        tables = enumerate(zip(tiles.values(values), tiles.tiles, strict=True))
        grids = (Grid(f"{name} {at}", rows, box, scale, colours, 1.0, number_px) for at, (rows, box) in tables)
        return panel(tiles.box) + Board(grids=tuple(grids))

    @cached_property
    def _number_px(self) -> float:
        """How large numbers in tiles are; 0 where cells are too small."""
        block = self.blocks[0]
        return NUMBER_PX if block.tiles[0][2] / block.cells[1] >= READABLE_PX else 0.0

    def _head(self, number: int, name: str, detail: str) -> Board:
        gap = self.places.blocks[1][0] - self.places.blocks[0][0]
        box, room = self.blocks[number].box, self.places.blocks[number]
        return head(self.speech(name), detail, (room[0], box[1], room[2], box[3]), room_px=gap - 8.0)

    @property
    def _detail(self) -> str:
        source = self.subject.source
        if not source.are_maps:
            return self.speech("input_numbers", count=count(source.shape[0]))
        rows, columns, maps = source.shape
        shown = len(self.blocks[0].channels)
        key = "input_maps" if shown == maps else "input_some_maps"
        return self.speech(key, shown=shown, count=count(maps), rows=rows, columns=columns)
