"""Points evenly spaced along many paths at once. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def even_paths(points: NDArray[np.float32], starts: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """Paths (E, count, 3) float32 with points evenly spaced along each; the ends are exact.

    Parameters
    ----------
    points : (P, 3), the points of all paths.
    starts : (E + 1,), path e has the points `starts[e]` to `starts[e + 1]` (excluded), at least two.
    count : at least 2. A path of no length gives the same point `count` times.

    >>> even_paths(np.float32([[0, 0, 0], [3, 0, 0], [4, 0, 0]]), np.array([0, 3]), 3)[0, 1].tolist()
    [2.0, 0.0, 0.0]
    """
    paths = len(starts) - 1
    if not paths:
        return np.zeros((0, count, 3), np.float32)
    owner = np.repeat(np.arange(paths), np.diff(starts))
    lengths = np.zeros(len(points))
    lengths[1:] = np.linalg.norm(np.diff(points.astype(np.float64), axis=0), axis=1)
    lengths[starts[:-1]] = 0.0
    run = np.cumsum(lengths)
    along = run - run[starts[:-1]][owner]
    whole = np.maximum(along[starts[1:] - 1], 1e-12)
    # Each path has a stretch of its own on one axis, so that all are found in one interpolation.
    axis = along / whole[owner] + 2.0 * owner
    wanted = (2.0 * np.arange(paths)[:, None] + np.linspace(0, 1, count)).reshape(-1)
    found = np.stack([np.interp(wanted, axis, points[:, k]) for k in range(3)], axis=1)
    even: NDArray[np.float32] = found.reshape(paths, count, 3).astype(np.float32)
    even[:, 0], even[:, -1] = points[starts[:-1]], points[starts[1:] - 1]
    return even
