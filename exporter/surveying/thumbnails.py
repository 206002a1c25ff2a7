"""Pictures made small, each pixel the mean of the area that it covers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from exporter.surveying.compiled import Array, compiled

Pictures = NDArray[np.uint8]


def thumbnail_size(height: int, width: int, longest_px: int) -> tuple[int, int]:
    """Height and width of a picture whose longer side is at most so long; smaller ones stay as they are.

    >>> thumbnail_size(227, 227, 32), thumbnail_size(100, 50, 32), thumbnail_size(28, 28, 32), thumbnail_size(900, 1, 9)
    ((32, 32), (32, 16), (28, 28), (9, 1))
    """
    share = min(1.0, longest_px / max(height, width))
    return max(1, round(height * share)), max(1, round(width * share))


def thumbnails_of(pictures: Sequence[Pictures], longest_px: int) -> Pictures:
    """Pictures (H, W, 1 or 3), all of one size, as thumbnails (n, h, w, 1 or 3), halves rounded up."""
    height, width = thumbnail_size(pictures[0].shape[0], pictures[0].shape[1], longest_px)
    if (height, width) == pictures[0].shape[:2]:
        return np.stack(pictures)
    small = np.empty((len(pictures), height, width, pictures[0].shape[2]), np.uint8)
    for picture, thumbnail in zip(pictures, small, strict=True):
        _average(np.ascontiguousarray(picture), thumbnail)
    return small


@compiled
def _average(picture: Array, small: Array) -> None:
    """Fill in what each pixel of `small` (h, w, c) is the mean of, in whole numbers: exact, whoever computes it.

    Counted in h-ths and w-ths of a pixel, a pixel of the picture is h x w large and one of `small` H x W.
    """
    height, width, channels = picture.shape
    rows = np.zeros((small.shape[0], width * channels), np.int64)
    for y in range(height):
        begin, end = y * small.shape[0], (y + 1) * small.shape[0]
        line = picture[y].reshape(-1)
        for row in range(begin // height, (end - 1) // height + 1):
            share = min(end, (row + 1) * height) - max(begin, row * height)
            into = rows[row]
            for place in range(len(line)):
                into[place] += share * line[place]
    area = height * width
    for row in range(small.shape[0]):
        for column in range(small.shape[1]):
            begin, end = column * width, (column + 1) * width
            for channel in range(channels):
                total = 0
                for x in range(begin // small.shape[1], (end - 1) // small.shape[1] + 1):
                    share = min(end, (x + 1) * small.shape[1]) - max(begin, x * small.shape[1])
                    total += share * rows[row, x * channels + channel]
                small[row, column, channel] = (2 * total + area) // (2 * area)
