"""All thumbnails of a survey in one texture, with smaller copies for where they are seen small. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

LARGEST_SIDE = 8192
"""Of a texture that every driver can hold; of more images than fit, smaller thumbnails are shown."""
LEVELS = 3
BLOCK = 1024
DARK, BRIGHT = 48.0, 207.0
LOOKED_AT = 512


@dataclass(frozen=True, eq=False)
class ThumbnailAtlas:
    """Attributes
    ----------
    texels : (height, width, c) uint8, c 1 or 3.
    levels : (LEVELS, 4) float32: left and top of the first thumbnail, and width and height of each; level 0 is the
        largest, and each later one half as large.
    columns : how many thumbnails stand in a row, at every level.
    means : (N, 3) float32 in 0..1, the mean colour of each.
    ground : what the pictures stand on: 0 black, 1 white, `None` neither, or they are in colours.
    """

    texels: Bytes
    levels: NDArray[np.float32]
    columns: int
    means: NDArray[np.float32]
    ground: int | None


def thumbnail_atlas(images: Bytes, largest_side: int = LARGEST_SIDE) -> ThumbnailAtlas:
    """The atlas of images (N, h, w, 1 or 3), in the order of their rows.

    Where they do not fit into a texture of `largest_side`, only each other texel is kept along a side, by averages,
    until they do.
    """
    count, height, width, channels = images.shape
    shrink = 0
    while True:
        sizes = [(_halved(height, shrink + level), _halved(width, shrink + level)) for level in range(LEVELS)]
        columns = _columns(count, *sizes[0])
        rows = -(-count // columns)
        below = max(rows * sizes[1][0], rows * sizes[2][0])
        whole = rows * sizes[0][0] + below, max(columns * sizes[0][1], columns * (sizes[1][1] + sizes[2][1]))
        if max(whole) <= largest_side or sizes[0] == (1, 1):
            break
        shrink += 1
    texels = np.zeros((*whole, channels), np.uint8)
    means = np.zeros((count, 3), np.float32)
    places = [(0, 0), (rows * sizes[0][0], 0), (rows * sizes[0][0], columns * sizes[1][1])]
    for start in range(0, count, BLOCK):
        piece = images[start : start + BLOCK]
        means[start : start + BLOCK] = piece.reshape(len(piece), -1, channels).mean(axis=1) / 255
        for level, ((top, left), (high, wide)) in enumerate(zip(places, sizes, strict=True)):
            small = _shrunk(piece, shrink + level)
            for number, cells in enumerate(small, start):
                row, column = divmod(number, columns)
                y, x = top + row * high, left + column * wide
                texels[y : y + high, x : x + wide] = cells
    levels = [(left, top, wide, high) for (top, left), (high, wide) in zip(places, sizes, strict=True)]
    return ThumbnailAtlas(texels, np.array(levels, np.float32), columns, means, ground_of(images))


def ground_of(images: Bytes) -> int | None:
    """Whether grey pictures (N, h, w, 1) stand on black (0) or on white (1): what most of their border is; else `None`.

    Some are looked at, evenly spread over all.
    """
    if images.shape[-1] != 1 or not len(images):
        return None
    some = np.asarray(images[:: max(len(images) // LOOKED_AT, 1)][..., 0], np.float32)
    border = np.concatenate([some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1]], axis=1)
    usual = np.percentile(np.median(border, axis=1), [10, 90])
    if usual[1] <= DARK:
        return 0
    return 1 if usual[0] >= BRIGHT else None


def _halved(side: int, times: int) -> int:
    """How many blocks of 2 ** times there are along a side, the last perhaps cut."""
    return max(-(-side // (1 << times)), 1)


def _columns(count: int, high: int, wide: int) -> int:
    """So many in a row that the texture is about square with its smaller copies."""
    return max(int(np.ceil(np.sqrt(1.5 * count * high / wide))), 1)


def _shrunk(images: Bytes, times: int) -> Bytes:
    """Averages of blocks of 2 ** times pixels along each side; at borders of as many as there are."""
    if times == 0:
        return images
    block = 2**times
    borders = [(0, 0), (0, -images.shape[1] % block), (0, -images.shape[2] % block), (0, 0)]
    padded = np.pad(images, borders, mode="edge")
    cut = padded.reshape(len(images), padded.shape[1] // block, block, -1, block, images.shape[-1])
    small: Bytes = np.round(cut.mean(axis=(2, 4), dtype=np.float32)).astype(np.uint8)
    return small
