"""Compiled: points onto a grid, a kernel run over it, and what the grid pulls at each point."""

from __future__ import annotations

import numpy as np

from exporter.bundling.compiled import Array, compiled

TILE = 64
"""Numbers side by side over which the kernel runs at once: their sums stay in the fastest memory."""


@compiled
def corner(value: float, low: float, cell: float, cells: int) -> tuple[int, float]:
    """Cell below a coordinate, and how far the coordinate is towards the next, 0 to 1."""
    scaled = min(max((value - low) / cell, 0.0), cells - 1.0)
    below = min(int(scaled), max(cells - 2, 0))
    return below, scaled - below


@compiled
def carry(charges: Array, ends: Array, of_start: float, of_end: float, out: Array) -> None:
    """What a point of an edge carries of the charges of the units at its ends."""
    start, target = ends[0], ends[1]
    by_start, by_end = np.float32(of_start), np.float32(of_end)
    for c in range(charges.shape[1]):
        out[c] = by_start * charges[start, c] + by_end * charges[target, c]


@compiled
def splat(
    points: Array,
    starts: Array,
    edges: Array,
    gain: Array,
    mix: Array,
    charges: Array,
    low: Array,
    cell: float,
    shape: Array,
    grid: Array,
    first: int,
    last: int,
) -> None:
    """Add what every point carries to the eight cells around it, the nearer the more.

    At a share t of an edge's points that is the charge of its start times ``mix[0] + t * mix[1]`` and that of its end
    times ``mix[2] + t * mix[3]``, times the edge's gain. `grid` is flat: the columns of `charges`, then z, y and x, of
    which there are `shape`.
    """
    columns = charges.shape[1]
    carried = np.empty(columns, np.float32)
    for edge in range(first, last):
        begin, end = starts[edge], starts[edge + 1]
        for point in range(begin, end):
            along = (point - begin) / max(end - begin - 1, 1)
            weight = gain[edge]
            of_start, of_end = mix[0] + along * mix[1], mix[2] + along * mix[3]
            carry(charges, edges[edge], weight * of_start, weight * of_end, carried)
            x, right = corner(points[point, 0], low[0], cell, shape[0])
            y, up = corner(points[point, 1], low[1], cell, shape[1])
            z, on = corner(points[point, 2], low[2], cell, shape[2])
            for i in range(2):
                across = right if i else 1.0 - right
                for j in range(2):
                    over = across * (up if j else 1.0 - up)
                    at = (((x + i) * shape[1] + y + j) * shape[2] + z) * columns
                    here, next_one = np.float32(over * (1.0 - on)), np.float32(over * on)
                    for c in range(columns):
                        grid[at + c] += here * carried[c]
                    for c in range(columns):
                        grid[at + columns + c] += next_one * carried[c]


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
