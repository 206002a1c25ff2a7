"""Where units lie before anything moves them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.parameters import Parameters

SIDE_BY_SIDE = 0.86
"""Of the room that each of several layers of one plane has, the share that it fills: there is a gap between them."""


@dataclass(frozen=True)
class Room:
    """The square that a layer has to itself on its plane: its middle, its side."""

    x: float
    y: float
    side: float


def rooms(planes: tuple[int, ...], width: float) -> tuple[Room, ...]:
    """Each layer's room: the whole width where it is alone on its plane, and side by side where it is not."""
    found = []
    for place, plane in enumerate(planes):
        together = planes.count(plane)
        columns = math.ceil(math.sqrt(together))
        rows = math.ceil(together / columns)
        row, column = divmod(planes[:place].count(plane), columns)
        step = width / columns
        side = width if together == 1 else step * SIDE_BY_SIDE
        found.append(Room((row - (rows - 1) / 2) * step, (column - (columns - 1) / 2) * step, side))
    return tuple(found)


def placed_units(sizes: tuple[int, ...], planes: tuple[int, ...], parameters: Parameters) -> NDArray[np.float32]:
    """Units on a square grid a layer, the layers in planes across z, their middle at 0.

    A layer alone on its plane fills the square of side `layer_width`; several share it. A single unit lies in the
    middle of its layer's room.

    Returns
    -------
    (U, 3) float32, layers in their order, x fastest.
    """
    last = max(planes, default=0)
    blocks = [
        _layer(units, (plane - last / 2) * parameters.layer_distance, room)
        for units, plane, room in zip(sizes, planes, rooms(planes, parameters.layer_width), strict=True)
    ]
    return np.concatenate(blocks).astype(np.float32) if blocks else np.zeros((0, 3), np.float32)


def spacing_of(units: int, room: Room) -> float:
    """How far units of a layer lie apart at first."""
    return room.side / max(math.ceil(math.sqrt(units)) - 1, 1)


def _layer(units: int, z: float, room: Room) -> NDArray[np.float64]:
    a_side = math.ceil(math.sqrt(units))
    row, column = np.divmod(np.arange(units), max(a_side, 1))
    x = (column - (a_side - 1) / 2) * spacing_of(units, room) + room.x
    y = (row - (a_side - 1) / 2) * spacing_of(units, room) + room.y
    return np.column_stack((x, y, np.full(units, z)))
