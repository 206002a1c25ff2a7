"""Compiled: which way the densities of a grid pull at points, and the move that comes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from exporter.bundling.compiled import Array, compiled, dotting
from exporter.bundling.densities import corner


@dotting
def _dot(cells: Array, parts: Array, columns: int) -> Any:
    """Densities at a cell, each times its part, added up."""
    total = np.float32(0.0)
    for c in range(columns):
        total += parts[c] * cells[c]
    return total


@compiled
def _reach(value: Any, low: Any, per_unit: Any, cells: int, near: Array, rise: Array) -> int:
    """First of the four cells around a coordinate; `near` and `rise` get how much each says of value and of slope."""
    below, share = corner(value, low, per_unit, cells)
    half = np.float32(0.5)
    near[1], near[2] = np.float32(1.0) - share, share
    rise[0], rise[1], rise[2], rise[3] = -half * near[1], -half * share, half * near[1], half * share
    return int(below - 1)


@compiled
def _add_slopes(
    grid: Array, point: Array, low: Array, per_unit: Any, shape: Array, parts: Array, around: Array, force: Array
) -> Any:
    """Add how the densities, each times its part, rise along x, y and z in a cell's width, and give the first density.

    A density is linear between cells along each axis, its slope is too, and at a cell it is half the difference of the
    cells on either side: so what a point itself has put on the grid does not pull it. `around` is (2, 3, 4), 0 before.
    """
    columns = parts.shape[0]
    near, rise = around[0], around[1]
    x = _reach(point[0], low[0], per_unit, shape[0], near[0], rise[0])
    y = _reach(point[1], low[1], per_unit, shape[1], near[1], rise[1])
    z = _reach(point[2], low[2], per_unit, shape[2], near[2], rise[2])
    across, over, along, density = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    for i in range(4):
        for j in range(4):
            outside = (i == 0 or i == 3) + (j == 0 or j == 3)
            by_x, by_y, by_both = rise[0, i] * near[1, j], near[0, i] * rise[1, j], near[0, i] * near[1, j]
            for k in range(outside, 4 - outside):
                at = (((x + i) * shape[1] + y + j) * shape[2] + z + k) * columns
                cells = grid[at : at + columns]
                value = _dot(cells, parts, columns)
                across += by_x * near[2, k] * value
                over += by_y * near[2, k] * value
                along += by_both * rise[2, k] * value
                density += by_both * near[2, k] * cells[0]
    force[0] += across
    force[1] += over
    force[2] += along
    return density


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
    per_unit: float,
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
    parts, around = np.empty(charges.shape[1], np.float32), np.zeros((2, 3, 4), np.float32)
    for edge in range(first, last):
        begin, end = starts[edge], starts[edge + 1]
        start, target = np.uint64(edges[edge, 0]), np.uint64(edges[edge, 1])
        from_start, from_end = charges[start], charges[target]
        for point in range(begin, end):
            along = np.float32(point - begin) / np.float32(max(end - begin - 1, 1))
            of_start, of_end = mix[0] + along * mix[1], mix[2] + along * mix[3]
            mass = of_start * masses[start] + of_end * masses[target]
            share = weights[1] / mass if mass > 0.0 else np.float32(0.0)
            for c in range(charges.shape[1]):
                parts[c] = share * (of_start * from_start[c] + of_end * from_end[c])
            if weights[2] > 0.0:
                parts[0] = weights[0]
            density = _add_slopes(grid, points[point], low, per_unit, shape, parts, around, force[point])
            if weights[2] > 0.0:
                force[point, 3] = density


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
