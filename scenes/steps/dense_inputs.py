"""Where the inputs of a dense layer come from, and how they are laid out: as the maps that were unrolled, or in rows of
cells. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.checks import output_name
from scenes.steps.board import rows_of
from viewer.state import Loupe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from scenes.steps.board import Box
    from scenes.steps.subject import Subject
    from viewer.state import CaptureKey

    Array = NDArray[np.float64]

COPIES = ("flatten", "dropout", "reshape")
UNEVEN = 0.8
"""What rows of cells count whose last one is not full."""


@dataclass(frozen=True)
class Source:
    """What a dense layer takes, as it was before it was laid in a row.

    Attributes
    ----------
    layer, output : whose output that is.
    shape : (rows, columns, channels) of maps; (numbers,) where it is a row of numbers.
    at : at which place of a sequence or map the numbers lie, where the layer works at each.
    """

    layer: str
    output: int
    shape: tuple[int, ...]
    at: tuple[int, ...] = ()

    @property
    def are_maps(self) -> bool:
        """Whether it has rows and columns."""
        return len(self.shape) == 3

    @property
    def maps(self) -> int:
        """How many maps it is."""
        return self.shape[2] if self.are_maps else 1

    def place(self, index: int) -> tuple[int, ...]:
        """Where number `index` lies: (row, column, channel), or (index,)."""
        return tuple(int(each) for each in np.unravel_index(index, self.shape))


def source_of(subject: Subject) -> Source:
    """What the layer of a subject takes: maps, where what it gets is nothing but maps that were laid in a row."""
    case, (layer, output) = subject.case, subject.source
    row = case.inputs[0]
    plain = Source(layer, output, (row.shape[-1],), subject.at)
    if subject.at:
        return plain
    while subject.bundle.layer(layer).kind in COPIES and len(case.network.sources[layer]) == 1:
        layer, output = case.network.sources[layer][0]
        values = _kept(subject.bundle, subject.key, layer, output)
        if values is None or values.size != row.size or not np.array_equal(values.reshape(-1), row, equal_nan=True):
            return plain
        if values.ndim in (2, 3):
            return Source(layer, output, (*values.shape, 1)[:3])
    return plain


def _kept(bundle: Bundle, key: CaptureKey, layer: str, output: int) -> NDArray[np.float32] | None:
    ref = bundle.capture(key.input_id, key.checkpoint_id).outputs.get(output_name(layer, output))
    return None if ref is None or key.mutes else bundle.load(ref)


@dataclass(frozen=True)
class Block:
    """The numbers of a source, or as many others, as tiles in a part of the picture.

    Attributes
    ----------
    source : what they are the numbers of.
    channels : which maps are shown, one tile each.
    tiles : where they lie.
    cells : (rows, columns) of a tile.
    """

    source: Source
    channels: tuple[int, ...]
    tiles: tuple[Box, ...]
    cells: tuple[int, int]

    @property
    def box(self) -> Box:
        """What all tiles fill."""
        left, top = min(tile[0] for tile in self.tiles), min(tile[1] for tile in self.tiles)
        right = max(tile[0] + tile[2] for tile in self.tiles)
        return left, top, right - left, max(tile[1] + tile[3] for tile in self.tiles) - top

    def moved(self, right_px: float) -> Block:
        """The same tiles further to the right."""
        tiles = tuple((left + right_px, *rest) for left, *rest in self.tiles)
        return Block(self.source, self.channels, tiles, self.cells)  # type: ignore[arg-type]

    def cell(self, index: int) -> Box | None:
        """Where number `index` lies; `None` where its map is not shown."""
        place = self.source.place(index)
        channel = place[2] if self.source.are_maps else 0
        if channel not in self.channels:
            return None
        row, column = place[:2] if self.source.are_maps else divmod(index, self.cells[1])
        left, top, width, height = self.tiles[self.channels.index(channel)]
        wide, high = width / self.cells[1], height / self.cells[0]
        return left + column * wide, top + row * high, wide, high

    def index_at(self, x_px: float, y_px: float) -> int | None:
        """The number at a place of the picture; `None` where there is none."""
        for channel, (left, top, width, height) in zip(self.channels, self.tiles, strict=True):
            if left <= x_px < left + width and top <= y_px < top + height:
                row = int((y_px - top) / height * self.cells[0])
                column = int((x_px - left) / width * self.cells[1])
                if self.source.are_maps:
                    return int(np.ravel_multi_index((row, column, channel), self.source.shape))
                index = row * self.cells[1] + column
                return index if index < self.source.shape[0] else None
        return None

    def values(self, numbers: Array) -> tuple[tuple[tuple[float | None, ...], ...], ...]:
        """As many numbers as the source has, as the rows of each tile."""
        if self.source.are_maps:
            maps = numbers.reshape(self.source.shape)
            return tuple(rows_of(maps[:, :, channel]) for channel in self.channels)
        rows, columns = self.cells
        there = [float(number) for number in numbers] + [None] * (rows * columns - len(numbers))
        return (tuple(tuple(there[row * columns : (row + 1) * columns]) for row in range(rows)),)

    def loupes(self, key: CaptureKey, scale: float) -> tuple[Loupe, ...]:
        """The source itself."""
        source = self.source
        columns = None if source.are_maps else self.cells[1]
        parts = [(None, None, channel) for channel in self.channels] if source.are_maps else [(*source.at, None)]
        return tuple(
            Loupe(source.layer, part, key, tile, scale, output=source.output, columns=columns, name=f"input {number}")
            for number, (part, tile) in enumerate(zip(parts, self.tiles, strict=True))
        )


def block_in(box: Box, source: Source, channels: Sequence[int]) -> Block:
    """The tiles of a source as large as they can be in a box, in its middle."""
    if not source.are_maps:
        cells = cells_for(source.shape[0], round(box[2] / box[3], 2))
        return Block(source, (0,), (fitted_in(box, cells[1] / cells[0]),), cells)
    rows, columns, _ = source.shape
    return Block(source, tuple(channels), tiles_in(box, len(channels), columns / rows), (rows, columns))


def fitted_in(box: Box, aspect: float) -> Box:
    """The largest box of this width over height in the middle of another."""
    left, top, width, height = box
    wide = min(width, height * aspect)
    return left + (width - wide) / 2, top + (height - wide / aspect) / 2, wide, wide / aspect


def tiles_in(box: Box, count: int, aspect: float, gap_px: float = 8.0) -> tuple[Box, ...]:
    """`count` boxes of this width over height in reading order, in as many columns as make them largest."""
    left, top, width, height = box

    def wide_in(columns: int) -> float:
        rows = ceil(count / columns)
        across = (width - gap_px * (columns - 1)) / columns
        return min(across, (height - gap_px * (rows - 1)) / rows * aspect)

    columns = max(range(1, count + 1), key=lambda each: (wide_in(each), -each))
    rows, wide = ceil(count / columns), wide_in(columns)
    step_x, step_y = wide + gap_px, wide / aspect + gap_px
    x = left + (width - columns * step_x + gap_px) / 2
    y = top + (height - rows * step_y + gap_px) / 2
    return tuple(
        (x + (number % columns) * step_x, y + number // columns * step_y, wide, wide / aspect)
        for number in range(count)
    )


@lru_cache(maxsize=256)
def cells_for(count: int, aspect: float) -> tuple[int, int]:
    """In how many rows and columns so many numbers are laid out: a square where they are one, else so that cells are
    large in a box of this width over height, and the last row is full where that costs little.

    >>> cells_for(784, 0.4), cells_for(32, 0.33), cells_for(10, 0.1), cells_for(1, 1.0)
    ((28, 28), (8, 4), (10, 1), (1, 1))
    """
    root = round(count**0.5)
    if root > 6 and root * root == count:
        return root, root

    def worth(columns: int) -> float:
        rows = ceil(count / columns)
        return min(aspect / columns, 1 / rows) * (1.0 if rows * columns == count else UNEVEN)

    columns = max(range(1, count + 1), key=worth)
    return ceil(count / columns), columns
