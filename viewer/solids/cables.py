"""Bundled edges as tubes and units as balls, shaded as if light came from above. Pure numpy."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from viewer.sculptures.even import even_paths
from viewer.solids.solid import Solid
from viewer.solids.spheres import icosphere, sphere_points, sphere_triangles
from viewer.solids.tubes import tube_points, tube_sides, tube_triangles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float32]

DARKEST = 0.42
"""How bright what looks down is, beside what looks up."""


def cable_solid(
    paths: Array, radii: Array, pieces: int, sides: int, earlier: Mapping[str, Array], alphas: Array | None = None
) -> Solid:
    """White tubes along `paths` (n, h, 3) with `radii` (n,), each of so many `pieces` and `sides`; opaque without
    `alphas` (n,).

    What is `earlier`, paths (n, k, 3) by the name of a shape, are shapes that it can take. World units, and relative to
    where the paths begin to count.
    """
    lines = _lines(paths, pieces)
    around = tube_sides(lines, sides)
    points = tube_points(lines, radii, around)
    shapes = tuple((name, _tubes(there, radii, pieces, sides) - points) for name, there in earlier.items())
    shades = _shades(around.reshape(-1, 3))
    if alphas is not None:
        shades[:, 3] = np.repeat(np.rint(255 * alphas), (pieces + 1) * sides)
    triangles = tube_triangles(len(lines), pieces + 1, sides)
    return Solid(points, triangles, shades, blends=alphas is not None, shapes=shapes)


def ball_solid(
    centres: Array, radii: Array, colours: NDArray[np.uint8], finer: int, earlier: Mapping[str, Array]
) -> Solid:
    """Spheres at `centres` (n, 3) with `radii` (n,) and `colours` (n, 3), cut `finer` times over (`icosphere`).

    What is `earlier`, centres (n, 3) by the name of a shape, are shapes that it can take.
    """
    unit = icosphere(finer)[0]
    light = _shades(unit)[:, :3].astype(np.float64) / 255
    seen = np.rint(colours[:, None].astype(np.float64) * light).astype(np.uint8).reshape(-1, 3)
    moves = {name: np.repeat(there - centres, len(unit), axis=0) for name, there in earlier.items()}
    points, triangles = sphere_points(centres, radii, finer), sphere_triangles(len(centres), finer)
    return Solid(points, triangles, seen, shapes=tuple(moves.items()))


def telling_steps(history: Array, most: int) -> tuple[int, ...]:
    """Which steps of a history (t, k, h, 3) tell most of it, growing: the first, and up to `most` in all; the last is
    not among them. Between them and the last one straight lines are nowhere far from the others.

    Each is the one that those before it miss most. Source: Douglas and Peucker, Cartographica 10(2), 1973, with the
    distance taken at equal times.
    """
    last = len(history) - 1
    kept = [0, last]
    flat = history.reshape(len(history), -1).astype(np.float32)
    while len(kept) - 1 < min(most, last):
        kept.append(int(np.argmax(_missed(flat, sorted(kept)))))
    return tuple(sorted(set(kept) - {last})) if last else ()


def _missed(flat: Array, kept: Sequence[int]) -> NDArray[np.float64]:
    """How far (t,) straight lines between the steps that are kept are from each step."""
    missed = np.zeros(len(flat))
    for low, high in pairwise(kept):
        for step in range(low + 1, high):
            share = np.float32((step - low) / (high - low))
            line = flat[low] + share * (flat[high] - flat[low])
            missed[step] = np.abs(flat[step] - line).mean() + 1e-12
    return missed


def _tubes(paths: Array, radii: Array, pieces: int, sides: int) -> Array:
    lines = _lines(paths, pieces)
    return tube_points(lines, radii, tube_sides(lines, sides))


def _lines(paths: Array, pieces: int) -> Array:
    """Paths (n, h, 3) as lines of so many pieces (n, pieces + 1, 3)."""
    return even_paths(paths.reshape(-1, 3), np.arange(len(paths) + 1) * paths.shape[1], pieces + 1)


def _shades(normals: Array) -> NDArray[np.uint8]:
    """Greys (n, 4) of what looks along these normals (n, 3): white looks up."""
    light = DARKEST + (1 - DARKEST) * (0.5 + 0.5 * normals[:, 1])
    shades = np.full((len(normals), 4), 255, np.uint8)
    shades[:, :3] = np.rint(255 * light)[:, None]
    return shades
