"""What is bundled, and what comes of it: units, edges between them, and the paths that the edges take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Web:
    """Units in layers, and edges between them.

    Attributes
    ----------
    sizes : number of units of each layer. Units count through all layers in this order; U in all.
    planes : the plane of each layer along the spine, from 0. Layers of one plane lie side by side.
    importance : (U, C) float32 in 0..1, of each unit for each class.
    edges : (E, 2) int32, start and end of each edge: units of a lower and of a higher plane.
    strength : (E,) float32 in 0..1, size of the weight beside the largest between the two layers.
    """

    sizes: tuple[int, ...]
    planes: tuple[int, ...]
    importance: Floats
    edges: NDArray[np.int32]
    strength: Floats


@dataclass(frozen=True)
class Bundled:
    """Where the units of a web have come to lie, and which way its edges go. Lengths are those of nn_vis.

    Attributes
    ----------
    placed, positions : (U, 3) float32, x, y, z of the units before they were moved, and after.
    starts : (E + 1,) int64, points `starts[e]` to `starts[e + 1]` (excluded) belong to edge e.
    points : (P, 3) float32, from the start's to the end's position; the ends are exact.
    history : (T, K, H, 3) float16, the paths of the edges that were asked for: straight between units as placed, then
        after every iteration, H points evenly spaced along each; K may be 0.
    """

    placed: Floats
    positions: Floats
    starts: NDArray[np.int64]
    points: Floats
    history: NDArray[np.float16]
