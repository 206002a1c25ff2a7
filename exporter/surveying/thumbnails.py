"""Pictures made small, each pixel the mean of the area that it covers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pictures = NDArray[np.uint8]


def thumbnail_size(height: int, width: int, longest_px: int) -> tuple[int, int]:
    """Height and width of a picture whose longer side is at most so long; smaller ones stay as they are.

    >>> thumbnail_size(227, 227, 32), thumbnail_size(100, 50, 32), thumbnail_size(28, 28, 32), thumbnail_size(900, 1, 9)
    ((32, 32), (32, 16), (28, 28), (9, 1))
    """
    share = min(1.0, longest_px / max(height, width))
    return max(1, round(height * share)), max(1, round(width * share))


def thumbnails_of(pictures: Sequence[Pictures], longest_px: int) -> Pictures:
    """Pictures (H, W, 1 or 3) as thumbnails (n, h, w, 1 or 3)."""
    height, width = thumbnail_size(pictures[0].shape[0], pictures[0].shape[1], longest_px)
    return np.stack([_small(picture, height, width) for picture in pictures])


def _small(picture: Pictures, height: int, width: int) -> Pictures:
    if picture.shape[:2] == (height, width):
        return picture
    image = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
    values = np.asarray(image.resize((width, height), Image.Resampling.BOX), np.uint8)
    return values[..., None] if values.ndim == 2 else values
