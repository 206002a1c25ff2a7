"""What stands on a sheet, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from viewer.sheets.paper import Paper

Rgb = NDArray[np.uint8]
"""(H, W, 3) uint8."""


@dataclass(frozen=True, eq=False)
class Tile:
    """A picture (H, W, 3) uint8 and what stands under it: a name, and lines of less weight.

    `is_smooth` blends between pixels where it is enlarged, as photographs are; else each stays a square. `side_px` is
    how long the longer side is to be where that is not as in the rest of the group.
    """

    picture: Rgb
    name: str
    lines: tuple[str, ...] = ()
    is_smooth: bool = False
    side_px: int | None = None


@dataclass(frozen=True, eq=False)
class Group:
    """Tiles in rows, under a heading; `tile_px` is how long the longer side of each picture is to be, about."""

    tiles: tuple[Tile, ...]
    tile_px: int
    heading: str = ""


@dataclass(frozen=True, eq=False)
class Bar:
    """A legend: what a strip of colours (n, 3) float32 in 0..1 stands for, and numbers below it, evenly from its left
    end to its right.
    """

    name: str
    colours: NDArray[np.float32]
    numbers: tuple[str, ...]


class Figure(Protocol):
    """Something that is drawn across the page, so high: a matrix."""

    @property
    def height_px(self) -> int:
        """How much room it takes."""

    def draw(self, paper: Paper, left_px: int, top_px: int) -> None:
        """Draw it there."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A page: title and what stands beside it, a figure, groups of tiles from above, legends, and notes."""

    title: str
    subtitle: str
    groups: tuple[Group, ...]
    bars: tuple[Bar, ...] = ()
    notes: tuple[str, ...] = field(default=())
    figure: Figure | None = None
