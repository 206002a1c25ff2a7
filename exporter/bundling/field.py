"""Points in a field of densities, one for each class, and the way that the field moves them.

Densities are kernel density estimates on a grid (Hurter, Ersoy, Telea: "Graph Bundling by Kernel Density Estimation",
2012, section 3), here in three dimensions, weighted by importance, and with the product of three Epanechnikov kernels
in place of a spherical one, so that it runs over one axis after the other. A point goes where the mass of its own
classes grows, and away from mass of any class by a share that the caller lets rise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.bundling import densities, pulling
from exporter.bundling.crew import Crew, cuts, even_cuts

Floats = NDArray[np.float32]
CLASSES_AT_ONCE = 16
"""Densities of so many classes are held at a time: what bounds the memory for any number of classes."""
MOST_CELLS = 1_000_000
"""A grid that would have more gets larger cells."""
EACH_ITSELF = np.array([1.0, 0.0, 0.0, 0.0])
"""The mix of points that are a single unit each."""


@dataclass
class Cloud:
    """Points along edges, or units (edges of one point, both ends the same unit).

    Attributes
    ----------
    points, starts : (P, 3) float32; points `starts[e]` to `starts[e + 1]` (excluded) belong to edge e. They are moved.
    edges : (E, 2) int32, the units at both ends.
    gain : (E,) float32, weight of each edge.
    mix : (4,) float64, how much of the start's and of the end's importance a point has (`densities.splat`).
    importance : (U, C) float32, 0 to 1.
    """

    points: Floats
    starts: NDArray[np.int64]
    edges: NDArray[np.int32]
    gain: Floats
    mix: NDArray[np.float64]
    importance: Floats


@dataclass(frozen=True)
class Pace:
    """One iteration: radius of the kernel, size of a cell, share of all mass that repels, longest move, in z too?"""

    bandwidth: float
    cell: float
    repulsion: float
    longest: float
    flat: bool


@dataclass(frozen=True)
class Grid:
    """Cells around points: the centre of the first, their size, how many along x, y and z."""

    low: NDArray[np.float64]
    cell: float
    shape: tuple[int, int, int]


def grid_around(points: Floats, cell: float) -> Grid:
    """The grid of cells of this size, or of larger ones if they were too many, that has all points within."""
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    while True:
        shape = ((high - low) / cell).astype(np.int64) + 2
        if shape.prod() <= MOST_CELLS:
            return Grid(low, cell, (int(shape[0]), int(shape[1]), int(shape[2])))
        cell *= 1.25


def density(cloud: Cloud, importance: Floats, grid: Grid, pace: Pace, crew: Crew) -> Floats:
    """(nx, ny, nz, C) float32, the density of each class at each cell: the kernel is 1 at a point."""
    calls = cuts(cloud.starts)
    parts = np.zeros((len(calls), *grid.shape, importance.shape[1]), np.float32)
    known = cloud.points, cloud.starts, cloud.edges, cloud.gain, cloud.mix, importance, grid.low, grid.cell
    crew.share(densities.splat, [(*known, part, *call) for part, call in zip(parts, calls, strict=True)])
    found = parts[0]
    for part in parts[1:]:
        found += part
    spare = np.empty_like(found)
    nx, ny, nz, classes = found.shape
    views = [(1, nx, ny * nz * classes), (nx, ny, nz * classes), (nx * ny, nz, classes)]
    for view in views[: 2 if pace.flat else 3]:
        tiles = view[0] * -(-view[2] // densities.TILE)
        radius = pace.bandwidth / grid.cell
        ranges = even_cuts(tiles, 1 + 20_000 // view[1] // densities.TILE)
        crew.share(densities.blur, [(found.reshape(view), spare.reshape(view), radius, *call) for call in ranges])
        found, spare = spare, found
    return found


def advance(cloud: Cloud, pace: Pace, crew: Crew) -> None:
    """Move the cloud's points once, by at most `pace.longest` in x, y (and z), or not at all where nothing is near."""
    grid = grid_around(cloud.points, pace.cell)
    calls = cuts(cloud.starts)
    force = np.zeros_like(cloud.points)
    whole = np.zeros((*grid.shape, 1), np.float32)
    lengths, dots = _lengths(cloud)
    for begin in range(0, cloud.importance.shape[1], CLASSES_AT_ONCE):
        block = np.ascontiguousarray(cloud.importance[:, begin : begin + CLASSES_AT_ONCE])
        if not block.any():
            continue
        found = density(cloud, block, grid, pace, crew)
        flat = found.reshape(-1, found.shape[3]), whole.reshape(-1)
        crew.share(densities.add_squares, [(*flat, *call) for call in even_cuts(whole.size, 20_000)])
        known = cloud.points, cloud.starts, cloud.edges, cloud.mix, block, lengths, dots, grid.low, grid.cell, found
        crew.share(pulling.pull, [(*known, force, *call) for call in calls])
    np.sqrt(whole, out=whole)
    settings = np.array([pace.repulsion, pace.bandwidth, pace.longest, 0.0 if pace.flat else 1.0])
    known = cloud.points, cloud.starts, grid.low, grid.cell, whole, force, settings
    crew.share(pulling.advect, [(*known, *call) for call in calls])


def _lengths(cloud: Cloud) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Squared length of each unit's importance, and the product of those of each edge's ends, a class at a time."""
    lengths, dots = np.zeros(len(cloud.importance)), np.zeros(len(cloud.edges))
    for column in cloud.importance.T.astype(np.float64):
        lengths += column**2
        dots += column[cloud.edges[:, 0]] * column[cloud.edges[:, 1]]
    return lengths, dots
