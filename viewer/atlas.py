"""Where the cells of every plate lie in the textures, and the textures' content for one capture. Pure numpy.

All feature maps of a net share one float texture, all its pictures another, so that a net is one draw and changing the
input is a change of texture.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from viewer.kept import finite, kernel_of, output_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Preprocessing
    from viewer.layout import Layout, Plate
    from viewer.state import CaptureKey

    Array = NDArray[np.float32]

ATLAS_WIDTHS = (2048, 4096, 8192, 16384)
HIGHEST_ATLAS = 8192
NOT_KEPT = 1e36
"""A value that no layer has: there is nothing to draw."""
LARGEST_TILE = 128
LARGEST_PICTURE = 512


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in an atlas for one tile of a plate, in texels. `plate` and `tile` are indices."""

    plate: int
    tile: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Atlas:
    """The slots of a layout and the size (width, height) of the texture that holds them."""

    slots: tuple[Slot, ...]
    size: tuple[int, int]


def cells_atlas(layout: Layout) -> Atlas:
    """Slots of all maps and vectors; cells beyond 128 along a side are averaged down to fit."""
    wanted = [
        (index, tile, min(plate.form.cells[1], LARGEST_TILE), min(plate.form.cells[0], _row_limit(plate)))
        for index, plate in enumerate(layout.plates)
        if plate.form.kind != "picture"
        for tile in range(plate.form.tiles)
    ]
    return _pack(wanted)


def pictures_atlas(layout: Layout) -> Atlas:
    """Slots of all pictures."""
    wanted = [
        (index, 0, min(plate.form.cells[1], LARGEST_PICTURE), min(plate.form.cells[0], LARGEST_PICTURE))
        for index, plate in enumerate(layout.plates)
        if plate.form.kind == "picture"
    ]
    return _pack(wanted)


def _row_limit(plate: Plate) -> int:
    return 1024 if plate.form.kind in ("vector", "classes", "weights") else LARGEST_TILE


def _pack(wanted: list[tuple[int, int, int, int]]) -> Atlas:
    """Shelves from the top, tallest first: simple, and dense for tiles of few sizes."""
    wanted = sorted(wanted, key=lambda want: (-want[3], want[0], want[1]))
    packed = (_shelved(wanted, width) for width in ATLAS_WIDTHS)
    return next((atlas for atlas in packed if atlas.size[1] <= HIGHEST_ATLAS), _shelved(wanted, ATLAS_WIDTHS[-1]))


def _shelved(wanted: list[tuple[int, int, int, int]], atlas_width: int) -> Atlas:
    slots = []
    left = top = shelf = 0
    for plate, tile, width, height in wanted:
        if left + width > atlas_width:
            left, top, shelf = 0, top + shelf, 0
        slots.append(Slot(plate, tile, left, top, width, height))
        left, shelf = left + width, max(shelf, height)
    return Atlas(tuple(sorted(slots, key=lambda slot: (slot.plate, slot.tile))), (atlas_width, max(top + shelf, 1)))


def fill_cells(bundle: Bundle, layout: Layout, atlas: Atlas, key: CaptureKey) -> Array:
    """The float texture (height, width) for a capture: raw output values, NaN as 0; `NOT_KEPT` where there are none."""
    texture = np.zeros(atlas.size[::-1], np.float32)
    bundle.capture(key.input_id, key.checkpoint_id)
    tiles: dict[int, Array | None] = {}
    for slot in atlas.slots:
        plate = layout.plates[slot.plate]
        if slot.plate not in tiles:
            values = values_of(bundle, plate, key)
            tiles = {slot.plate: None if values is None else tiles_of(plate, values)}
        here = tiles[slot.plate]
        texels = texture[slot.top : slot.top + slot.height, slot.left : slot.left + slot.width]
        texels[:] = NOT_KEPT if here is None else _reduced(here[slot.tile], slot.height, slot.width)
    return texture


def values_of(bundle: Bundle, plate: Plate, key: CaptureKey) -> Array | None:
    """What a plate shows: its layer's output for a capture, or its layer's kernel at the capture's checkpoint.

    Finite float32, of a large kernel a part; `None` where the bundle has not kept it.
    """
    if plate.form.kind == "weights":
        return kernel_of(bundle, key.checkpoint_id, bundle.layer(plate.layer))
    return output_of(bundle, key, plate.layer, plate.output)


def tiles_of(plate: Plate, output: NDArray[np.floating]) -> Array:
    """The tiles (n, rows, columns) that a plate shows of its layer's output.

    A closed plate shows the mean over channels of |value|, of each slice of a volume or, where it is one tile, over its
    depth too; a vector is laid out row by row and padded with 0; a convolution's kernel (h, w, in, out) is a tile per
    filter, or a matrix of blocks, input channels down and filters across.
    """
    values = finite(output)
    rows, columns = plate.form.cells
    if plate.form.kind == "weights":
        if plate.form.tiles > 1:
            return np.ascontiguousarray(np.moveaxis(values[:, :, 0], 2, 0))
        if values.ndim == 4:
            values = values.transpose(2, 0, 3, 1).reshape(values.shape[0] * values.shape[2], -1)
        return np.ascontiguousarray(values)[None]
    if plate.form.kind in ("vector", "classes"):
        flat = np.zeros(rows * columns, np.float32)
        flat[: values.size] = values.reshape(-1)
        return flat.reshape(1, rows, columns)
    if plate.form.channels_first:
        return values.reshape(-1, rows, columns)
    if plate.form.kind == "closed":
        slices: Array = np.abs(values).mean(axis=-1, dtype=np.float32).reshape(-1, rows, columns)
        return slices if plate.form.tiles > 1 else slices.mean(axis=0, keepdims=True, dtype=np.float32)
    return np.ascontiguousarray(np.moveaxis(values, -1, 0)).reshape(-1, rows, columns)


def _reduced(tile: Array, rows: int, columns: int) -> Array:
    """`tile` averaged down by whole blocks to at most (rows, columns), then cut or stretched to it by nearest cells."""
    block_rows, block_columns = ceil(tile.shape[0] / rows), ceil(tile.shape[1] / columns)
    if block_rows == block_columns == 1:
        return tile
    padded = np.pad(tile, [(0, -tile.shape[0] % block_rows), (0, -tile.shape[1] % block_columns)], mode="edge")
    blocks = padded.reshape(padded.shape[0] // block_rows, block_rows, -1, block_columns).mean(axis=(1, 3))
    take_rows = np.arange(rows) * blocks.shape[0] // rows
    take_columns = np.arange(columns) * blocks.shape[1] // columns
    small: Array = blocks[np.ix_(take_rows, take_columns)].astype(np.float32)
    return small


def fill_pictures(bundle: Bundle, layout: Layout, atlas: Atlas, key: CaptureKey) -> Array:
    """The float picture texture (height, width, 3) in 0..1: what was fed, with the preprocessing undone; `NOT_KEPT`
    where it was not kept.

    From what was fed and not from the 8-bit picture, so that a change smaller than a level of grey is still there.
    """
    texture = np.zeros((*atlas.size[::-1], 3), np.float32)
    for slot in atlas.slots:
        texels = texture[slot.top : slot.top + slot.height, slot.left : slot.left + slot.width]
        fed = values_of(bundle, layout.plates[slot.plate], key)
        if fed is None:
            texels[:] = NOT_KEPT
            continue
        picture = as_picture(fed, bundle.manifest.preprocessing)
        for channel in range(3):
            texels[..., channel] = _reduced(picture[..., channel], slot.height, slot.width)
    return texture


def as_picture(fed: Array, preprocessing: Preprocessing) -> Array:
    """What was fed (H, W, 1 or 3) as a red-green-blue picture (H, W, 3) in 0..1, preprocessing undone; grey is
    repeated.

    A scale of 0 leaves the values as they are.
    """
    mean = np.asarray(preprocessing.mean or (0.0,), np.float32)
    std = np.asarray(preprocessing.std or (1.0,), np.float32)
    picture = (fed * std / (preprocessing.scale or 1.0) + mean) / 255.0
    if picture.shape[-1] == 1:
        picture = np.repeat(picture, 3, axis=-1)
    elif preprocessing.colour_order == "bgr":
        picture = picture[..., ::-1]
    return np.ascontiguousarray(picture, np.float32)
