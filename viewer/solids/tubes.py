"""Closed tubes round paths in space: their points, triangles, and which way their sides look. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

TINY = 1e-9


def tube_sides(lines: Array, sides: int) -> Array:
    """Unit vectors (n, count, sides, 3) from lines (n, count, 3) to the sides of tubes round them.

    They are at right angles to the line and turn about it as little as they can, so that no tube is twisted. Source:
    the double reflection of Wang et al., Computation of Rotation Minimizing Frames, ACM TOG 27(1), 2008, table I.
    """
    ways = _ways(lines)
    one = np.empty_like(ways)
    one[:, 0] = _across(ways[:, 0])
    for at in range(lines.shape[1] - 1):
        one[:, at + 1] = _carried(lines[:, at : at + 2], ways[:, at : at + 2], one[:, at])
    two = np.cross(ways, one)
    angles = (np.arange(sides) * (2 * np.pi / sides))[:, None]
    found: Array = (one[:, :, None] * np.cos(angles) + two[:, :, None] * np.sin(angles)).astype(np.float32)
    return found


def tube_points(lines: Array, radii: Array, around: Array) -> Array:
    """The points (n * count * sides, 3) of tubes with these radii (n,) whose sides look `around` (`tube_sides`)."""
    points: Array = (lines[:, :, None] + around * radii[:, None, None, None]).astype(np.float32)
    return points.reshape(-1, 3)


def tube_triangles(tubes: int, count: int, sides: int) -> NDArray[np.uint32]:
    """The triangles (m, 3) of so many tubes of `count` rings of points, counter-clockwise from the outside; both ends
    are closed.
    """
    ring, side = np.meshgrid(np.arange(count - 1), np.arange(sides), indexing="ij")
    here, beside = ring * sides + side, ring * sides + (side + 1) % sides
    one = np.stack([here, beside, beside + sides], axis=-1)
    two = np.stack([here, beside + sides, here + sides], axis=-1)
    walls = np.concatenate([one, two], axis=-1).reshape(-1, 3)
    fan = np.array([(0, at, at + 1) for at in range(1, sides - 1)])
    tube = np.concatenate([walls, fan[:, ::-1], fan + (count - 1) * sides])
    first = np.arange(tubes)[:, None, None] * (count * sides)
    triangles: NDArray[np.uint32] = (first + tube).reshape(-1, 3).astype(np.uint32)
    return triangles


def _ways(lines: Array) -> NDArray[np.float64]:
    """Unit tangents (n, count, 3); where a line stands still it goes along x."""
    ways = np.gradient(lines.astype(np.float64), axis=1)
    size = np.linalg.norm(ways, axis=-1, keepdims=True)
    return np.where(size > TINY, ways / np.maximum(size, TINY), (1.0, 0.0, 0.0))


def _across(ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors (n, 3) at right angles to others: up where that is possible."""
    up = np.where(np.abs(ways[:, 1:2]) < 0.9, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    found = up - (up * ways).sum(axis=-1, keepdims=True) * ways
    across: NDArray[np.float64] = found / np.linalg.norm(found, axis=-1, keepdims=True)
    return across


def _carried(ends: Array, ways: NDArray[np.float64], across: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vectors (n, 3) `across` the first of two points (n, 2, 3), carried to the second without a turn."""
    step = (ends[:, 1] - ends[:, 0]).astype(np.float64)
    one, way = _mirrored(across, step), _mirrored(ways[:, 0], step)
    carried = _mirrored(one, ways[:, 1] - way)
    carried -= (carried * ways[:, 1]).sum(axis=-1, keepdims=True) * ways[:, 1]  # what rounding has left along the way
    size = np.linalg.norm(carried, axis=-1, keepdims=True)
    return np.where(size > 0.1, carried / np.maximum(size, TINY), _across(ways[:, 1]))


def _mirrored(vectors: NDArray[np.float64], normals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors (n, 3) mirrored in planes with these normals (n, 3) of any length; as they are where it is none."""
    square = (normals * normals).sum(axis=-1, keepdims=True)
    part = 2 * (vectors * normals).sum(axis=-1, keepdims=True) / np.maximum(square, TINY**2)
    mirrored: NDArray[np.float64] = vectors - part * normals
    return mirrored
