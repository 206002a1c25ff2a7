"""Compiled: points onto a grid, and a kernel run over it."""

from __future__ import annotations

from typing import Any

import numpy as np

from exporter.bundling.compiled import Array, compiled

TILE = 512
"""Numbers side by side over which the kernel runs at once: what it adds up stays in the fastest memory."""


def tiles_of(outer: int, inner: int) -> int:
    """How many tiles `blur` counts in arrays (outer, n, inner)."""
    return outer * -(-inner // TILE)


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
def _blur_row(row: Array, out: Array, taps: Array, step: int) -> None:
    """Run the kernel along a row in which the next place is `step` numbers away; an empty one stays so at no cost."""
    size, is_empty = len(row), True
    for t in range(size):
        out[t] = taps[0] * row[t]
        is_empty &= row[t] == 0.0
    if is_empty:
        return
    for k in range(1, min(len(taps), (size - 1) // step + 1)):
        shift = k * step
        target, before, after = out[shift : size - shift], row[: size - 2 * shift], row[2 * shift :]
        if size > 2 * shift:
            for t in range(len(target)):
                target[t] += taps[k] * (before[t] + after[t])
        ends = min(shift, size - shift)
        first, last = out[:ends], out[size - ends :]
        from_first, from_last = row[shift : shift + ends], row[size - shift - ends : size - shift]
        for t in range(ends):
            first[t] += taps[k] * from_first[t]
            last[t] += taps[k] * from_last[t]


@compiled
def _blur_tile(lines: Array, out: Array, taps: Array, begin: int, end: int) -> None:
    """Run the kernel along the first axis of (n, inner) arrays, for the numbers from `begin` to `end`."""
    length = len(lines)
    for i in range(length):
        target, cells = out[i, begin:end], lines[i, begin:end]
        for t in range(end - begin):
            target[t] = taps[0] * cells[t]
        for k in range(1, len(taps)):
            if i >= k and i + k < length:
                before, after = lines[i - k, begin:end], lines[i + k, begin:end]
                for t in range(end - begin):
                    target[t] += taps[k] * (before[t] + after[t])
            elif i >= k or i + k < length:
                alone = lines[i - k if i >= k else i + k, begin:end]
                for t in range(end - begin):
                    target[t] += taps[k] * alone[t]


@compiled
def blur(source: Array, out: Array, radius: float, first: int, last: int) -> None:
    """Run the kernel 1 - (distance / radius)^2 along the middle axis of (outer, n, inner) arrays, outside is nothing.

    `radius` is in cells. `first` and `last` count tiles of the inner axis, line after line (`tiles_of`). Where it is no
    more than a tile, the line is one row of numbers in which a step of the middle axis is a step of `inner` numbers: so
    many are done at once, however few stand side by side.
    """
    inner = source.shape[2]
    taps = np.array([1.0 - (k / radius) ** 2 for k in range(int(np.ceil(radius)))], np.float32)
    tiles = (inner + TILE - 1) // TILE
    for tile in range(first, last):
        line, begin = tile // tiles, tile % tiles * TILE
        if tiles == 1:
            _blur_row(source[line].reshape(-1), out[line].reshape(-1), taps, inner)
        else:
            _blur_tile(source[line], out[line], taps, begin, min(begin + TILE, inner))
