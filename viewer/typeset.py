"""Words to coverage: measured and drawn with Pillow in the font that this package ships, the same on every machine."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from math import ceil, floor
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

ASCENT = 0.82
"""Part of the type size that a line reaches above its baseline; used for boxes of labels."""
DESCENT = 0.24
FINER = 4
FONTS = REGULAR, BOLD = "OpenSans-Regular.ttf", "OpenSans-Bold.ttf"


def font_file(name: str) -> bytes | None:
    """The content of a font that the package ships; `None` where it is missing, cannot be read, or is no font."""
    try:
        content = (files("viewer") / "fonts" / name).read_bytes()
        ImageFont.truetype(BytesIO(content), 16)
    except OSError:
        return None
    return content


def font_problem() -> str:
    """Which of the package's fonts cannot be read, as a line for the person; empty where all can."""
    missing = [name for name in FONTS if font_file(name) is None]
    what = f"{' and '.join(missing)} cannot be read, words are drawn in another font"
    return f"{what}; pip install --force-reinstall kerascope" if missing else ""


@cache
def _font(size_px: float, is_bold: bool) -> ImageFont.FreeTypeFont:
    content = font_file(BOLD if is_bold else REGULAR)
    if content is None:  # Pillow brings a font of its own
        return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size_px))
    return ImageFont.truetype(BytesIO(content), size_px, layout_engine=ImageFont.Layout.BASIC)


@cache
def _legible() -> dict[int, str]:
    """What Pillow's own font has no letters for, in those that it has; nothing where the package's fonts are there."""
    return str.maketrans({"×": "x", "−": "-", "ε": "eps"}) if font_problem() else {}


@lru_cache(maxsize=4096)
def width_of(text: str, size_px: float, is_bold: bool = False) -> float:
    """Width in pixels of a line of text; 0 for an empty one. It is in proportion to the size."""
    return float(_font(64.0, is_bold).getlength(text.translate(_legible()))) * size_px / 64.0


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
    font, text = _font(size_px * FINER, is_bold), text.translate(_legible())
    left, top, right, bottom = (v / FINER for v in font.getbbox(text, anchor="ls"))
    if right <= left or bottom <= top:
        return np.zeros((1, 1), np.uint8), (0, 0)
    left_px, top_px = floor(left) - 1, floor(top) - 1
    size = (ceil(right) + 1 - left_px) * FINER, (ceil(bottom) + 1 - top_px) * FINER
    image = Image.new("L", size, 0)
    ImageDraw.Draw(image).text((-left_px * FINER, -top_px * FINER), text, fill=255, font=font, anchor="ls")
    return np.asarray(image.reduce(FINER)), (left_px, top_px)
