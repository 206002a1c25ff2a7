"""Marks on the board of a convolution: padding, windows on the input, the new cell, heads that leave each other room.
Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.steps.board import Board, cell_box, frame
from viewer.state import Bar, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from scenes.steps.board import Box, Point

HATCH_PX = 16.0
OUTSET_PX = 5.0
CALLOUT_PX, CALLOUT_HIGH_PX, CALLOUT_GAP_PX = 30.0, 44.0, 16.0
HEADS_APART_PX = 14.0


def hatched(box: Box, alpha: float = 1.0, apart_px: float = HATCH_PX) -> Board:
    """Dim cells with lines aslant, under tiles: what is padding and counts as 0."""
    lines = tuple(Polyline(ends, "dim", 1.5, 0.55 * alpha) for ends in slanted(box, apart_px))
    return Board(under=Hud(bars=(Bar(box, "track", 0.8 * alpha, 0.0),), lines=lines))


def hatched_cells(is_padding: NDArray[Any], box: Box, alpha: float) -> Board:
    """Lines aslant over those cells of a table that lie in padding."""
    rows, columns = is_padding.shape
    lines = []
    for row in range(rows if alpha > 0 else 0):
        for column in range(columns):
            if is_padding[row, column]:
                cell = cell_box(box, (rows, columns), (row, column))
                lines += [
                    Polyline(ends, "dim", 2.0, 0.55 * alpha) for ends in slanted(cell, max(HATCH_PX, cell[2] / 4))
                ]
    return Board(hud=Hud(lines=tuple(lines)))


def slanted(box: Box, apart_px: float) -> list[tuple[Point, Point]]:
    """Lines from the lower left to the upper right, cut off at the borders of a box.

    >>> slanted((0.0, 0.0, 20.0, 10.0), 10.0)
    [((0.0, 10.0), (10.0, 0.0)), ((10.0, 10.0), (20.0, 0.0))]
    """
    left, top, width, height = box
    lines, at = [], apart_px
    while at < width + height:
        start = left + max(at - height, 0.0), top + min(at, height)
        end = left + min(at, width), top + max(at - width, 0.0)
        lines.append((start, end))
        at += apart_px
    return lines


def lit_frame(box: Box, alpha: float = 1.0, width_px: float = 4.0) -> Board:
    """A frame a little outside of a box, on a band of the ground's colour: it is seen on dark and on bright cells."""
    left, top, width, height = box
    outside = left - OUTSET_PX, top - OUTSET_PX, width + 2 * OUTSET_PX, height + 2 * OUTSET_PX
    band = frame(outside, "ground", 2.6 * width_px, 0.75 * alpha)
    return band + frame(outside, width_px=width_px, alpha=alpha)


def cell_at(tile: Box, shape: tuple[int, int], row: float, column: float) -> Box:
    """Where a cell of a tile lies; between two cells too, and beyond the borders of the tile."""
    high, wide = tile[3] / shape[0], tile[2] / shape[1]
    return tile[0] + column * wide, tile[1] + row * high, wide, high


def taps_frames(tile: Box, shape: tuple[int, int], rows: Sequence[float], columns: Sequence[float]) -> Board:
    """A small frame round each cell that a window with gaps reads."""
    board = Board()
    for row in rows:
        for column in columns:
            board += frame(cell_at(tile, shape, row, column), width_px=2.0, alpha=0.9)
    return board


def callout(text: str, cell: Box, tile: Box, from_below: bool, alpha: float) -> Board:
    """A number beside a cell of a tile, on the side that nothing comes from, where there is room for it on the tile;
    under a tile that has none.
    """
    wide = width_of(text, CALLOUT_PX, True) + 28.0
    above = cell[1] - CALLOUT_GAP_PX - CALLOUT_HIGH_PX
    below = cell[1] + cell[3] + CALLOUT_GAP_PX
    fits_above, fits_below = above >= tile[1], below + CALLOUT_HIGH_PX <= tile[1] + tile[3]
    if not fits_above and not fits_below:  # on a strip neither: under it
        below = tile[1] + tile[3] + CALLOUT_GAP_PX
    top = above if fits_above and (from_below or not fits_below) else below
    middle = cell[0] + cell[2] / 2
    left = min(max(middle - wide / 2, tile[0]), tile[0] + tile[2] - wide)
    bar = Bar((left, top, wide, CALLOUT_HIGH_PX), "ground", 0.88 * alpha, 10.0)
    words = Words(text, (left + wide / 2, top + 33.0), CALLOUT_PX, True, "accent", "centre", alpha)
    return Board(hud=Hud(bars=(bar,), words=(words,)))


def rooms(heads: Sequence[Box], frame_px: float) -> list[float]:
    """How wide each head may be so that those in one line do not meet, nor the borders of the frame."""
    middles = [left + width / 2 for left, _, width, _ in heads]
    found = []
    for one, middle in enumerate(middles):
        level = heads[one][1]
        apart = [
            abs(middle - other) for two, other in enumerate(middles) if two != one and abs(heads[two][1] - level) < 80.0
        ]
        found.append(min(*apart, 2 * middle, 2 * (frame_px - middle), 2000.0) - HEADS_APART_PX)
    return found
