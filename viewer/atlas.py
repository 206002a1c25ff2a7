"""Where the cells of every plate lie in the textures, and the textures' content for one capture. Pure numpy.

All feature maps of a net share one float texture, all its pictures another, so that a net is one draw and changing the
input is a change of texture. The tiles of a plate are one block of the texture, so that a plate is filled at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, isqrt
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
NO_NUMBER = 1e34
"""What stands for a value that is not a number: it has the colour of zero, and says what it is."""
LARGEST_TILE = 128
MOST_TEXELS = 2**23
"""Of one plate: the tiles of thousands of large maps hold averages of their cells."""
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
class Block:
    """The place of a plate's tiles in an atlas: `tiles` of `width` x `height` texels, `columns` in a row."""

    plate: int
    tiles: int
    width: int
    height: int
    columns: int
    left: int = 0
    top: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of all of it, in texels."""
        return self.columns * self.width, ceil(self.tiles / self.columns) * self.height

    def boxes(self) -> NDArray[np.int64]:
        """Left, top, width and height (tiles, 4) of each tile, in texels."""
        row, column = np.divmod(np.arange(self.tiles), self.columns)
        whole = np.full(self.tiles, 1)
        left, top = self.left + column * self.width, self.top + row * self.height
        return np.stack([left, top, whole * self.width, whole * self.height], axis=1)


@dataclass(frozen=True)
class Atlas:
    """The blocks of a layout, by plate, and the size (width, height) of the texture that holds them."""

    blocks: tuple[Block, ...]
    size: tuple[int, int]

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The place of every tile, by plate and tile."""
        return tuple(
            Slot(block.plate, tile, *map(int, box)) for block in self.blocks for tile, box in enumerate(block.boxes())
        )


def cells_atlas(layout: Layout) -> Atlas:
    """Blocks of all maps and vectors; cells beyond 128 along a side are averaged down to fit."""
    wanted = []
    for index, plate in enumerate(layout.plates):
        if plate.form.kind != "picture":
            rows, columns = plate.form.cells
            most = min(LARGEST_TILE, isqrt(MOST_TEXELS // plate.form.tiles))
            high = 1024 if plate.form.kind in ("vector", "classes", "weights") else most
            wanted.append((index, plate.form.tiles, min(columns, most), min(rows, high)))
    return packed(wanted)


def pictures_atlas(layout: Layout) -> Atlas:
    """Blocks of all pictures."""
    wanted = [
        (index, 1, min(plate.form.cells[1], LARGEST_PICTURE), min(plate.form.cells[0], LARGEST_PICTURE))
        for index, plate in enumerate(layout.plates)
        if plate.form.kind == "picture"
    ]
    return packed(wanted)


def packed(wanted: list[tuple[int, int, int, int]]) -> Atlas:
    """An atlas with a block for each plate's number, how many tiles it has, and their width and height.

    Shelves from the top, tallest first: simple, and dense for tiles of few sizes.
    """
    made = (_shelved(wanted, width) for width in ATLAS_WIDTHS)
    return next((atlas for atlas in made if atlas.size[1] <= HIGHEST_ATLAS), _shelved(wanted, ATLAS_WIDTHS[-1]))


def _shelved(wanted: list[tuple[int, int, int, int]], atlas_width: int) -> Atlas:
    blocks = [
        Block(plate, tiles, width, height, min(tiles, atlas_width // width)) for plate, tiles, width, height in wanted
    ]
    placed = []
    left = top = shelf = 0
    for block in sorted(blocks, key=lambda block: (-block.size[1], block.plate)):
        width, height = block.size
        if left + width > atlas_width:
            left, top, shelf = 0, top + shelf, 0
        placed.append(Block(block.plate, block.tiles, block.width, block.height, block.columns, left, top))
        left, shelf = left + width, max(shelf, height)
    return Atlas(tuple(sorted(placed, key=lambda block: block.plate)), (atlas_width, max(top + shelf, 1)))


def fill_cells(bundle: Bundle, layout: Layout, atlas: Atlas, key: CaptureKey) -> Array:
    """The float texture (height, width) for a capture: raw output values; `NO_NUMBER` for what is none, `NOT_KEPT`
    where there are none.
    """
    texture = np.zeros(atlas.size[::-1], np.float32)
    bundle.capture(key.input_id, key.checkpoint_id)
    for block in atlas.blocks:
        plate = layout.plates[block.plate]
        values = values_of(bundle, plate, key, keeps_nan=True)
        tiles = None if values is None else tiles_of(plate, values, keeps_nan=True)
        _fill(texture, block, None if tiles is None else reduced(tiles, block.height, block.width))
    return texture


def _fill(texture: Array, block: Block, tiles: Array | None) -> None:
    """Put `tiles` (n, height, width) into their block: full rows of tiles at once, then the last one."""
    (width, height), columns = block.size, block.columns
    place = texture[block.top : block.top + height, block.left : block.left + width]
    # Cutting axes in two copies nothing, so this writes into the texture itself.
    grid = place.reshape(-1, block.height, columns, block.width).transpose(0, 2, 1, 3)
    full, rest = divmod(block.tiles, columns)
    if tiles is None:
        grid[:full] = grid[full:, :rest] = NOT_KEPT
        return
    if np.isnan(tiles.min(initial=0.0)):
        tiles = np.nan_to_num(tiles, nan=NO_NUMBER)
    grid[:full] = tiles[: full * columns].reshape(full, columns, block.height, block.width)
    if rest:
        grid[full, :rest] = tiles[full * columns :]


def values_of(bundle: Bundle, plate: Plate, key: CaptureKey, *, keeps_nan: bool = False) -> Array | None:
    """What a plate shows: its layer's output for a capture, or its layer's kernel at the capture's checkpoint.

    Float32 as `viewer.kept.finite` has it, of a large kernel a part; `None` where the bundle has not kept it.
    """
    if plate.form.kind == "weights":
        return kernel_of(bundle, key.checkpoint_id, bundle.layer(plate.layer), keeps_nan=keeps_nan)
    return output_of(bundle, key, plate.layer, plate.output, keeps_nan=keeps_nan)


def tiles_of(plate: Plate, output: NDArray[np.floating], *, keeps_nan: bool = False) -> Array:
    """The tiles (n, rows, columns) that a plate shows of its layer's output.

    A closed plate shows the mean over channels of |value|, of each slice of a volume or, where it is one tile, over its
    depth too; a vector is laid out row by row and padded with 0; a convolution's kernel (h, w, in, out) is a tile per
    filter, or a matrix of blocks, input channels down and filters across. With `keeps_nan` what is no number stays so,
    and so does a mean over it. It may be a view of `output`.
    """
    values = finite(output, keeps_nan=keeps_nan)
    rows, columns = plate.form.cells
    if plate.form.kind == "weights":
        if plate.form.tiles > 1:
            return np.moveaxis(values[:, :, 0], 2, 0)
        if values.ndim == 4:
            values = values.transpose(2, 0, 3, 1).reshape(values.shape[0] * values.shape[2], -1)
        return values.reshape(1, *values.shape)
    if plate.form.kind in ("vector", "classes"):
        flat = np.zeros(rows * columns, np.float32)
        flat[: values.size] = values.reshape(-1)
        return flat.reshape(1, rows, columns)
    if plate.form.channels_first:
        return values.reshape(-1, rows, columns)
    if plate.form.kind == "closed":
        # A product with ones is the quickest sum there is.
        channels = values.shape[-1]
        means = np.abs(values).reshape(-1, channels) @ np.full(channels, 1 / channels, np.float32)
        slices: Array = means.reshape(-1, rows, columns)
        return slices if plate.form.tiles > 1 else slices.mean(axis=0, keepdims=True, dtype=np.float32)
    return np.moveaxis(values, -1, 0).reshape(-1, rows, columns)


def reduced(tiles: Array, rows: int, columns: int, *, keeps_largest: bool = False) -> Array:
    """`tiles` (n, r, c) averaged down by whole blocks to at most (rows, columns), cut or stretched to it by nearest
    cells. With `keeps_largest` a block becomes its value of largest size: what cancels would look like no change.
    """
    if tiles.shape[1:] == (rows, columns):
        return tiles
    block_rows, block_columns = ceil(tiles.shape[1] / rows), ceil(tiles.shape[2] / columns)
    borders = [(0, 0), (0, -tiles.shape[1] % block_rows), (0, -tiles.shape[2] % block_columns)]
    padded = np.pad(tiles, borders, mode="edge")
    shape = len(tiles), padded.shape[1] // block_rows, block_rows, -1, block_columns
    cut = padded.reshape(shape)
    blocks = _largest(cut) if keeps_largest else cut.mean(axis=(2, 4))
    take_rows = np.arange(rows) * blocks.shape[1] // rows
    take_columns = np.arange(columns) * blocks.shape[2] // columns
    small: Array = blocks[:, take_rows[:, None], take_columns].astype(np.float32)
    return small


def _largest(cut: Array) -> Array:
    low, high = cut.min(axis=(2, 4)), cut.max(axis=(2, 4))
    largest: Array = np.where(high >= -low, high, low)
    return largest


def fill_pictures(bundle: Bundle, layout: Layout, atlas: Atlas, key: CaptureKey) -> Array:
    """The float picture texture (height, width, 3) in 0..1: what was fed, with the preprocessing undone; `NOT_KEPT`
    where it was not kept.

    From what was fed and not from the 8-bit picture, so that a change smaller than a level of grey is still there.
    """
    texture = np.zeros((*atlas.size[::-1], 3), np.float32)
    for block in atlas.blocks:
        texels = texture[block.top : block.top + block.height, block.left : block.left + block.width]
        fed = values_of(bundle, layout.plates[block.plate], key)
        if fed is None:
            texels[:] = NOT_KEPT
            continue
        picture = as_picture(fed, bundle.manifest.preprocessing)
        texels[:] = np.moveaxis(reduced(np.moveaxis(picture, -1, 0), block.height, block.width), 0, -1)
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
