"""Which bandwidth each iteration has, and what goes with it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from exporter.bundling.parameters import Parameters

MOST_ITERATIONS = 400
CELLS_PER_BANDWIDTH = 6
"""A grid has cells of nn_vis's size, or of this part of the bandwidth where that is more."""


def iterations(parameters: Parameters, bandwidth: float, reduction: float) -> Iterator[tuple[float, float, float]]:
    """Bandwidth, size of a cell, and likeness of each iteration, lengths in nn_vis's unit.

    The bandwidth begins with `bandwidth` widths of a layer and gets smaller by `reduction` until it is under two cells
    of nn_vis's grid, which are a third of the distance of two points. Likeness rises from 0 towards 1 on the way.
    """
    smallest = parameters.layer_width / parameters.sampling_rate / 3.0
    first = bandwidth * parameters.layer_width
    limit = 2.0 * smallest
    for k in range(MOST_ITERATIONS):
        radius = first * reduction**k
        if radius < limit:
            return
        done = (first - radius) / (first - limit) if first > limit else 1.0
        yield radius, max(smallest, radius / CELLS_PER_BANDWIDTH), math.sqrt(0.9 * done)
