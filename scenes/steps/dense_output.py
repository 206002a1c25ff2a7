"""The output of a dense layer beside its board: the units that are there, and the one that is worked at. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.heading import fitted
from scenes.panels.numbers import count
from scenes.steps.board import Board, cell_box, frame, head, panel, strand
from scenes.steps.dense_inputs import cells_for, fitted_in
from viewer.kept import finite
from viewer.state import Hud, Loupe, Words

if TYPE_CHECKING:
    from scenes.speech.speech import Speech
    from scenes.steps.board import Box
    from scenes.steps.dense_places import DensePlaces
    from scenes.steps.dense_sums import DenseSubject
    from scenes.steps.walk import Moment
    from viewer.state import ColourRole

SIZE_PX = 21.0
NAMED, MOST_CELL_PX, LEAST_FRAME_PX, NAME_ROOM_PX, LINE_PX = 12, 46.0, 12.0, 130.0, 28.0
"""Outputs of no more units are a column, each with its name."""


@dataclass(frozen=True, eq=False)
class DenseOutput:
    """Where the units of a layer lie."""

    subject: DenseSubject
    places: DensePlaces
    speech: Speech

    @property
    def is_named(self) -> bool:
        """Whether each unit has its name beside it."""
        _, _, width, height = self.places.output
        return self.subject.units <= NAMED and width > NAME_ROOM_PX and height / self.subject.units >= LINE_PX

    @cached_property
    def cells(self) -> tuple[Box, tuple[int, int]]:
        """Where the output lies, and in how many rows and columns."""
        box, units = self.places.output, self.subject.units
        if units > NAMED:
            cells = cells_for(units, round(box[2] / box[3], 2))
            return fitted_in(box, cells[1] / cells[0]), cells
        side = min(box[3] / units, MOST_CELL_PX, box[2])
        left = box[0] if self.is_named else box[0] + (box[2] - side) / 2
        return (left, box[1] + (box[3] - units * side) / 2, side, units * side), (units, 1)

    def unit_at(self, x_px: float, y_px: float) -> int | None:
        """The unit at a place of the picture; `None` where there is none."""
        (left, top, width, height), (rows, columns) = self.cells
        row, column = int((y_px - top) // (height / rows)), int((x_px - left) // (width / columns))
        unit = row * columns + column
        return unit if 0 <= row < rows and 0 <= column < columns and unit < self.subject.units else None

    def spot(self, unit: int) -> Box:
        """Where a unit lies."""
        box, cells = self.cells
        return cell_box(box, cells, (unit // cells[1], unit % cells[1]))

    def board(self, moment: Moment, unit: int, lit: float, value: float) -> Board:
        """The units that are there.

        Parameters
        ----------
        unit : the one that is worked at.
        lit : how far its value has come, 0..1.
        """
        made = self._units(moment.filled) + self._named(unit if moment.away >= 1 else None)
        if moment.away < 1:
            return made
        spot = self.spot(unit)
        made += frame(seen(spot), "accent", 4.0)
        if lit <= 0 or not self.places.has_strands:
            return made
        left, _, width, _ = self.places.column(4)
        role: ColourRole = "adds" if value >= 0 else "subtracts"
        start = left + width + 8.0, self.places.middle(self.places.rows - 1)
        end = self.cells[0][0] - 14.0, spot[1] + spot[3] / 2
        return made + strand(start, end, role, 5.0, 0.9 * lit)

    def _units(self, filled: int) -> Board:
        subject, (box, cells) = self.subject.subject, self.cells
        part = (*subject.at, None)
        loupe = Loupe(subject.layer.name, part, subject.key, box, self.scale, columns=cells[1], filled=filled)
        return panel(box) + Board(loupes=(loupe,))

    @cached_property
    def scale(self) -> float:
        """Full colour of the output."""
        return float(np.abs(finite(self.subject.subject.case.values[self.subject.subject.at])).max(initial=0.0))

    def _named(self, lit: int | None) -> Board:
        """The head, and the names of units where there are few."""
        (left, top, width, height), (rows, _) = self.cells
        box, units = self.places.output, self.subject.units
        under = (box[0], top, box[2], height) if self.is_named else (left, top, width, height)
        made = head(self.speech("output"), self.speech("output_units", units=count(units)), under, room_px=box[2] + 30)
        if not self.is_named:
            return made
        names, words = self.subject.names, []
        for unit in range(units):
            at_px = left + width + 22.0, top + (unit + 0.5) * height / rows + 0.36 * SIZE_PX
            text = fitted(names[unit] if names else str(unit), box[2] - width - 22.0, SIZE_PX, unit == lit)
            words.append(Words(text, at_px, SIZE_PX, unit == lit, "accent" if unit == lit else "text"))
        return made + Board(hud=Hud(words=tuple(words)))


def seen(spot: Box) -> Box:
    """A cell, or a box round it that is large enough to be seen."""
    left, top, width, height = spot
    wide, high = max(width, LEAST_FRAME_PX), max(height, LEAST_FRAME_PX)
    return left + (width - wide) / 2, top + (height - high) / 2, wide, high
