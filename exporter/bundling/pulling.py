"""Compiled: which way the densities of a grid pull at points, and the move that comes of it."""

from __future__ import annotations

import numpy as np

from exporter.bundling.compiled import Array, compiled, dotting
from exporter.bundling.densities import carry, corner


@dotting
def _dot(cells: Array, at: int, parts: Array) -> float:
    """Densities at a cell of `cells`, each times its part, added up."""
    total = np.float32(0.0)
    for c in range(parts.shape[0]):
        total += parts[c] * cells[at + c]
    return total


@compiled
def _slopes(grid: Array, point: Array, low: Array, cell: float, shape: Array, parts: Array, slope: Array) -> float:
    """The density at a point, and in `slope` how it rises in a cell's width along x, y and z; classes by their parts.

    Between the eight cells around the point both are what a function is that is linear along each axis.
    """
    x, right = corner(point[0], low[0], cell, shape[0])
    y, up = corner(point[1], low[1], cell, shape[1])
    z, on = corner(point[2], low[2], cell, shape[2])
    classes = grid.shape[0] // (shape[0] * shape[1] * shape[2])
    row = shape[2] * classes
    at = x * shape[1] * row + y * row + z * classes
    far = at + shape[1] * row
    a, b = _dot(grid, at, parts), _dot(grid, at + classes, parts)
    c, d = _dot(grid, at + row, parts), _dot(grid, at + row + classes, parts)
    e, f = _dot(grid, far, parts), _dot(grid, far + classes, parts)
    g, h = _dot(grid, far + row, parts), _dot(grid, far + row + classes, parts)
    ab, cd, ef, gh = a + on * (b - a), c + on * (d - c), e + on * (f - e), g + on * (h - g)
    near, away = ab + up * (cd - ab), ef + up * (gh - ef)
    slope[0] = away - near
    slope[1] = (cd - ab) + right * ((gh - ef) - (cd - ab))
    behind, before = (b - a) + up * ((d - c) - (b - a)), (f - e) + up * ((h - g) - (f - e))
    slope[2] = behind + right * (before - behind)
    return near + right * (away - near)


@compiled
def pull(
    points: Array,
    starts: Array,
    edges: Array,
    mix: Array,
    charges: Array,
    masses: Array,
    weights: Array,
    low: Array,
    cell: float,
    shape: Array,
    grid: Array,
    force: Array,
    first: int,
    last: int,
) -> None:
    """Add to each point's force how these densities rise around it.

    All mass counts by ``weights[0]``, and mass of each class by ``weights[1]`` times the point's own charge for it as
    if its mass were 1. `grid` is flat: columns of `charges`, then z, y and x, of which there are `shape`. In the first
    of several calls (``weights[2]``) the first column is the mass, and `force[:, 3]` gets its density at the point.
    """
    parts, slope = np.empty(charges.shape[1], np.float32), np.empty(3)
    alone = np.ones(1, np.float32)
    for edge in range(first, last):
        begin, end = starts[edge], starts[edge + 1]
        start, target = edges[edge, 0], edges[edge, 1]
        for point in range(begin, end):
            along = (point - begin) / max(end - begin - 1, 1)
            of_start, of_end = mix[0] + along * mix[1], mix[2] + along * mix[3]
            mass = of_start * masses[start] + of_end * masses[target]
            share = weights[1] / mass if mass > 0.0 else 0.0
            carry(charges, edges[edge], share * of_start, share * of_end, parts)
            if weights[2] > 0.0:
                parts[0] = weights[0]
                force[point, 3] = _slopes(grid, points[point], low, cell, shape, alone, slope)
            _slopes(grid, points[point], low, cell, shape, parts, slope)
            for axis in range(3):
                force[point, axis] += slope[axis]


@compiled
def advect(points: Array, force: Array, reach: float, eagerness: float, longest: float, first: int, last: int) -> None:
    """Move points along their force, `reach` being a bandwidth over a cell and `longest` a length.

    The force is told in densities at that point for a bandwidth's way, so that the move is `eagerness` times the way
    to the next maximum (mean shift), and never more than `longest`. Where there is no density nothing moves.
    """
    for point in range(first, last):
        size = 0.0
        for axis in range(3):
            size += force[point, axis] * force[point, axis]
        size = np.sqrt(size) * reach
        if size > 0.0 and force[point, 3] > 0.0:
            scale = min(eagerness / force[point, 3], longest / size) * reach
            for axis in range(3):
                points[point, axis] += scale * force[point, axis]
