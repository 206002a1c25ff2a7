"""Maps, closed layers, sequences and kernels as solids: a slab for each tile, one picture for a plate. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.atlas import reduced
from viewer.solids.bake import entries_of
from viewer.solids.boxes import slab_colours, slab_points, slab_rise, slab_triangles, slab_uv
from viewer.solids.panels import stack_of
from viewer.solids.png import paletted
from viewer.solids.sheets import Sheet, sheet_of
from viewer.solids.solid import Solid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.layout import Plate
    from viewer.solids.detail import Detail

    Array = NDArray[np.float32]

REACH = 0.05
"""How far a slab stands out of the middle of its panel, on both sides; world units."""
SHADES = 1.0, 0.55, 0.35, 1.0
"""How bright a slab's face, the near and the far end of its sides, and its back are."""
HIGHEST, OF_SIDE = 0.25, 0.12
"""How far a tile comes forward that is full colour everywhere: at most so far, and so much of its shorter side."""


@dataclass(frozen=True, slots=True, eq=False)
class Tiled:
    """What stays the same of a plate's slabs whatever they show."""

    sheet: Sheet
    points: Array
    triangles: NDArray[np.uint32]
    colours: NDArray[np.uint8]
    uv: Array
    highest: float


def tiled(plate: Plate, detail: Detail) -> Tiled:
    """The slabs of a plate of maps or matrices. No side of a tile has more texels than `detail.tile_px`, nor that of a
    matrix that is all that the plate shows (a kernel, a sequence) more than `detail.picture_px`.
    """
    form = plate.form
    is_matrix = form.tiles == 1 and form.kind not in ("maps", "closed")
    longest_px = detail.picture_px if is_matrix else detail.tile_px
    sheet = sheet_of(form.tiles, form.cells, longest_px)
    sizes = np.tile(form.tile_size, (form.tiles, 1))
    return Tiled(
        sheet,
        slab_points(form.tile_centres(), sizes, REACH, behind=stack_of(plate), has_rim=True),
        slab_triangles(form.tiles, has_rim=True),
        slab_colours(np.full((form.tiles, 4), 255, np.uint8), SHADES),
        slab_uv(sheet.boxes()),
        min(HIGHEST, OF_SIDE * min(form.tile_size)),
    )


def tiled_solid(mould: Tiled, parts: Array, palette: NDArray[np.uint8], *, is_difference: bool) -> Solid:
    """The slabs with what they show.

    Parameters
    ----------
    parts : (tiles, rows, columns) float32
        Values over their scale: full colour is 1.
    palette : (256, 3) uint8
        The colour map. Pixels are its nearest entries: at most 1/510 of the ramp off what the shaders show.
    is_difference : bool
        Then of several cells that share a texel the one of largest size is shown, else their mean.
    """
    sheet = mould.sheet
    texels = reduced(parts, sheet.rows, sheet.columns, keeps_largest=is_difference)
    heights = np.abs(np.clip(parts, -1, 1)).mean(axis=(1, 2)) * np.float32(mould.highest)
    picture = paletted(sheet.filled(entries_of(texels)), palette)
    return Solid(mould.points, mould.triangles, mould.colours, mould.uv, picture, slab_rise(heights, has_rim=True))
