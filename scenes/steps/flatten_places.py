"""Where the parts of the board of a flattening layer have their room. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.steps.fields import fitted_in
from scenes.steps.rooms import EDGE_PX, TALL_FOOT_PX, TALL_UP_PX

if TYPE_CHECKING:
    from scenes.steps.board import Box, Point
    from scenes.steps.scenery import StepFrame

SIDE_BY_SIDE_PX = 1600.0
"""Frames that are wider than this have the words beside the strip, others under it."""
LEFT_PART = 0.64
NAME_ROOM_PX, GAP_PX, STRANDS_PX = 46.0, 28.0, 74.0
STRIP_PX, TALL_STRIP_PX = 72.0, 48.0
TOLD_PX = 148.0
INDEX_PX, VECTOR_NAME_PX = 90.0, 66.0
MOST_MAPS, MOST_TALL_MAPS = 6, 3
MOST_CELLS, MOST_TALL_CELLS = 16, 10
MAPS, TALL_MAPS = 0.25, 0.19
"""Of a board's height, what the maps have."""


@dataclass(frozen=True, slots=True)
class FlattenPlaces:
    """Where things stand.

    Attributes
    ----------
    maps : the tiles of maps.
    strip : the row of values of one place.
    told : the middle of the lines that tell the index, at their top.
    vector : what the tile of the vector has.
    most_cells : as many values as the strip shows at once.
    """

    maps: tuple[Box, ...]
    strip: Box
    told: Point
    vector: Box
    most_cells: int


def places_of(frame: StepFrame, maps: int, shape: tuple[int, int]) -> FlattenPlaces:
    """The places on a board for so many maps of a shape (at most six are shown, three where the frame is narrow)."""
    left, top, width, height = frame.board
    if frame.width_px >= SIDE_BY_SIDE_PX:
        wide = LEFT_PART * width
        tiles = _tiles((left, top + NAME_ROOM_PX, wide, MAPS * height), min(maps, MOST_MAPS), shape)
        strip = left + EDGE_PX, top + NAME_ROOM_PX + MAPS * height + STRANDS_PX, wide - 2 * EDGE_PX, STRIP_PX
        middle = (top + strip[1] + STRIP_PX) / 2
        told = left + width - (1 - LEFT_PART) * width / 2 + GAP_PX / 2, middle - TOLD_PX / 2
        return FlattenPlaces(tiles, strip, told, _vector(frame.board, strip[1] + STRIP_PX), MOST_CELLS)
    if not frame.is_wide:
        top, height = top - TALL_UP_PX, height + TALL_UP_PX - TALL_FOOT_PX
    tiles = _tiles((left, top + NAME_ROOM_PX, width, TALL_MAPS * height), min(maps, MOST_TALL_MAPS), shape)
    down = top + NAME_ROOM_PX + TALL_MAPS * height + STRANDS_PX
    strip = left + EDGE_PX, down, width - 2 * EDGE_PX, TALL_STRIP_PX
    told = left + width / 2, down + TALL_STRIP_PX + GAP_PX / 2
    box = left, top, width, height
    return FlattenPlaces(tiles, strip, told, _vector(box, told[1] + TOLD_PX - EDGE_PX), MOST_TALL_CELLS)


def _vector(board: Box, down: float) -> Box:
    left, top, width, height = board
    down += VECTOR_NAME_PX
    return left + INDEX_PX, down, width - INDEX_PX - EDGE_PX, top + height - EDGE_PX - down


def _tiles(room: Box, count: int, shape: tuple[int, int]) -> tuple[Box, ...]:
    """So many tiles in a row."""
    left, top, width, height = room
    wide = (width - 2 * EDGE_PX - GAP_PX * (count - 1)) / max(count, 1)
    return tuple(
        fitted_in((left + EDGE_PX + number * (wide + GAP_PX), top, wide, height), shape) for number in range(count)
    )
