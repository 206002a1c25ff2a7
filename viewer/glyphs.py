"""The characters of numbers as a picture of distances to their outline, which stays sharp at any size. Pure.

A texel holds how far it lies inside of the character (over a half) or outside, so that a shader finds the outline
between texels (Green 2007, "Improved Alpha-Tested Magnification for Vector Textures and Special Effects").
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from viewer.typeset import coverage_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHARACTERS = "0123456789-.eNa"
GLYPH_WIDTH, GLYPH_HEIGHT = 24, 36
REACH = 4.0
"""Texels from the outline to where the distance ends."""
FINER = 4
SIZE_PX = 160.0
BASELINE_PX = 128


@cache
def glyph_table() -> NDArray[np.uint8]:
    """Distances (36, 24 * 15) of all characters side by side: 128 is the outline, 255 four texels inside of it."""
    return np.concatenate([_distances(_drawn(character)) for character in CHARACTERS], axis=1)


def _drawn(character: str) -> NDArray[np.bool_]:
    """What a character covers (144, 96), in the middle of its box."""
    coverage, (_, top) = coverage_of(character, SIZE_PX, True)
    page = np.zeros((GLYPH_HEIGHT * FINER, GLYPH_WIDTH * FINER), bool)
    height, width = coverage.shape
    left = (page.shape[1] - width) // 2
    cut = max(-left, 0)
    inked = coverage[:, cut : cut + page.shape[1]] > 127
    page[BASELINE_PX + top : BASELINE_PX + top + height, max(left, 0) : max(left, 0) + inked.shape[1]] = inked
    return page


def _distances(inked: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Signed distances to the outline at the middle of every texel, as bytes."""
    border = inked & ~(np.roll(inked, 1, 0) & np.roll(inked, -1, 0) & np.roll(inked, 1, 1) & np.roll(inked, -1, 1))
    edge = np.argwhere(border)
    y, x = np.mgrid[0:GLYPH_HEIGHT, 0:GLYPH_WIDTH] * FINER + (FINER - 1) / 2
    away = np.sqrt(((y[..., None] - edge[:, 0]) ** 2 + (x[..., None] - edge[:, 1]) ** 2).min(axis=-1)) / FINER
    is_inside = inked[FINER // 2 :: FINER, FINER // 2 :: FINER]
    signed = np.where(is_inside, away, -away) / REACH
    table: NDArray[np.uint8] = np.round(np.clip(signed, -1, 1) * 127 + 128).astype(np.uint8)
    return table
