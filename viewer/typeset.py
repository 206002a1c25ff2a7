"""Words to coverage: measured and drawn with Pillow in the font that this package ships, the same on every machine."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

ASCENT = 0.82
"""Part of the type size that a line reaches above its baseline; used for boxes of labels."""
DESCENT = 0.24
FINER = 4


@cache
def _font(size_px: float, is_bold: bool) -> ImageFont.FreeTypeFont:
    name = "OpenSans-Bold.ttf" if is_bold else "OpenSans-Regular.ttf"
    font = BytesIO((files("viewer") / "fonts" / name).read_bytes())
    return ImageFont.truetype(font, size_px, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def width_of(text: str, size_px: float, is_bold: bool = False) -> float:
    """Width in pixels of a line of text; 0 for an empty one. It is in proportion to the size."""
    return float(_font(64.0, is_bold).getlength(text)) * size_px / 64.0


def coverage_of(text: str, size_px: float, is_bold: bool) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """How much of each pixel the letters cover, and where the picture lies.

    The letters are drawn four times as large and averaged: FreeType rounds the steps from letter to letter to whole
    pixels, which would make small words up to a tenth wider than `width_of` says.

    Returns
    -------
    coverage : (h, w) uint8
        0 to 255; (1, 1) of zero where there is nothing to see.
    offset_px : two ints
        From the start of the baseline to the picture's top left corner, y down.
    """
    font = _font(size_px * FINER, is_bold)
    left, top, right, bottom = (v / FINER for v in font.getbbox(text, anchor="ls"))
    if right <= left or bottom <= top:
        return np.zeros((1, 1), np.uint8), (0, 0)
    left_px, top_px = floor(left) - 1, floor(top) - 1
    size = (ceil(right) + 1 - left_px) * FINER, (ceil(bottom) + 1 - top_px) * FINER
    image = Image.new("L", size, 0)
    ImageDraw.Draw(image).text((-left_px * FINER, -top_px * FINER), text, fill=255, font=font, anchor="ls")
    return np.asarray(image.reduce(FINER)), (left_px, top_px)
