"""The numbers in the cells of small tables: how many decimals they have, how large they are, dark or light. Pure."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import apply_map
from viewer.state import Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from viewer.state import ColourRole, ColourSet, Grid, Theme

MINUS = "\u2212"
ROOM = 0.9
"""Of a cell's width, what a number may fill."""
TALLEST = 0.62
BRIGHT = 0.42
"""The brightness of a cell from which on its number is dark."""
LEAST_PX = 8.0
HIGHEST_DIGIT = 0.36
"""Of the type size, from the baseline to the middle of a digit."""


def decimals_for(largest: float) -> int:
    """How many decimals numbers have in a table whose scale is `largest`: three digits, or two where it is under 1.

    >>> [decimals_for(size) for size in (0.88, 0.041, 1.2, 12.0, 255.0, 0.0)]
    [2, 3, 2, 1, 0, 2]
    """
    if not math.isfinite(largest) or largest <= 0:
        return 2
    places = math.floor(math.log10(largest))
    return min(max(1 - places if largest < 1 else 2 - places, 0), 6)


def number_text(value: float, decimals: int, *, is_signed: bool = True) -> str:
    """A number as it stands in a cell: without the nought before the point, its sign a true minus.

    What rounds to zero has no sign; what has more than five digits is told in powers of ten.

    >>> number_text(0.88, 2), number_text(-0.416, 2), number_text(0.88, 2, is_signed=False), number_text(-0.001, 2)
    ('+.88', '\u2212.42', '.88', '.00')
    >>> number_text(123456.0, 0), number_text(float("nan"), 2), number_text(float("-inf"), 2)
    ('+1.2e5', 'NaN', '\u2212\u221e')
    """
    if math.isnan(value):
        return "NaN"
    size = "\u221e" if math.isinf(value) else _size(abs(value), decimals)
    if not any(digit in size for digit in "123456789\u221e"):
        return size
    return f"{MINUS if value < 0 else '+' if is_signed else ''}{size}"


def _size(size: float, decimals: int) -> str:
    if size >= 1e5:
        return f"{size:.1e}".replace("e+0", "e").replace("e+", "e")
    text = f"{size:.{decimals}f}"
    return text[1:] if text.startswith("0.") else text


@lru_cache(maxsize=256)
def grid_words(grid: Grid, theme: Theme, colours: ColourSet = "standard") -> tuple[Words, ...]:
    """The numbers of a grid as words, each in the middle of its cell, all of one size; none where cells are too small.

    Ink is dark on bright cells and light on dark ones.
    """
    rows, columns = len(grid.values), max(map(len, grid.values), default=0)
    there = [value for value in chain.from_iterable(grid.values) if value is not None]
    if not there or grid.number_px <= 0:
        return ()
    left, top, width, height = grid.box_px
    cell_px = width / columns, height / rows
    decimals = decimals_for(grid.scale) if grid.decimals is None else grid.decimals
    texts = {value: number_text(value, decimals, is_signed=grid.is_signed) for value in there}
    widest = max(width_of(text, 1.0, True) for text in texts.values())
    size_px = min(grid.number_px, TALLEST * cell_px[1], ROOM * cell_px[0] / widest)
    if size_px < LEAST_PX:
        return ()
    words = []
    for row, line in enumerate(grid.values):
        for column, value in enumerate(line):
            if value is not None:
                middle = left + (column + 0.5) * cell_px[0], top + (row + 0.5) * cell_px[1] + HIGHEST_DIGIT * size_px
                role = _ink_on(grid, value, theme, colours)
                words.append(Words(texts[value], middle, size_px, True, role, "centre", grid.alpha))
    return tuple(words)


def _ink_on(grid: Grid, value: float, theme: Theme, colours: ColourSet) -> ColourRole:
    part = 0.0 if not math.isfinite(value) else value / grid.scale if grid.scale > 0 else value
    colour = apply_map(np.array([part], np.float32), theme, grid.colours, colours)[0]
    return "ink" if float(colour @ np.array([0.299, 0.587, 0.114])) > BRIGHT else "chalk"
