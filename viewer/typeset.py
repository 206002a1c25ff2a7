"""Words to coverage: measured and drawn with Pillow in the fonts that this package ships, the same on every machine."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from viewer.letters import (
    CHINESE,
    LATIN,
    SHIPPED,
    face_of_system,
    font_file,
    font_of,
    is_chinese,
    is_tight,
    missing_letters,
    runs_of,
)
from viewer.system_fonts import remedy

if TYPE_CHECKING:
    from viewer.letters import Face

ASCENT = 0.82
"""Part of the type size that a line reaches above its baseline; used for boxes of labels."""
CHINESE_ASCENT = 0.88
DESCENT = 0.24
RARE = chr(0x9F98)
"""A Chinese character that only whole fonts have."""
FINER = 4
MEASURED_PX = 64.0
TIGHTER = 0.5
FONTS = tuple(name for face in SHIPPED for name in (face.regular, face.bold))


def font_problem() -> str:
    """Which of the package's fonts cannot be read, as a line for the person; empty where all can."""
    missing = [name for name in FONTS if font_file(name) is None]
    what = f"{' and '.join(missing)} cannot be read, words are drawn in another font"
    return f"{what}; pip install --force-reinstall kerascope" if missing else ""


def letters_problem() -> str:
    """Which letters that were drawn or measured so far no font has, as a line for the person; empty where all were
    there.
    """
    missing = missing_letters()
    told = " ".join(letter if letter.isprintable() else f"U+{ord(letter):04X}" for letter in missing)
    return f"no font here has {told}: drawn as boxes; {remedy()}" if missing else ""


def fonts_told() -> str:
    """The fonts that words are drawn in, as a line for the person, and what to do where rarer characters have none."""
    if problem := font_problem():
        return problem
    found = face_of_system(RARE)
    of_system = found.regular if found else f"none; {remedy()}"
    return f"Open Sans, Noto Sans SC for Chinese; rarer characters: {of_system}"


def ascent_of(text: str) -> float:
    """Part of the type size that a line reaches above its baseline: Chinese characters reach higher than capitals.

    >>> ascent_of("conv_1"), ascent_of("conv_1 \u5c42")
    (0.82, 0.88)
    """
    return CHINESE_ASCENT if not text.isascii() and any(map(is_chinese, text)) else ASCENT


@cache
def _font(size_px: float, is_bold: bool, face: Face = LATIN) -> ImageFont.FreeTypeFont:
    font = font_of(face, size_px, is_bold)
    if font is None:  # Pillow brings a font of its own
        return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size_px))
    return font


@cache
def _legible() -> dict[int, str]:
    """What Pillow's own font has no letters for, in those that it has; nothing where the package's font is there."""
    is_there = all(font_file(name) for name in (LATIN.regular, LATIN.bold))
    return {} if is_there else str.maketrans({"×": "x", "−": "-", "ε": "eps"})


@lru_cache(maxsize=4096)
def width_of(text: str, size_px: float, is_bold: bool = False) -> float:
    """Width in pixels of a line of text; 0 for an empty one. It is in proportion to the size."""
    runs = runs_of(text.translate(_legible()))
    return (sum(_width(face, piece, is_bold) for face, piece in runs) + sum(_kerns(runs))) * size_px


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
    pieces = _pieces(text.translate(_legible()), size_px * FINER, is_bold)
    boxes = [(at, *font.getbbox(piece, anchor="ls")) for at, piece, font in pieces]
    left = min((at + box[0] for at, *box in boxes), default=0) / FINER
    top = min((box[1] for _, *box in boxes), default=0) / FINER
    right = max((at + box[2] for at, *box in boxes), default=0) / FINER
    bottom = max((box[3] for _, *box in boxes), default=0) / FINER
    if right <= left or bottom <= top:
        return np.zeros((1, 1), np.uint8), (0, 0)
    left_px, top_px = floor(left) - 1, floor(top) - 1
    size = (ceil(right) + 1 - left_px) * FINER, (ceil(bottom) + 1 - top_px) * FINER
    image = Image.new("L", size, 0)
    pen = ImageDraw.Draw(image)
    for at, piece, font in pieces:
        pen.text((at - left_px * FINER, -top_px * FINER), piece, fill=255, font=font, anchor="ls")
    return np.asarray(image.reduce(FINER)), (left_px, top_px)


def _pieces(text: str, size_px: float, is_bold: bool) -> list[tuple[int, str, ImageFont.FreeTypeFont]]:
    """The runs of a line: where each begins, in pixels from the start of the line, what it is, and its font."""
    runs = runs_of(text)
    starts = [0.0]
    for run, kern in zip(runs, _kerns(runs), strict=False):
        starts.append(starts[-1] + (_width(*run, is_bold) + kern) * size_px)
    pairs = zip(starts, runs, strict=False)
    return [(round(start), piece, _font(size_px, is_bold, face)) for start, (face, piece) in pairs]


def _width(face: Face, piece: str, is_bold: bool) -> float:
    """Width of a run in type sizes."""
    return float(_font(MEASURED_PX, is_bold, face).getlength(piece)) / MEASURED_PX


def _kerns(runs: tuple[tuple[Face, str], ...]) -> list[float]:
    """How much closer each run stands to the one before it than their widths say, in type sizes."""
    return [
        -TIGHTER if one[0] == two[0] == CHINESE and is_tight(one[1][-1], two[1][0]) else 0.0
        for one, two in pairwise(runs)
    ]
