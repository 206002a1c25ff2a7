"""The curves that strands are drawn along, in numpy: the same arithmetic as `shaders/strands.vert`, for picking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.strands.trace import Strands

    Array = NDArray[np.float32]

RISE = 1.2
OUT_AND_IN = 2.5
"""How far strands to the next row leave to the right and come in from the left, world units."""


def curve_points(strands: Strands, count: int) -> Array:
    """Points on the middle of each strand, from its start to its end, as the shader draws them.

    Parameters
    ----------
    strands : Strands
        Of one net; where it is spread or moved, so are the points (`viewer.placement`).
    count : int
        Points a strand, at least 2: evenly spaced in the curve's parameter, both ends among them.

    Returns
    -------
    (n, count, 3) float32
        World points, without spread and offset.
    """
    t = np.linspace(0.0, 1.0, count, dtype=np.float32)[None, :, None]
    start, end = strands.ends[:, None, :3], strands.ends[:, None, 3:]
    points = _bent(start, end, strands.way[:, 3, None, None], t)
    ridged = np.flatnonzero((strands.way[:, 2] != 0) & (strands.ends[:, 3] > strands.ends[:, 0]))
    if len(ridged):
        points[ridged] = _over(start[ridged], end[ridged], strands.way[ridged, 2, None, None], t)
    return points


def _bent(start: Array, end: Array, fan: Array, t: Array) -> Array:
    """A cubic Bezier curve that is level at both ends; to the next row it goes out to the right and in from the
    left.
    """
    level = (end - start) * np.array([1, 0, 1], np.float32)
    is_back = level[..., :1] < 0
    drop = (end[..., 1:2] - start[..., 1:2]) * 0.5
    turn = np.concatenate([np.full_like(drop, OUT_AND_IN), drop, np.zeros_like(drop)], axis=-1)
    p1 = start + np.where(is_back, turn, level * (0.45 + 0.15 * fan))
    p2 = end - np.where(is_back, turn, level * (0.45 - 0.15 * fan))
    s = 1 - t
    curve: Array = s * s * s * start + 3 * s * s * t * p1 + 3 * s * t * t * p2 + t * t * t * end
    return curve.astype(np.float32, copy=False)


def _over(start: Array, end: Array, above: Array, t: Array) -> Array:
    """Up right behind the start, level along the ridge, and down right before the end."""
    (x0, y0, z0), (x1, y1, z1) = (np.split(ends, 3, axis=-1) for ends in (start, end))
    span = x1 - x0
    rise = np.minimum(RISE, 0.5 * span)
    ridge = 0.5 * (y0 + y1) + above
    up, along, down = (np.clip(3 * t - begun, 0, 1) for begun in (0, 1, 2))
    x = rise * (up + down) + (span - 2 * rise) * along
    climbed = y0 + (ridge - y0) * _smooth(up)
    y = climbed + (y1 - climbed) * _smooth(down)
    return np.concatenate([x0 + x, y, z0 + (z1 - z0) * x / span], axis=-1)


def _smooth(t: Array) -> Array:
    return t * t * (3 - 2 * t)
