"""Vectors and classes as solids: a box for each unit, all of a plate in one mesh with baked colours. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import apply_map
from viewer.solids.bake import bytes_of
from viewer.solids.boxes import slab_colours, slab_points, slab_rise, slab_triangles
from viewer.solids.panels import stack_of
from viewer.solids.solid import Solid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.layout import Plate
    from viewer.solids.detail import Detail
    from viewer.state import ColourSet, MapName, Theme

    Array = NDArray[np.float32]

REACH = 0.06
SHADES = 1.0, 0.5, 1.0
"""How bright the face of a box, the far end of its sides, and its back are."""
GAP = 0.07
"""Between a box and the border of its cell, in shares of the cell's shorter side."""
HIGHEST, OF_WIDTH = 0.6, 0.8
"""How far a unit of full colour comes forward: at most so far, and so much of its plate's width."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """What stays the same of a plate's boxes whatever they show: a box for each block of `block` x `block` cells in
    which there are units, and how many there are in each (`counts`, rows and columns of blocks).
    """

    block: int
    counts: Array
    points: Array
    triangles: NDArray[np.uint32]
    highest: float


def units(plate: Plate, detail: Detail) -> Units:
    """The boxes of a plate of units; where there are more than `detail.units`, neighbours in a block share one."""
    rows, columns = plate.form.cells
    block = 1
    while -(-rows // block) * -(-columns // block) > detail.units:
        block += 1
    is_unit = (np.arange(rows * columns) < plate.form.channels).astype(np.float32).reshape(rows, columns)
    counts = _over_blocks(np.add, is_unit, block)
    centres, sizes = _cells(plate, block)
    kept = counts.reshape(-1) > 0
    return Units(
        block,
        counts,
        slab_points(centres[kept], sizes[kept], REACH, behind=stack_of(plate), has_rim=False),
        slab_triangles(int(kept.sum()), has_rim=False),
        min(HIGHEST, OF_WIDTH * plate.form.tile_size[0]),
    )


def _cells(plate: Plate, block: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middles and sizes (n, 2) of the boxes of all blocks, row by row from the top left."""
    (rows, columns), (width, height) = plate.form.cells, plate.form.tile_size
    down, over = (np.minimum(np.arange(0, size + block, block), size) for size in (rows, columns))
    down, over = np.unique(down) / rows, np.unique(over) / columns
    v, u = np.meshgrid(0.5 - (down[1:] + down[:-1]) / 2, (over[1:] + over[:-1]) / 2 - 0.5, indexing="ij")
    high, wide = np.meshgrid(np.diff(down), np.diff(over), indexing="ij")
    sizes = np.stack([wide.ravel() * width, high.ravel() * height], axis=1)
    gap = 2 * GAP * min(width / columns, height / rows) * block
    return np.stack([u.ravel() * width, v.ravel() * height], axis=1), np.maximum(sizes - gap, sizes * 0.5)


def units_solid(
    mould: Units, parts: Array, theme: Theme, colours: ColourSet, name: MapName, *, is_difference: bool
) -> Solid:
    """The boxes with values over their scale (rows, columns): those that share a box show their mean, or of differences
    the one of largest size.
    """
    if is_difference:
        low, high = (_over_blocks(kind, parts, mould.block) for kind in (np.minimum, np.maximum))
        shown = np.where(high >= -low, high, low)
    else:
        shown = _over_blocks(np.add, parts, mould.block) / np.maximum(mould.counts, 1)
    shown = shown[mould.counts > 0]
    faces = np.full((len(shown), 4), 255, np.uint8)
    faces[:, :3] = bytes_of(apply_map(shown, theme, name, colours))
    heights = np.abs(np.clip(shown, -1, 1)) * np.float32(mould.highest)
    return Solid(mould.points, mould.triangles, slab_colours(faces, SHADES), rise=slab_rise(heights, has_rim=False))


def _over_blocks(combine: np.ufunc, cells: Array, block: int) -> Array:
    """Cells (rows, columns) combined by blocks."""
    if block == 1:
        return cells
    starts = [np.arange(0, size, block) for size in cells.shape]
    made: Array = combine.reduceat(combine.reduceat(cells, starts[0], axis=0), starts[1], axis=1)
    return made
