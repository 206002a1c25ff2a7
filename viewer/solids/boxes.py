"""Slabs that stand on a plate: their points, triangles and how far they rise. Pure numpy.

A slab has its corners in rows of four, each bottom left, bottom right, top right and top left as seen from the input:
its face, with `has_rim` the same again in the shade of the sides, the far end of the sides, and its back. Without a rim
the sides grow darker from their face on: right for one of a single colour, and a quarter less to store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

_CORNERS = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
_AT, _AFTER = np.arange(4), np.roll(np.arange(4), -1)


def slab_points(
    centres: NDArray[np.float64],
    sizes: NDArray[np.float64],
    reach: float,
    *,
    behind: tuple[float, float] = (0.0, 0.0),
    has_rim: bool,
) -> Array:
    """The corners (16 * n or 12 * n, 3) of slabs across the spine, from `reach` before a plate to `reach` behind it.

    Parameters
    ----------
    centres, sizes : (n, 2) float
        Middle, and width and height, of each as (u, v) from the plate's centre.
    reach : float
        World units. Before is -x: where the input is.
    behind : two floats
        How much further off along x, and how much higher, the back lies: that of a stack is on its last panel.
    """
    at = (centres[:, None] + _CORNERS * sizes[:, None])[:, None]
    fronts = 2 if has_rim else 1
    points = np.empty((len(centres), fronts + 2, 4, 3), np.float32)
    points[..., 2], points[..., 1] = at[..., 0], at[..., 1]
    points[:, :fronts, :, 0], points[:, fronts:, :, 0] = -reach, reach
    points[:, -1, :, :2] += np.asarray(behind, np.float32)
    return points.reshape(-1, 3)


def slab_triangles(count: int, *, has_rim: bool) -> NDArray[np.uint32]:
    """The triangles (12 * count, 3) of `slab_points`, counter-clockwise from the outside."""
    near, far, back = (4, 8, 12) if has_rim else (0, 4, 8)
    face = np.array([[0, 1, 2], [0, 2, 3]])
    sides = np.stack([near + _AT, far + _AT, far + _AFTER, near + _AT, far + _AFTER, near + _AFTER], axis=1)
    slab = np.concatenate([face, sides.reshape(-1, 3), back + face[:, ::-1]])
    first = np.arange(count)[:, None, None] * (back + 4)
    triangles: NDArray[np.uint32] = (first + slab).reshape(-1, 3).astype(np.uint32)
    return triangles


def slab_rise(heights: Array, *, has_rim: bool) -> Array:
    """Where the points (16 * n or 12 * n, 3) of slabs go that come `heights` (n,) out of their plate towards the input:
    all but their far ends and backs.
    """
    fronts = 2 if has_rim else 1
    rise = np.zeros((len(heights), fronts + 2, 4, 3), np.float32)
    rise[:, :fronts, :, 0] = -heights[:, None, None]
    return rise.reshape(-1, 3)


def slab_uv(boxes: NDArray[np.float64]) -> Array:
    """Where the points (16 * n, 2) of slabs with a rim lie on a picture of which each shows a box (n, 4).

    A box is left, top, right and bottom. The sides have the colours of its border, and seen from behind it is not
    mirrored either.
    """
    left, top, right, bottom = boxes.T
    front = np.stack([left, bottom, right, bottom, right, top, left, top], axis=1).reshape(-1, 4, 2)
    back = front[:, [1, 0, 3, 2]]
    return np.concatenate([front, front, front, back], axis=1).reshape(-1, 2).astype(np.float32)


def slab_colours(faces: NDArray[np.uint8], shades: tuple[float, ...]) -> NDArray[np.uint8]:
    """Colours (4 * k * n, 4) of slabs with faces of these (n, 4): of each of the k rows of corners by its shade, 1 for
    the colour itself.
    """
    colours = np.repeat(np.repeat(faces[:, None], len(shades), axis=1)[:, :, None], 4, axis=2)
    colours[..., :3] = np.rint(colours[..., :3] * np.array(shades)[:, None, None])
    return colours.reshape(-1, 4)
