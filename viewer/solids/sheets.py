"""Tiles laid out on one picture, each with a gutter of its own border, and where each lies on it. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

GUTTER = 1
"""Texels round a tile that repeat its border: programs that blend texels mix in nothing of the neighbours."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture of `tiles` tiles of `rows` x `columns` texels in `across` columns, of which each shows the first
    `used` (rows, columns): the last texel may stand for a part of a block of cells.
    """

    tiles: int
    rows: int
    columns: int
    across: int
    used: tuple[float, float]

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the picture."""
        down = ceil(self.tiles / self.across)
        return self.across * (self.columns + 2 * GUTTER), down * (self.rows + 2 * GUTTER)

    def boxes_px(self) -> NDArray[np.float64]:
        """Left, top, right and bottom (tiles, 4) of what is shown of each tile."""
        down, over = np.divmod(np.arange(self.tiles), self.across)
        left = over * (self.columns + 2.0 * GUTTER) + GUTTER
        top = down * (self.rows + 2.0 * GUTTER) + GUTTER
        return np.stack([left, top, left + self.used[1], top + self.used[0]], axis=1)

    def boxes(self) -> NDArray[np.float64]:
        """The same as parts of the picture, in 0..1."""
        boxes: NDArray[np.float64] = self.boxes_px() / np.tile(self.size_px, 2)
        return boxes

    def filled(self, texels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture (height, width, ...) of tiles (tiles, rows, columns, ...).

        Places that are left over have the colour of the last tile's corner: seen from afar they mix with its border.
        """
        more = texels.ndim - 3
        padded = np.pad(texels, [(0, 0), (GUTTER, GUTTER), (GUTTER, GUTTER), *[(0, 0)] * more], mode="edge")
        width, height = self.size_px
        missing = height // padded.shape[1] * self.across - self.tiles
        corner = padded[-1:, -1:, -1:]
        padded = np.concatenate([padded, np.broadcast_to(corner, (missing, *padded.shape[1:]))])
        grid = padded.reshape(-1, self.across, *padded.shape[1:]).swapaxes(1, 2)
        return grid.reshape(height, width, *texels.shape[3:])


def sheet_of(
    tiles: int, cells: tuple[int, int], longest_px: int, *, across: int | None = None, most_px: int = 4096
) -> Sheet:
    """The sheet of tiles of (rows, columns) cells of which none is more than `longest_px` texels long, and the whole
    none more than `most_px`; whole blocks of cells become a texel. It is about square, or `across` tiles wide.
    """
    across = across or min(max(ceil((tiles * cells[0] / cells[1]) ** 0.5), 1), tiles)
    room = most_px // max(across, ceil(tiles / across)) - 2 * GUTTER
    blocks = [ceil(size / min(longest_px, max(room, 1))) for size in cells]
    rows, columns = (ceil(size / block) for size, block in zip(cells, blocks, strict=True))
    return Sheet(tiles, rows, columns, across, (cells[0] / blocks[0], cells[1] / blocks[1]))


def beside(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two pictures (h, w, ...) side by side, both at the top; the last row of the lower one is repeated."""
    height = max(len(left), len(right))
    even = [np.concatenate([each, np.repeat(each[-1:], height - len(each), axis=0)]) for each in (left, right)]
    return np.concatenate(even, axis=1)
