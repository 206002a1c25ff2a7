"""Eight bytes an edge, as the GPU holds them: two texels of a byte texture, 24 bits a unit and 16 a signed weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EDGES_A_ROW = 1024
BYTES_PER_EDGE = 8
LARGEST = 32767


def packed(source: NDArray[np.integer], target: NDArray[np.integer], weight: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Edges as texels (rows, 2048, 4) uint8; the last row is filled up with edges of weight 0.

    Parameters
    ----------
    source, target : (n,) int
        Units, below 2**24.
    weight : (n,) float
        In -1..1; a 16-bit number of it is kept.
    """
    rows = max(-(-len(source) // EDGES_A_ROW), 1)
    table = np.zeros((rows * EDGES_A_ROW, 2, 4), np.uint8)
    steps = np.full(len(table), LARGEST + 1, np.int64)
    steps[: len(weight)] += np.round(np.clip(weight, -1, 1) * LARGEST).astype(np.int64)
    for at, units in enumerate((source, target)):
        for byte in range(3):
            table[: len(units), at, byte] = (units >> 8 * byte) & 255
        table[:, at, 3] = (steps >> 8 * at) & 255
    return table.reshape(rows, 2 * EDGES_A_ROW, 4)


def unpacked(texels: NDArray[np.uint8], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Source, target and weight of the first `count` edges, as the shader reads them."""
    table = texels.reshape(-1, 2, 4)[:count].astype(np.int64)
    units = table[..., 0] + (table[..., 1] << 8) + (table[..., 2] << 16)
    weight = (table[:, 0, 3] + (table[:, 1, 3] << 8) - LARGEST - 1) / LARGEST
    return units[:, 0], units[:, 1], weight
