"""Where things stand in the frame of the scene of patches: rows of tiles, and one of them beside its whole picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.filters.places import FilterFrame

if TYPE_CHECKING:
    from viewer.learned.patches import Patch

Box = tuple[float, float, float, float]
Point = tuple[float, float]

GAP_PX, ROW_GAP_PX, LARGEST_PX = 12.0, 18.0, 230.0
NAME_ROOM_PX, LABEL_PX = 210.0, 32.0
LEAST_TILE_PX, MOST_COLUMNS, LEAST_COLUMNS = 84.0, 9, 3
APART, WORDS_PX, SMALLER = 0.07, 40.0, 0.84
"""Of the board, how far picture and patch are apart; the room for words under them; how much lower the patch is."""


@dataclass(frozen=True)
class PatchFrame(FilterFrame):
    """A frame of this aspect ratio."""

    @property
    def columns(self) -> int:
        """How many patches of a channel there is room for."""
        room = int((self.board[2] + GAP_PX) // (LEAST_TILE_PX + GAP_PX))
        return min(max(room, LEAST_COLUMNS), MOST_COLUMNS)


@dataclass(frozen=True)
class RowGrid:
    """Tiles in rows, and where the name of each row begins: at the left of its tiles, or above them."""

    boxes: tuple[tuple[Box, ...], ...]
    names: tuple[Point, ...]
    is_beside: bool


def row_grid(frame: PatchFrame, counts: tuple[int, ...], aspect: float) -> RowGrid:
    """Rows of `counts` tiles of width over height `aspect`, as large as they can be in the board, in its middle.

    >>> grid = row_grid(PatchFrame(16 / 9), (9, 2), 1.0)
    >>> [len(row) for row in grid.boxes], round(grid.boxes[0][0][3]), grid.is_beside
    ([9, 2], 167, True)
    """
    left, top, width, height = frame.board
    aside, above = (NAME_ROOM_PX, 0.0) if frame.is_wide else (0.0, LABEL_PX)
    rows, columns = len(counts), max(1, *counts)
    wide = min((width - aside - (columns - 1) * GAP_PX) / columns, LARGEST_PX)
    high = min((height - (rows - 1) * ROW_GAP_PX) / rows - above, wide / aspect, LARGEST_PX)
    wide = high * aspect
    used = aside + columns * wide + (columns - 1) * GAP_PX
    start = left + (width - used) / 2
    step = high + above + ROW_GAP_PX
    first = top + (height - rows * step + ROW_GAP_PX) / 2 + above
    boxes = tuple(
        tuple((start + aside + at * (wide + GAP_PX), first + row * step, wide, high) for at in range(count))
        for row, count in enumerate(counts)
    )
    names = tuple((start, first + row * step + (high / 2 if frame.is_wide else -10.0)) for row in range(rows))
    return RowGrid(boxes, names, frame.is_wide)


def within(box: Box, size: tuple[int, int]) -> Box:
    """The largest box with the proportions of `size` (rows, columns) in the middle of another.

    >>> within((10.0, 20.0, 100.0, 100.0), (2, 4))
    (10.0, 45.0, 100.0, 50.0)
    """
    left, top, wide, high = box
    times = min(wide / size[1], high / size[0])
    own = size[1] * times, size[0] * times
    return left + (wide - own[0]) / 2, top + (high - own[1]) / 2, *own


@dataclass(frozen=True)
class Trace:
    """A patch beside its whole picture: where both are, the box in the picture, and lines from it to the patch."""

    whole: Box
    patch: Box
    seen: Box
    lines: tuple[tuple[Point, Point], ...]


def trace_of(frame: PatchFrame, patch: Patch) -> Trace:
    """Where a patch and its picture stand."""
    left, top, width, height = frame.board
    half, room = (width * (1 - APART)) / 2, height - WORDS_PX
    (rows, columns), (high, wide) = patch.sides, patch.window.size
    times, closer = min(half / columns, room / rows), min(half / wide, room * SMALLER / high)
    across = (columns * times, wide * closer)
    start = left + (width - sum(across) - width * APART) / 2
    whole = (start, top + (room - rows * times) / 2, across[0], rows * times)
    there = (start + across[0] + width * APART, top + (room - high * closer) / 2, across[1], high * closer)
    (up, west), (down, east) = patch.start, patch.stop
    seen = (whole[0] + west * times, whole[1] + up * times, (east - west) * times, (down - up) * times)
    low, west_low = patch.window.frame_low
    shown = there[0] + (west - west_low) * closer, there[1] + (up - low) * closer
    foot = shown[1] + (down - up) * closer
    lines = (
        ((seen[0] + seen[2], seen[1]), shown),
        ((seen[0] + seen[2], seen[1] + seen[3]), (shown[0], foot)),
    )
    return Trace(whole, there, seen, lines)
