"""Spheres of a few triangles, all of a layer in one mesh. Pure numpy."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    Indices = NDArray[np.uint32]

GOLDEN = (1 + 5**0.5) / 2


@cache
def icosphere(finer: int) -> tuple[Array, Indices]:
    """Points (n, 3) on the unit sphere, and triangles (m, 3) counter-clockwise from the outside: an icosahedron whose
    triangles are cut into four `finer` times over (12 and 20, then 42 and 80, then 162 and 320).
    """
    points, triangles = _icosahedron()
    for _ in range(finer):
        points, triangles = _cut(points, triangles)
    return points.astype(np.float32), triangles.astype(np.uint32)


def sphere_points(centres: Array, radii: Array, finer: int) -> Array:
    """The points (k * n, 3) of spheres with these centres (k, 3) and radii (k,)."""
    unit = icosphere(finer)[0]
    points: Array = (centres[:, None] + unit * radii[:, None, None]).astype(np.float32)
    return points.reshape(-1, 3)


def sphere_triangles(count: int, finer: int) -> Indices:
    """The triangles of so many spheres."""
    points, triangles = icosphere(finer)
    first = np.arange(count, dtype=np.uint32)[:, None, None] * np.uint32(len(points))
    return (first + triangles).reshape(-1, 3)


def _icosahedron() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Three golden rectangles; its faces are the triples of corners that are nearest to each other."""
    rectangle = np.array([(0.0, one, two * GOLDEN) for one in (-1, 1) for two in (-1, 1)])
    points = np.concatenate([np.roll(rectangle, turn, axis=1) for turn in range(3)])
    is_near = np.isclose(np.linalg.norm(points[:, None] - points, axis=-1), 2.0)
    corners = range(len(points))
    found = [
        (a, b, c)
        for a in corners
        for b in corners[a + 1 :]
        for c in corners[b + 1 :]
        if is_near[a, b] and is_near[b, c] and is_near[a, c]
    ]
    faces = [(a, b, c) if np.linalg.det(points[[a, b, c]]) > 0 else (a, c, b) for a, b, c in found]
    return points / np.linalg.norm(points[0]), np.array(faces)


def _cut(points: NDArray[np.float64], triangles: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    edges = np.sort(triangles[:, [(0, 1), (1, 2), (2, 0)]].reshape(-1, 2), axis=1)
    different, which = np.unique(edges, axis=0, return_inverse=True)
    middles = points[different].sum(axis=1)
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    ab, bc, ca = (which.reshape(-1, 3) + len(points)).T
    a, b, c = triangles.T
    parts = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    finer = np.concatenate([np.stack(part, axis=1) for part in parts])
    return np.concatenate([points, middles]), finer
