"""The tables of a `.pro.npz`, made of what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from exporter.interchange.nn_vis.forms import Floats, Processed, edge_row, node_row

_INNER, _LAST = 1.0, -1.0
"""What stands beside the points of an edge, but the first, which has their number."""


def node_rows(held: Processed) -> Floats:
    """(U, row) float32: x, y, z, 1, importance, mean, norm, zeros."""
    units, classes = held.importance.shape
    rows = np.zeros((units, node_row(classes)), np.float32)
    rows[:, :3], rows[:, 3] = held.positions, 1.0
    rows[:, 4 : 4 + classes] = held.importance
    rows[:, 4 + classes : 6 + classes] = held.sums
    return rows


def edge_rows(held: Processed, part: slice) -> Floats:
    """(k, row) float32 of some edges of one layer: points, layer, number, weight, norms, means, importances, zeros."""
    classes = held.importance.shape[1]
    edges = held.edges[part]
    rows = np.zeros((len(edges), edge_row(classes)), np.float32)
    if not len(edges):
        return rows
    first = np.concatenate(([0], np.cumsum(held.sizes)))
    layer = int(np.searchsorted(first, edges[0, 0], side="right")) - 1
    start, end = edges[:, 0].astype(np.int64), edges[:, 1].astype(np.int64)
    sums = held.sums
    rows[:, 0] = np.diff(held.starts[part.start : part.stop + 1])
    rows[:, 1] = layer
    rows[:, 2] = (start - first[layer]) * held.sizes[layer + 1] + (end - first[layer + 1])
    rows[:, 3] = held.strength[part]
    rows[:, 4], rows[:, 5], rows[:, 6], rows[:, 7] = sums[start, 1], sums[end, 1], sums[start, 0], sums[end, 0]
    rows[:, 8 : 8 + classes] = held.importance[start]
    rows[:, 8 + classes : 8 + 2 * classes] = held.importance[end]
    return rows


def sample_rows(held: Processed, part: slice) -> Floats:
    """(k, slots, 4) float32 of some edges: their points, and beside them what tells where they end; then zeros."""
    starts = held.starts[part.start : part.stop + 1]
    counts = np.diff(starts)
    rows = np.zeros((len(counts), held.slots, 4), np.float32)
    if not len(counts):
        return rows
    used = np.arange(held.slots) < counts[:, None]
    rows[used, :3] = held.points[starts[0] : starts[-1]]
    rows[used, 3] = _INNER
    rows[np.arange(len(counts)), counts - 1, 3] = _LAST
    rows[:, 0, 3] = counts
    return rows


def layer_edges(held: Processed) -> Iterator[slice]:
    """Which edges go from each layer to the next one."""
    borders: NDArray[np.int64] = np.cumsum((0, *held.sizes[:-1]))
    places = np.searchsorted(held.edges[:, 0], borders)
    yield from (slice(int(a), int(b)) for a, b in pairwise(places))


def reordered(starts: NDArray[np.int64], points: Floats, order: NDArray[np.intp]) -> tuple[NDArray[np.int64], Floats]:
    """Starts and points of the paths of all edges in another order of the edges."""
    counts = np.diff(starts)[order]
    after = np.concatenate(([0], np.cumsum(counts)))
    within = np.arange(after[-1]) - np.repeat(after[:-1], counts)
    return after, np.ascontiguousarray(points[np.repeat(starts[:-1][order], counts) + within])
