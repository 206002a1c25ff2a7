"""Where the parts of the board of a weighted sum lie, in frames of any shape. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scenes.steps.board import beside

if TYPE_CHECKING:
    from scenes.steps.board import Box
    from scenes.steps.scenery import StepFrame

HEAD_PX, FOOT_PX = 76.0, 34.0
MOST_PITCH_PX, CELL_PX = 54.0, 46.0
LABEL_PX = 56.0
"""From the words over a column of the table to its first row."""
BLOCKS_PART = 0.25
"""Of a frame that is not wide: how much of the board's height the tiles have; the table is under them."""
_WIDE = (2.1, 0.6, 2.1, 0.6, 2.1, 1.1, 1.42, 0.1, 0.82, 0.28, 0.82, 0.28, 0.92, 0.25, 1.7, 0.6, 1.9)
_WIDE_ROW = (2.3, 0.6, 2.3, 0.6, 2.3, 1.1, 0.82, *_WIDE[7:])
"""Where inputs are numbers in a row, whose places take less room to tell than those of cells of maps."""
_BLOCKS, _TABLE = (2.3, 0.62, 2.3, 0.62, 2.3, 0.7, 1.5), (1.9, 0.1, 1.0, 0.34, 1.0, 0.34, 1.1, 0.3, 2.4)


@dataclass(frozen=True)
class DensePlaces:
    """Boxes of the three blocks of tiles, of the table's columns and rows, and of the output.

    `rows` is how many rows the table has, `are_maps` whether the inputs were maps.
    """

    frame: StepFrame
    rows: int
    are_maps: bool

    @cached_property
    def _columns(self) -> tuple[Box, ...]:
        """From left to right: input, weights, products, output; where from, input, weight, product, running sum."""
        left, top, width, height = self.frame.board
        height -= HEAD_PX + (FOOT_PX if self.frame.is_wide else 1.5 * FOOT_PX)
        if self.frame.is_wide:
            all_ = beside((left, top + HEAD_PX, width, height), _WIDE if self.are_maps else _WIDE_ROW, 0.0)
            return all_[0], all_[2], all_[4], all_[16], all_[6], all_[8], all_[10], all_[12], all_[14]
        tiles = beside((left, top + HEAD_PX, width, BLOCKS_PART * height), _BLOCKS, 0.0)
        below = top + HEAD_PX + BLOCKS_PART * height + LABEL_PX
        table = beside((left, below, width, height - BLOCKS_PART * height - LABEL_PX), _TABLE, 0.0)
        return *tiles[::2], *table[::2]

    @property
    def blocks(self) -> tuple[Box, Box, Box]:
        """Where tiles of inputs, weights and products may lie."""
        return self._columns[0], self._columns[1], self._columns[2]

    @property
    def output(self) -> Box:
        """Where the output may lie."""
        return self._columns[3]

    @property
    def has_strands(self) -> bool:
        """Whether the table stands beside the tiles."""
        return self.frame.is_wide

    @cached_property
    def pitch_px(self) -> float:
        """From row to row of the table."""
        room = self._columns[4][3] - (LABEL_PX if self.frame.is_wide else 0.0)
        return min(MOST_PITCH_PX, room / self.rows)

    @cached_property
    def top_px(self) -> float:
        """Where the first row begins: the table is in the middle of its room."""
        _, top, _, height = self._columns[4]
        return top + max((height - self.rows * self.pitch_px) / 2, 0.0)

    def column(self, number: int) -> Box:
        """A column of the table from its first to its last row: 0 where from, 1 input, 2 weight, 3 product, 4 sum."""
        left, _, width, _ = self._columns[4 + number]
        return left, self.top_px, width, self.rows * self.pitch_px

    def cell(self, column: int, row: int) -> Box:
        """A cell of the table."""
        left, top, width, _ = self.column(column)
        high = min(CELL_PX, self.pitch_px - 5.0)
        return left, top + row * self.pitch_px + (self.pitch_px - high) / 2, width, high

    def middle(self, row: int) -> float:
        """The height at which a row's middle is."""
        return self.top_px + (row + 0.5) * self.pitch_px
