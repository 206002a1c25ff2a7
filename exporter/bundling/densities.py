"""Compiled: points onto a grid, and a kernel run over it."""

from __future__ import annotations

from typing import Any

import numpy as np

from exporter.bundling.compiled import Array, compiled

TILE = 64
"""Numbers side by side over which the kernel runs at once: their sums stay in the fastest memory."""


@compiled
def corner(value: Any, low: Any, per_unit: Any, cells: int) -> tuple[int, Any]:
    """Cell below a coordinate, and how far the coordinate is towards the next, 0 to 1; never the outermost cells."""
    scaled = min(max((value - low) * per_unit, np.float32(1.0)), np.float32(cells - 2))
    below = min(int(scaled), cells - 3)
    return below, scaled - np.float32(below)


@compiled
def splat(
    points: Array,
    starts: Array,
    edges: Array,
    gain: Array,
    mix: Array,
    charges: Array,
    low: Array,
    per_unit: float,
    shape: Array,
    grid: Array,
    first: int,
    last: int,
) -> None:
    """Add what every point carries to the eight cells around it, the nearer the more.

    At a share t of an edge's points that is the charge of its start times ``mix[0] + t * mix[1]`` and that of its end
    times ``mix[2] + t * mix[3]``, times the edge's gain. `grid` is flat: the columns of `charges`, then z, y and x, of
    which there are `shape`, each four at least, and `per_unit` in a unit of length.
    """
    columns, one = charges.shape[1], np.float32(1.0)
    carried = np.empty(2 * columns, np.float32)
    for edge in range(first, last):
        begin, end = starts[edge], starts[edge + 1]
        # Without a sign no index can count from behind, and rows are added up many numbers at a time.
        from_start, from_end = charges[np.uint64(edges[edge, 0])], charges[np.uint64(edges[edge, 1])]
        for point in range(begin, end):
            along = np.float32(point - begin) / np.float32(max(end - begin - 1, 1))
            of_start, of_end = gain[edge] * (mix[0] + along * mix[1]), gain[edge] * (mix[2] + along * mix[3])
            x, right = corner(points[point, 0], low[0], per_unit, shape[0])
            y, up = corner(points[point, 1], low[1], per_unit, shape[1])
            z, on = corner(points[point, 2], low[2], per_unit, shape[2])
            for c in range(columns):
                value = of_start * from_start[c] + of_end * from_end[c]
                carried[c], carried[columns + c] = (one - on) * value, on * value
            for i in range(2):
                for j in range(2):
                    side = (right if i else one - right) * (up if j else one - up)
                    at = (((x + i) * shape[1] + y + j) * shape[2] + z) * columns
                    cells = grid[at : at + 2 * columns]
                    for c in range(2 * columns):
                        cells[c] += side * carried[c]


@compiled
def blur(source: Array, out: Array, radius: float, first: int, last: int) -> None:
    """Run the kernel 1 - (distance / radius)^2 along the middle axis of (outer, n, inner) arrays, outside is nothing.

    A sum over the window and its first two moments are kept while the window slides, so that the cost is the same for
    every radius; in double precision, as what leaves the window is subtracted again. `radius` is in cells; `first` and
    `last` count tiles of the inner axis, line after line.
    """
    length, inner = source.shape[1], source.shape[2]
    tiles = (inner + TILE - 1) // TILE
    reach = float(np.ceil(radius) - 1)
    back = int(reach) + 1
    square = 1.0 / (radius * radius)
    sums, moments, squares = np.empty(TILE), np.empty(TILE), np.empty(TILE)
    nothing = np.zeros(TILE, np.float32)
    for tile in range(first, last):
        line, begin = tile // tiles, tile % tiles * TILE
        end = min(begin + TILE, inner)
        sums[:] = 0.0
        moments[:] = 0.0
        squares[:] = 0.0
        for i in range(1 - back, length):
            gone = source[line, i - back, begin:end] if i >= back else nothing
            new = source[line, i + back - 1, begin:end] if i + back <= length else nothing
            for t in range(end - begin):
                lost, won = float(gone[t]), float(new[t])
                sums[t] -= lost
                moments[t] += lost * reach
                squares[t] += sums[t] - 2.0 * moments[t] + (won - lost) * reach * reach
                moments[t] += won * reach - sums[t]
                sums[t] += won
            if i >= 0:
                for t in range(end - begin):
                    out[line, i, begin + t] = sums[t] - squares[t] * square
