"""What the tiles of an album show: kernels as little pictures, pictures of inputs, images of surveys. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt, prod
from typing import TYPE_CHECKING, Literal

import numpy as np

from exporter.bundle.errors import BundleError
from viewer.album import ImageTile, PatchTile, ThumbnailTile
from viewer.atlas import LARGEST_PICTURE, NOT_KEPT, reduced
from viewer.colour import apply_map
from viewer.kept import finite, kernel_ref
from viewer.learned.patches import hatched, patch_of, pixels_of, whole_picture
from viewer.learned.read import shown_image
from viewer.loupe import cut, picture_cells
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from viewer.album import KernelTile, Tile
    from viewer.state import ColourSet, Theme

    Array = NDArray[np.float32]

LEAST_SIDE = 4
"""Vectors of fewer values than this squared are no picture, as `exporter.synthesising` has it."""
PASSING = ("flatten", "reshape", "dropout", "preprocessing", "padding", "normalisation", "resize")
"""Layers behind which a kernel still reads the picture, place by place."""


@dataclass(frozen=True, eq=False)
class TileCells:
    """What a tile shows.

    Attributes
    ----------
    kind : `image` (colours as they are), `coloured` (weights of red, green and blue) or `mapped` (weights).
    cells : (rows, columns, 3) float32: 0..1 of an image, else weights; of `mapped` ones all three are the same.
    largest : the largest size of a weight; 1 of an image, and where all are 0.
    """

    kind: Literal["image", "coloured", "mapped"]
    cells: Array
    largest: float


def tile_cells(bundle: Bundle, tile: Tile) -> TileCells:
    """What a tile shows. Of a picture larger than 512 along a side averages; of an input without one, black.

    Raises
    ------
    BundleError
        The bundle has no such input, layer, checkpoint or kernel, or the kernel no such channel; no such survey, or not
        that image of it.
    KerascopeError
        The survey has no such patch, or kept no pictures.
    """
    if isinstance(tile, PatchTile):
        return TileCells("image", _patch(bundle, tile), 1.0)
    if isinstance(tile, ThumbnailTile):
        return TileCells("image", _thumbnail(bundle, tile), 1.0)
    if isinstance(tile, ImageTile):
        return TileCells("image", _image(bundle, tile), 1.0)
    kernel = kernel_cells(bundle, tile)
    kind: Literal["coloured", "mapped"] = "coloured" if kernel.ndim == 3 else "mapped"
    cells = kernel if kernel.ndim == 3 else np.repeat(kernel[..., None], 3, axis=2)
    return TileCells(kind, _fewer(cells), float(np.abs(kernel).max(initial=0.0)) or 1.0)


def kernel_cells(bundle: Bundle, tile: KernelTile) -> Array:
    """The weights of a kernel: (rows, columns), or (rows, columns, 3) in red, green, blue where it reads a picture in
    colours. Of more channels it is one, `taken` or the first.

    A one-dimensional kernel has a row for each channel that it reads; the slices of a three-dimensional one lie over
    each other. That of a dense layer is laid out as the picture that it reads, else in rows.

    Raises
    ------
    BundleError
        As `tile_cells`.
    """
    layer = bundle.layer(tile.layer)
    kernel = _of_channel(bundle, tile, layer)
    picture = picture_before(bundle, tile.layer)
    if kernel.ndim == 1:
        if picture is None or prod(picture) != len(kernel):
            rows = cut(kernel, ())
            return np.where(rows == NOT_KEPT, np.float32(0), rows)
        kernel = kernel.reshape(picture)
    elif kernel.ndim == 2:
        return kernel.T
    depth = kernel.shape[-1]
    if depth == 3 and kernel.ndim == 3 and tile.taken is None and picture is not None and picture[-1] == 3:
        return kernel[..., ::-1] if bundle.manifest.preprocessing.colour_order == "bgr" else kernel
    one: Array = kernel[..., _taken(tile, depth)]
    return one.reshape(-1, one.shape[-1])


def tile_colours(
    cells: TileCells, theme: Theme, colours: ColourSet = "standard", scale: float | None = None
) -> NDArray[np.float32]:
    """The colours (rows, columns, 3) in 0..1 of a tile as an album draws it, `scale` as `viewer.album.Album` has it.

    Weights of red, green and blue are those colours, grey in their middle at 0; others have the colours of weights.
    """
    if cells.kind == "image":
        return np.clip(cells.cells, np.float32(0), np.float32(1))
    full = cells.largest if scale is None else scale
    values = cells.cells / np.float32(full if full > 0 else 1.0)
    if cells.kind == "coloured":
        shown: NDArray[np.float32] = np.clip(0.5 + 0.5 * values, 0, 1).astype(np.float32)
        return shown
    return apply_map(values[..., 0], theme, "weight", colours)


def picture_before(bundle: Bundle, layer: str) -> tuple[int, int, int] | None:
    """The shape (H, W, C) of the picture that a layer reads, place by place, straight or behind layers that do no more
    than pass it on; `None` where it reads none. A vector as long as a square is a grey picture, as it is to those who
    make pictures by optimisation.
    """
    sources = {edge.target: edge.source for edge in bundle.manifest.edges}
    here = sources.get(layer)
    while here is not None:
        found = bundle.layer(here)
        if found.kind == "input":
            return picture_shape(found.outputs[0].shape)
        here = sources.get(here) if found.kind in PASSING else None
    return None


def picture_shape(shape: tuple[int | None, ...]) -> tuple[int, int, int] | None:
    """The shape (H, W, C) of what is fed as a picture; `None` where it is none.

    >>> picture_shape((8, 6, 3)), picture_shape((784,)), picture_shape((13,))
    ((8, 6, 3), (28, 28, 1), None)
    """
    sides = tuple(side or 0 for side in shape)
    if len(sides) == 3:
        return sides[0], sides[1], sides[2]
    if len(sides) == 2:
        return sides[0], sides[1], 1
    side = isqrt(sides[0]) if len(sides) == 1 else 0
    return (side, side, 1) if side >= LEAST_SIDE and sides == (side * side,) else None


def _of_channel(bundle: Bundle, tile: KernelTile, layer: Layer) -> Array:
    """All weights that make one channel; their last axis are the channels that it reads."""
    ref = kernel_ref(bundle, tile.checkpoint_id, layer)
    if ref is None or len(ref.shape) < 2:
        raise BundleError("there is no kernel to show", expected="a layer with a kernel", got=repr(tile.layer))
    is_depthwise, count = layer.kind == "depthwise", ref.shape[-1]
    count = count * ref.shape[-2] if is_depthwise else count
    if not 0 <= tile.channel < count:
        got = f"channel {tile.channel} of {tile.layer!r}"
        raise BundleError("no such kernel", expected=f"a channel from 0 to {count - 1}", got=got)
    kernel = bundle.load(ref)
    if is_depthwise:
        channel, which = divmod(tile.channel, ref.shape[-1])
        return np.nan_to_num(finite(kernel[..., channel : channel + 1, which]))
    return np.nan_to_num(finite(kernel[..., tile.channel]))


def _taken(tile: KernelTile, depth: int) -> int:
    taken = tile.taken or 0
    if not 0 <= taken < depth:
        got = f"channel {taken} before {tile.layer!r}"
        raise BundleError("no such kernel", expected=f"one of {depth} channels that it reads", got=got)
    return taken


def _fewer(cells: Array) -> Array:
    """Cells (rows, columns, 3), averages of them along a side that has too many."""
    rows, columns = (min(side, LARGEST_PICTURE) for side in cells.shape[:2])
    shown: Array = np.moveaxis(reduced(np.moveaxis(cells, -1, 0), rows, columns), 0, -1)
    return shown


def _patch(bundle: Bundle, tile: PatchTile) -> Array:
    survey = bundle.survey(tile.survey_id)
    patch = patch_of(bundle, survey, tile.layer, tile.channel, tile.rank, tile.checkpoint_id)
    if tile.whole:
        shown, _ = whole_picture(bundle, survey, patch.image)
    else:
        shown = hatched(pixels_of(bundle, survey, patch))
    return _fewer(shown.astype(np.float32) / np.float32(255))


def _thumbnail(bundle: Bundle, tile: ThumbnailTile) -> Array:
    shown = shown_image(bundle, bundle.survey(tile.survey_id), tile.row)
    cells = shown.astype(np.float32) / np.float32(255)
    cells = np.repeat(cells, 3, axis=2) if cells.shape[2] == 1 else cells
    rows, columns = (min(side, LARGEST_PICTURE) for side in cells.shape[:2])
    return np.moveaxis(reduced(np.moveaxis(cells, -1, 0), rows, columns), 0, -1)


def _image(bundle: Bundle, tile: ImageTile) -> Array:
    at = bundle.final_checkpoint.id
    if bundle.image(tile.input_id) is None:
        captured = [capture.checkpoint for capture in bundle.manifest.captures if capture.input == tile.input_id]
        if not captured:
            return np.zeros((1, 1, 3), np.float32)
        at = captured[-1]
    cells = middle(picture_cells(bundle, bundle.manifest.model.inputs[0], CaptureKey(tile.input_id, at)), tile.part)
    shown: Array = np.where(cells == NOT_KEPT, np.float32(0), cells)
    return shown if tile.contrast == 1 else np.float32(0.5) + (shown - np.float32(0.5)) * np.float32(tile.contrast)


def middle(picture: Array, part: float) -> Array:
    """The middle `part` in 0..1 of a picture (rows, columns, ...) along each side, at least one cell.

    >>> middle(np.arange(16.0).reshape(4, 4), 0.5).tolist()
    [[5.0, 6.0], [9.0, 10.0]]
    """
    sides = [min(max(round(side * part), 1), side) for side in picture.shape[:2]]
    row, column = ((whole - side) // 2 for whole, side in zip(picture.shape[:2], sides, strict=True))
    return picture[row : row + sides[0], column : column + sides[1]]
