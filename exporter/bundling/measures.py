"""How much a bundling gathers, and what it costs: ink, and length of the paths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.web import Bundled


def distortion(bundled: Bundled, edges: NDArray[np.int32]) -> float:
    """Mean over all edges of path length over straight length, 1 where nothing is bent or there is no edge.

    Edges of no length are left out. This is the "mean distance distortion" of edge bundling.
    """
    paths, straight = path_lengths(bundled), straight_lengths(bundled, edges)
    has_length = straight > 0
    return float((paths[has_length] / straight[has_length]).mean()) if has_length.any() else 1.0


def path_lengths(bundled: Bundled) -> NDArray[np.float64]:
    """(E,) float64, the length of each edge's path."""
    points = bundled.points.astype(np.float64)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    steps[bundled.starts[1:-1] - 1] = 0
    return np.diff(np.concatenate(([0.0], np.cumsum(steps), [0.0]))[np.minimum(bundled.starts, len(steps))])


def straight_lengths(bundled: Bundled, edges: NDArray[np.int32]) -> NDArray[np.float64]:
    """(E,) float64, from each edge's start straight to its end."""
    ends = bundled.positions.astype(np.float64)[edges]
    return np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)


def ink(bundled: Bundled, cells: int = 128) -> float:
    """Voxels that the paths touch, a share of those that straight edges between the same units touch.

    The box of all paths and units has `cells` voxels along its longest side. 1 where there is no edge.
    """
    straight = np.concatenate([bundled.points, bundled.positions])
    low, high = straight.min(axis=0), straight.max(axis=0)
    size = float((high - low).max()) / cells or 1.0
    return _inked(bundled.points, low, size) / max(_inked(_straight_points(bundled), low, size), 1)


def _inked(points: NDArray[np.float32], low: NDArray[np.float32], size: float) -> int:
    voxels = ((points - low) / size).astype(np.int64)
    return len(np.unique(voxels @ np.array([1, 1 << 20, 1 << 40])))


def _straight_points(bundled: Bundled) -> NDArray[np.float32]:
    counts = np.diff(bundled.starts)
    edge = np.repeat(np.arange(len(counts)), counts)
    along = ((np.arange(len(bundled.points)) - bundled.starts[edge]) / (counts[edge] - 1)).astype(np.float32)[:, None]
    first, last = bundled.points[bundled.starts[:-1]], bundled.points[bundled.starts[1:] - 1]
    return first[edge] * (1 - along) + last[edge] * along
