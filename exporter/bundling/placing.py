"""Where units lie before anything moves them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.parameters import Parameters

SIDE_BY_SIDE = 0.86
"""Of the room that each of several layers of one plane has, the share that it fills: there is a gap between them."""


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
        _layer(units, (plane - last / 2) * parameters.layer_distance, middle, side * parameters.layer_width)
        for units, plane, (middle, side) in zip(sizes, planes, _rooms(planes, parameters.layer_width), strict=True)
    ]
    return np.concatenate(blocks).astype(np.float32) if blocks else np.zeros((0, 3), np.float32)


def _rooms(planes: tuple[int, ...], width: float) -> Iterator[tuple[tuple[float, float], float]]:
    """Middle (x, y) and share of the width that each layer has to itself on its plane."""
    for place, plane in enumerate(planes):
        together = planes.count(plane)
        columns = math.ceil(math.sqrt(together))
        rows = math.ceil(together / columns)
        row, column = divmod(planes[:place].count(plane), columns)
        middle = (row - (rows - 1) / 2, column - (columns - 1) / 2)
        yield (
            (middle[0] * width / columns, middle[1] * width / columns),
            1.0 if together == 1 else SIDE_BY_SIDE / columns,
        )


def _layer(units: int, z: float, middle: tuple[float, float], width: float) -> NDArray[np.float64]:
    a_side = math.ceil(math.sqrt(units))
    step = width / max(a_side - 1, 1)
    row, column = np.divmod(np.arange(units), a_side)
    x = (column - (a_side - 1) / 2) * step + middle[0]
    y = (row - (a_side - 1) / 2) * step + middle[1]
    return np.column_stack((x, y, np.full(units, z)))
