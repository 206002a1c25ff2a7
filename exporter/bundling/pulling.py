"""Compiled: which way the densities of a grid pull at points, and the move that comes of it."""

from __future__ import annotations

import numpy as np

from exporter.bundling.compiled import Array, compiled
from exporter.bundling.densities import corner


@compiled
def _slopes(grid: Array, point: Array, low: Array, cell: float, share: Array, slope: Array) -> None:
    """(classes,) and (3, classes): the density at a point, and how it rises in a cell's width along x, y and z."""
    x, right = corner(point[0], low[0], cell, grid.shape[0])
    y, up = corner(point[1], low[1], cell, grid.shape[1])
    z, on = corner(point[2], low[2], cell, grid.shape[2])
    share[:] = 0.0
    slope[:] = 0.0
    for i in range(2):
        by_x = right if i else 1.0 - right
        for j in range(2):
            by_y = up if j else 1.0 - up
            for k in range(2):
                by_z = on if k else 1.0 - on
                cells = grid[x + i, y + j, z + k]
                whole = np.float32(by_x * by_y * by_z)
                across = np.float32((2 * i - 1) * by_y * by_z)
                over = np.float32((2 * j - 1) * by_x * by_z)
                along = np.float32((2 * k - 1) * by_x * by_y)
                for c in range(grid.shape[3]):
                    share[c] += whole * cells[c]
                    slope[0, c] += across * cells[c]
                    slope[1, c] += over * cells[c]
                    slope[2, c] += along * cells[c]


@compiled
def pull(
    points: Array,
    starts: Array,
    edges: Array,
    mix: Array,
    importance: Array,
    lengths: Array,
    dots: Array,
    low: Array,
    cell: float,
    grid: Array,
    force: Array,
    first: int,
    last: int,
) -> None:
    """Add to each point's force how the density of these classes rises around it, each by the point's share in it.

    A point's share in a class is its importance for it, its importances for all classes together having length 1:
    `lengths` are the squared lengths of each unit's importance, `dots` the products of those of an edge's two ends.
    """
    classes = grid.shape[3]
    share, slope = np.empty(classes, np.float32), np.empty((3, classes), np.float32)
    for edge in range(first, last):
        begin, end = starts[edge], starts[edge + 1]
        start, target = edges[edge, 0], edges[edge, 1]
        for point in range(begin, end):
            along = (point - begin) / max(end - begin - 1, 1)
            of_start, of_end = mix[0] + along * mix[1], mix[2] + along * mix[3]
            square = of_start * of_start * lengths[start] + of_end * of_end * lengths[target]
            square += 2.0 * of_start * of_end * dots[edge]
            if square <= 0.0:
                continue
            of_start, of_end = np.float32(of_start / np.sqrt(square)), np.float32(of_end / np.sqrt(square))
            _slopes(grid, points[point], low, cell, share, slope)
            for c in range(classes):
                part = of_start * importance[start, c] + of_end * importance[target, c]
                for axis in range(3):
                    force[point, axis] += part * slope[axis, c]


@compiled
def advect(
    points: Array,
    starts: Array,
    low: Array,
    cell: float,
    whole: Array,
    force: Array,
    settings: Array,
    first: int,
    last: int,
) -> None:
    """Move points along their force less `settings[0]` times the slope of the length of all classes' densities.

    The force is told in densities at that point for a bandwidth's way, so that the move is a part of the way to the
    next maximum (mean shift) and never more than `settings[2]`; `settings[1]` is the bandwidth. `settings[3]` is 1
    where z may change too.
    """
    share, slope = np.empty(1, np.float32), np.empty((3, 1), np.float32)
    move = np.empty(3)
    for point in range(starts[first], starts[last]):
        _slopes(whole, points[point], low, cell, share, slope)
        size = 0.0
        for axis in range(3):
            move[axis] = float(force[point, axis]) - settings[0] * float(slope[axis, 0])
            move[axis] *= settings[1] / cell / max(float(share[0]), 1e-30)
            size += move[axis] * move[axis] if axis < 2 or settings[3] > 0.0 else 0.0
        scale = settings[2] / max(np.sqrt(size), 1.0)
        points[point, 0] += scale * move[0]
        points[point, 1] += scale * move[1]
        points[point, 2] += scale * move[2] * settings[3]
