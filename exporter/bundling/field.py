"""Points in a field of densities, one for each class, and the way that the field moves them.

Densities are kernel density estimates on a grid (Hurter, Ersoy, Telea: "Graph Bundling by Kernel Density Estimation",
Computer Graphics Forum 31(3), 2012), here in three dimensions, weighted by importance, and with the product of three
Epanechnikov kernels in place of a spherical one, so that it runs over one axis after the other. A point goes where the
mass of its own classes grows, and away from mass of any class by a share that the caller lets rise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.bundling import densities, pulling
from exporter.bundling.crew import Crew, cuts, even_cuts

Floats = NDArray[np.float32]
COLUMNS_AT_ONCE = 16
"""So many densities are held at a time: what bounds the memory for any number of classes."""
SIDE_BY_SIDE = 4
"""Densities are added so many at a time; of many, one or two left over would take a sixth of the time."""
MOST_CELLS = 1_000_000
"""A grid that would have more gets larger cells."""
NUMBERS_A_PART = 150_000
"""The kernel runs over so many numbers at least before another thread is worth its while."""
EACH_ITSELF = np.array([1, 0, 0, 0], np.float32)
"""The mix of points that are a single unit each."""


@dataclass
class Cloud:
    """Points along edges, or units (edges of one point, both ends the same unit).

    Attributes
    ----------
    points, starts : (P, 3) float32; points `starts[e]` to `starts[e + 1]` (excluded) belong to edge e. They are moved.
    edges : (E, 2) int32, the units at both ends.
    gain : (E,) float32, weight of each edge.
    mix : (4,) float32, how much of the start's and of the end's charges a point has (`densities.splat`).
    charges : (U, 1 + C) float32, mass of each unit and how it is shared by classes (`charges.charges_of`).
    """

    points: Floats
    starts: NDArray[np.int64]
    edges: NDArray[np.int32]
    gain: Floats
    mix: Floats
    charges: Floats


@dataclass(frozen=True)
class Pace:
    """What an iteration has.

    Attributes
    ----------
    bandwidth, cell : radius of the kernel, and size of a cell of the grid.
    likeness : 0 to 1: mass of all counts by what is left of 1, mass of like classes by this.
    eagerness, longest : how far points go, in mean shifts, and at the most, in bandwidths.
    flat : whether z stays.
    """

    bandwidth: float
    cell: float
    likeness: float
    eagerness: float
    longest: float
    flat: bool


@dataclass(frozen=True)
class Grid:
    """Cells around points: the centre of the first, their size, how many along x, y and z."""

    low: Floats
    cell: float
    shape: NDArray[np.int64]

    @property
    def per_unit(self) -> np.float32:
        """Cells in a unit of length."""
        return np.float32(1.0 / self.cell)


def box_of(points: Floats) -> Floats:
    """(2, 3), the lowest and the highest corner of points (P, 3): all axes at once would take 15 times as long."""
    axes = [points[:, axis] for axis in range(3)]
    return np.array([[axis.min() for axis in axes], [axis.max() for axis in axes]], np.float32)


def grid_around(points: Floats, cell: float) -> Grid:
    """The grid that has all points, and a cell on every side, within: of cells of this size, or of larger ones."""
    low, high = box_of(points).astype(np.float64)
    while True:
        shape = ((high - low) / cell).astype(np.int64) + 4
        if shape.prod() <= MOST_CELLS:
            return Grid((low - cell).astype(np.float32), cell, shape)
        cell *= 1.25


def density(cloud: Cloud, charges: Floats, grid: Grid, pace: Pace, crew: Crew) -> Floats:
    """(cells * columns,) float32, densities of these charges at each cell, z fastest: the kernel is 1 at a point."""
    calls = cuts(cloud.starts)
    parts = np.zeros((len(calls), int(grid.shape.prod()) * charges.shape[1]), np.float32)
    known = cloud.points, cloud.starts, cloud.edges, cloud.gain, cloud.mix, charges, grid.low, grid.per_unit, grid.shape
    crew.share(densities.splat, [(*known, part, *call) for part, call in zip(parts, calls, strict=True)])
    found: Floats = parts[0]
    for part in parts[1:]:
        found += part
    spare = np.empty_like(found)
    (nx, ny, nz), columns = grid.shape.tolist(), charges.shape[1]
    # Along z first: most of these rows are still empty where points are few.
    views = [(nx * ny, nz, columns), (nx, ny, nz * columns), (1, nx, ny * nz * columns)]
    for view in views[1 if pace.flat else 0 :]:
        tiles, radius = densities.tiles_of(view[0], view[2]), pace.bandwidth / grid.cell
        ranges = even_cuts(tiles, 1 + NUMBERS_A_PART * tiles // max(found.size, 1))
        crew.share(densities.blur, [(found.reshape(view), spare.reshape(view), radius, *call) for call in ranges])
        found, spare = spare, found
    return found


def forces(cloud: Cloud, pace: Pace, crew: Crew) -> tuple[Floats, Grid]:
    """(P, 4) float32: how what pulls at each point rises in a cell's width along x, y, z, and the mass's density."""
    grid = grid_around(cloud.points, pace.cell)
    force = np.zeros((len(cloud.points), 4), np.float32)
    masses = np.ascontiguousarray(cloud.charges[:, 0])
    for begin in range(0, cloud.charges.shape[1], COLUMNS_AT_ONCE):
        block = np.ascontiguousarray(cloud.charges[:, begin : begin + COLUMNS_AT_ONCE])
        if block.shape[1] > 2 * SIDE_BY_SIDE:
            block = np.pad(block, ((0, 0), (0, -block.shape[1] % SIDE_BY_SIDE)))
        if begin and not block.any():
            continue
        found = density(cloud, block, grid, pace, crew)
        weights = np.array([1.0 - pace.likeness, pace.likeness, begin == 0], np.float32)
        known = cloud.points, cloud.starts, cloud.edges, cloud.mix, block, masses, weights
        field = grid.low, grid.per_unit, grid.shape, found, force
        crew.share(pulling.pull, [(*known, *field, *call) for call in cuts(cloud.starts)])
    if pace.flat:
        force[:, 2] = 0.0
    return force, grid


def advance(cloud: Cloud, pace: Pace, crew: Crew) -> None:
    """Move the cloud's points once, by at most `pace.longest` bandwidths, and not at all where nothing is near."""
    force, grid = forces(cloud, pace, crew)
    move = (
        cloud.points,
        force,
        pace.bandwidth / grid.cell,
        pace.eagerness * pace.bandwidth,
        pace.longest * pace.bandwidth,
    )
    crew.share(pulling.advect, [(*move, *call) for call in even_cuts(len(force), 4000)])
