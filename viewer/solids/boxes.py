"""Slabs that stand on a plate: their points, triangles and how far they rise. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

POINTS = 12
"""Of a slab: four corners of its face, four of the sides' far end, four of its back."""
FRONT, RING, BACK = slice(0, 4), slice(4, 8), slice(8, 12)
_CORNERS = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
"""Bottom left, bottom right, top right, top left as (u, v), seen from the input."""
_FACE = [[0, 1, 2], [0, 2, 3]]
_SIDES = [[at, 4 + at, 4 + (at + 1) % 4] for at in range(4)] + [[at, 4 + (at + 1) % 4, (at + 1) % 4] for at in range(4)]
_REAR = [[8, 10, 9], [8, 11, 10]]
_SLAB = np.array(_FACE + _SIDES + _REAR, np.uint32)


def slab_points(
    centres: NDArray[np.float64], sizes: NDArray[np.float64], reach: float, behind: tuple[float, float] = (0.0, 0.0)
) -> Array:
    """The corners (12 * n, 3) of slabs across the spine, from `reach` before a plate to `reach` behind it.

    Parameters
    ----------
    centres, sizes : (n, 2) float
        Middle, and width and height, of each as (u, v) from the plate's centre.
    reach : float
        World units. Before is -x: where the input is.
    behind : two floats
        How much further off along x, and how much higher, the back lies: that of a stack is on its last panel.
    """
    at = centres[:, None] + _CORNERS * sizes[:, None]
    points = np.zeros((len(centres), POINTS, 3), np.float32)
    points[..., 2], points[..., 1] = np.tile(at[..., 0], 3), np.tile(at[..., 1], 3)
    points[:, FRONT, 0], points[:, 4:, 0] = -reach, reach
    points[:, BACK, :2] += np.asarray(behind, np.float32)
    return points.reshape(-1, 3)


def slab_triangles(count: int) -> NDArray[np.uint32]:
    """The triangles (12 * count, 3) of `slab_points`, counter-clockwise from the outside."""
    first = np.arange(count, dtype=np.uint32)[:, None, None] * np.uint32(POINTS)
    return (first + _SLAB).reshape(-1, 3)


def slab_rise(heights: Array) -> Array:
    """Where the points (12 * n, 3) of slabs go that come `heights` (n,) out of their plate: their faces alone, towards
    the input.
    """
    rise = np.zeros((len(heights), POINTS, 3), np.float32)
    rise[:, FRONT, 0] = -heights[:, None]
    return rise.reshape(-1, 3)


def slab_uv(boxes: NDArray[np.float64]) -> Array:
    """Where the points (12 * n, 2) of slabs lie on a picture of which each shows a box (n, 4).

    A box is left, top, right and bottom. The sides have the colours of its border, and seen from behind it is not
    mirrored either.
    """
    left, top, right, bottom = boxes.T
    front = np.stack([left, bottom, right, bottom, right, top, left, top], axis=1).reshape(-1, 4, 2)
    back = front[:, [1, 0, 3, 2]]
    return np.concatenate([front, front, back], axis=1).reshape(-1, 2).astype(np.float32)


def slab_colours(faces: NDArray[np.uint8], shade: float) -> NDArray[np.uint8]:
    """Colours (12 * n, 4) of slabs with faces of these (n, 4), whose sides grow darker to `shade` of them."""
    colours = np.repeat(faces[:, None], POINTS, axis=1)
    colours[:, RING, :3] = np.rint(colours[:, RING, :3] * shade)
    return colours.reshape(-1, 4)
