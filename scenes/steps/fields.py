"""The cells of a channel of an output as they lie flat on a tile, whatever the number of its axes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, prod
from typing import TYPE_CHECKING

import numpy as np

from scenes.steps.board import cell_box
from viewer.kept import finite
from viewer.loupe import wide_enough
from viewer.state import Loupe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenes.steps.board import Box, Point
    from viewer.state import CaptureKey

    Array = NDArray[np.float32]

FULL_COLOUR = 99.0
"""The percentile of |value| that has full colour."""


@dataclass(frozen=True, eq=False)
class Field:
    """One channel of what a layer puts out, or all units of a vector: cells in reading order.

    Attributes
    ----------
    values : the output as it was stored, channels last.
    channel : the channel that is shown; `None` of a vector, whose units are the cells.
    is_line : whether places in a row (an output of places and channels) stay one row however many there are; otherwise
        they are laid out about as wide as high, as the units of a vector are.
    """

    layer: str
    output: int
    values: Array
    channel: int | None
    is_line: bool = False
    lead: tuple[int, ...] = ()

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the axes that are shown."""
        shape = self.values.shape
        return tuple(shape if self.channel is None else shape[:-1])

    @property
    def count(self) -> int:
        """How many cells there are."""
        return prod(self.sizes)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns on the tile; the last row of what is laid out anew may be filled in part only."""
        sizes = self.sizes
        if len(sizes) > 1:
            return prod(sizes[:-1]), sizes[-1]
        columns = self.columns
        return max(ceil(self.count / columns), 1), columns

    @property
    def columns(self) -> int:
        """In how many columns a single axis is laid out."""
        return max(self.count if self.is_line and len(self.sizes) == 1 else wide_enough(self.count), 1)

    @property
    def cells(self) -> Array:
        """(count,) the values in reading order; what is no number is 0."""
        shown = self.values if self.channel is None else self.values[..., self.channel]
        return finite(shown).reshape(-1)

    def index(self, cell: int) -> tuple[int, ...]:
        """Where cell number `cell` lies in the output."""
        place = tuple(int(each) for each in np.unravel_index(cell, self.sizes))
        return place if self.channel is None else (*place, self.channel)

    def position(self, cell: int) -> tuple[int, ...]:
        """Where it lies without its channel; () for a unit of a vector."""
        return () if self.channel is None else self.index(cell)[:-1]

    def value(self, cell: int) -> float:
        """Its value as it was stored."""
        return float(self.values[self.index(cell)])

    def spot(self, cell: int, box: Box, size: tuple[int, int] = (1, 1)) -> Box:
        """Where it lies on a tile at `box`; with `size`, as many rows and columns from there on."""
        return cell_box(box, self.shape, (cell // self.shape[1], cell % self.shape[1]), size)

    def under(self, box: Box, at_px: Point) -> int | None:
        """The number of the cell of a tile at `box` that lies at a point; `None` where none does."""
        rows, columns = self.shape
        row = int((at_px[1] - box[1]) * rows // box[3])
        column = int((at_px[0] - box[0]) * columns // box[2])
        cell = row * columns + column
        return cell if 0 <= row < rows and 0 <= column < columns and cell < self.count else None

    def loupe(self, key: CaptureKey, box: Box, scale: float, filled: int | None = None, name: str = "") -> Loupe:
        """The tile of it at `box`."""
        shown = (*(None for _ in self.sizes), *(() if self.channel is None else (self.channel,)))
        part = (*self.lead, *shown) if self.channel is not None or self.lead else ()
        return Loupe(
            self.layer,
            part,
            key,
            box,
            scale,
            output=self.output,
            columns=self.columns,
            colours="activation",
            filled=filled,
            name=name,
        )


def full_colour(*values: Array) -> float:
    """The |value| of full colour of cells that share a scale: their 99th percentile; 1 where that is 0."""
    sizes = np.abs(np.concatenate([each.reshape(-1) for each in values]))
    scale = float(np.percentile(sizes, FULL_COLOUR)) if sizes.size else 0.0
    return scale or float(sizes.max(initial=0.0)) or 1.0


def fitted_in(box: Box, shape: tuple[int, int], least: float = 0.12) -> Box:
    """The largest box in the middle of `box` whose cells are square; of what is very long or high a part `least` as
    high or wide as long at the least.
    """
    left, top, width, height = box
    aspect = min(max(shape[1] / shape[0], least), 1 / least)
    high = min(height, width / aspect)
    wide = high * aspect
    return left + (width - wide) / 2, top + (height - high) / 2, wide, high


def middle_of(box: Box) -> Point:
    """The middle of a box."""
    return box[0] + box[2] / 2, box[1] + box[3] / 2
