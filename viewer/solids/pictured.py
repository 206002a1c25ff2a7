"""Pictures as solids: a slab with the picture and one for each of its colour channels. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.atlas import reduced
from viewer.colour import apply_map
from viewer.solids.bake import bytes_of, changed_picture, tinted
from viewer.solids.boxes import slab_colours, slab_points, slab_triangles, slab_uv
from viewer.solids.panels import stack_of
from viewer.solids.png import coloured
from viewer.solids.sheets import Sheet, beside, sheet_of
from viewer.solids.solid import Solid
from viewer.solids.tiled import REACH, SHADES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.layout import Plate
    from viewer.layout.plate import Form
    from viewer.solids.detail import Detail
    from viewer.state import ColourSet, Theme

    Array = NDArray[np.float32]

CHANNELS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Pictured:
    """What stays the same of a picture's slabs whatever it shows. `numbers` are the colours of its channels' tiles (0
    red, 2 blue), from the top of the sheet; none where it has no such tiles.
    """

    whole: Sheet
    channels: Sheet
    numbers: tuple[int, ...]
    is_grey: bool
    points: Array
    triangles: NDArray[np.uint32]
    colours: NDArray[np.uint8]
    uv: Array


def pictured(plate: Plate, detail: Detail) -> Pictured:
    """The slabs of a plate that shows a picture."""
    form = plate.form
    whole = sheet_of(1, form.cells, detail.picture_px)
    channels = sheet_of(CHANNELS, form.cells, detail.tile_px, across=1)
    numbers = tuple(2 - at if form.blue_first else at for at in range(len(form.channel_centres())))
    centres = np.concatenate([form.tile_centres(), form.channel_centres()])
    sizes = np.array([form.tile_size] + [form.channel_size] * len(numbers))
    return Pictured(
        whole,
        channels,
        numbers,
        form.channels == 1,
        slab_points(centres, sizes, REACH, behind=stack_of(plate), has_rim=True),
        slab_triangles(len(centres), has_rim=True),
        slab_colours(np.full((len(centres), 4), 255, np.uint8), SHADES),
        slab_uv(_boxes(form, whole, channels)),
    )


def _boxes(form: Form, whole: Sheet, channels: Sheet) -> NDArray[np.float64]:
    """Where the slabs' pictures lie on that of the plate, in 0..1: the whole at the left, its channels beside it."""
    if not form.channel_side:
        return whole.boxes()
    (width, height), (more, high) = whole.size_px, channels.size_px
    boxes_px = np.concatenate([whole.boxes_px(), channels.boxes_px() + np.array([width, 0, width, 0])])
    boxes: NDArray[np.float64] = boxes_px / np.tile([width + more, max(height, high)], 2)
    return boxes


def pictured_solid(mould: Pictured, picture: Array, theme: Theme, colours: ColourSet, *, is_difference: bool) -> Solid:
    """The slabs with a picture (h, w, 3) in 0..1, or with the difference of two, gain included."""
    planes = np.moveaxis(picture, -1, 0)

    def texels(sheet: Sheet) -> Array:
        return reduced(planes, sheet.rows, sheet.columns, keeps_largest=is_difference)

    whole = np.moveaxis(texels(mould.whole), 0, -1)
    shown = changed_picture(whole, theme, colours, is_grey=mould.is_grey) if is_difference else bytes_of(whole)
    pixels = mould.whole.filled(shown[None])
    if mould.numbers:
        small = texels(mould.channels)[list(mould.numbers)]
        mapped = bytes_of(apply_map(small, theme, "difference", colours)) if is_difference else None
        tiles = tinted(small, mould.numbers) if mapped is None else mapped
        pixels = beside(pixels, mould.channels.filled(tiles))
    return Solid(mould.points, mould.triangles, mould.colours, mould.uv, coloured(pixels))
