"""What the two files of nn_vis hold, and how long their rows are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

IMPORTANCE_END, PROCESSED_END = ".imp.npz", ".pro.npz"
CONTAINER_EDGES = 1000
"""Most edges in one container."""
MOST_BUFFER_BYTES = 128 * 2**20
"""nn_vis loads each array as a buffer of the graphics driver, which need not be able to take more."""
MOST_CLASSES_SHOWN = 10
MOST_NUMBERED = 2**24
"""An edge's number is stored as a float32, which tells apart whole numbers up to here."""


@dataclass(frozen=True)
class Importances:
    """What an `.imp.npz` holds.

    Attributes
    ----------
    units : for each layer (n, C) float32 in 0..1, C being the units of the last layer.
    edges : for each layer but the last (n, units of the next) float32 in 0..1.
    """

    units: tuple[Floats, ...]
    edges: tuple[Floats, ...]


@dataclass(frozen=True)
class Processed:
    """What a `.pro.npz` holds; the rest of its numbers follow from these. U units of all layers, E edges, P points.

    Attributes
    ----------
    sizes : units of each layer.
    positions : (U, 3) float32, x, y, z.
    importance : (U, C) float32 in 0..1, C being the units of the last layer.
    edges : (E, 2) int32, start and end, counted through all layers; sorted by both.
    strength : (E,) float32 in 0..1.
    starts : (E + 1,) int64, points `starts[e]` to `starts[e + 1]` (excluded) belong to edge e; at least two each.
    points : (P, 3) float32.
    slots : room for so many points in the row of each edge.
    sums : (U, 2) float32, mean and norm of the importance of each unit: `node_sums`, or what a file had instead.
    strange : how many rows of the file that it was read from had numbers that do not follow from these.
    """

    sizes: tuple[int, ...]
    positions: Floats
    importance: Floats
    edges: NDArray[np.int32]
    strength: Floats
    starts: NDArray[np.int64]
    points: Floats
    slots: int
    sums: Floats
    strange: int = 0


def node_row(classes: int) -> int:
    """How many numbers a unit has.

    >>> node_row(10), node_row(2)
    (16, 8)
    """
    return _ceil4(classes + 6)


def edge_row(classes: int) -> int:
    """How many numbers an edge has.

    >>> edge_row(10), edge_row(3)
    (28, 16)
    """
    return _ceil4(2 * classes + 8)


def node_sums(importance: Floats) -> Floats:
    """(U, 2) float32, mean and Euclidean norm of each row of (U, C); squares are rounded to float32 as nn_vis does."""
    squares = (importance * importance).astype(np.float64).sum(axis=1)
    means = importance.astype(np.float64).sum(axis=1) / importance.shape[1]
    return np.column_stack((means, np.sqrt(squares))).astype(np.float32)


def _ceil4(numbers: int) -> int:
    return -(-numbers // 4) * 4
