"""How much a bundling gathers, and what it costs: ink, and length of the paths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exporter.bundling import strands
from exporter.bundling.web import Bundled

Floats = NDArray[np.float32]
EDGES_AT_ONCE = 20_000


def distortion(bundled: Bundled, edges: NDArray[np.int32]) -> float:
    """Mean over all edges of path length over straight length, 1 where nothing is bent or there is no edge.

    Edges of no length are left out.
    """
    paths, straight = path_lengths(bundled), straight_lengths(bundled, edges)
    has_length = straight > 0
    return float((paths[has_length] / straight[has_length]).mean()) if has_length.any() else 1.0


def path_lengths(bundled: Bundled) -> NDArray[np.float64]:
    """(E,) float64, the length of each edge's path."""
    steps = np.linalg.norm(np.diff(bundled.points.astype(np.float64), axis=0), axis=1)
    steps[bundled.starts[1:-1] - 1] = 0
    passed = np.concatenate(([0.0], np.cumsum(steps), [0.0]))
    lengths: NDArray[np.float64] = np.diff(passed[np.minimum(bundled.starts, len(steps))])
    return lengths


def straight_lengths(bundled: Bundled, edges: NDArray[np.int32]) -> NDArray[np.float64]:
    """(E,) float64, from each edge's start straight to its end."""
    ends = bundled.positions.astype(np.float64)[edges]
    lengths: NDArray[np.float64] = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    return lengths


def ink(bundled: Bundled, cells: int = 128) -> float:
    """Voxels that the paths go through, beside those that straight edges between the same ends go through.

    The box of all units and paths has `cells` voxels along its longest side; lines are sampled twice a voxel. 1 where
    there is no edge.
    """
    every = np.concatenate([bundled.points, bundled.positions])
    low = every.min(axis=0)
    size = float((every.max(axis=0) - low).max()) / cells or 1.0
    ends = np.stack([bundled.points[bundled.starts[:-1]], bundled.points[bundled.starts[1:] - 1]], axis=1)
    straight_starts = np.arange(len(ends) + 1, dtype=np.int64) * 2
    straight = _inked(np.ascontiguousarray(ends.reshape(-1, 3)), straight_starts, low, size, cells)
    return _inked(bundled.points, bundled.starts, low, size, cells) / straight if straight else 1.0


def _inked(points: Floats, starts: NDArray[np.int64], low: Floats, size: float, cells: int) -> int:
    """How many voxels have a point of a line in them."""
    is_inked = np.zeros((cells + 1,) * 3, np.bool_)
    for first in range(0, len(starts) - 1, EDGES_AT_ONCE):
        last = min(first + EDGES_AT_ONCE, len(starts) - 1)
        counts = np.zeros(len(starts), np.int64)
        strands.count(points, starts, size / 2, 2, counts[1:], first, last)
        fine_starts = np.cumsum(counts)
        fine = np.empty((int(fine_starts[-1]), 3), np.float32)
        strands.resample(points, starts, fine, fine_starts, first, last)
        voxels = ((fine - low) / size).astype(np.int64).clip(0, cells)
        is_inked[voxels[:, 0], voxels[:, 1], voxels[:, 2]] = True
    return int(is_inked.sum())
