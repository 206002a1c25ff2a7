"""Words that need no screen: a head-up display drawn on a board that stands in the world. Pure."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from viewer.solids.boards_picture import drawn, png_of
from viewer.solids.boards_place import APART_PX
from viewer.solids.solid import Picture, Solid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.state import ColourSet, Hud, Theme

    Array = NDArray[np.float64]

SHOWN_PX = 640.0
"""A third of the width of a usual screen: a board that fills it is sharp."""
COARSEST, FINEST = 2.0, 3.0
LONGEST_PX = 4096
"""The largest side of a picture that every viewer takes."""
ROUND_PX = 7.0
CORNER_PIECES = 5


@lru_cache(maxsize=512)
def board(
    hud: Hud,
    theme: Theme,
    size_px: tuple[float, float],
    unit_per_px: float,
    *,
    card: bool,
    pixels_per_px: float | None = None,
    colours: ColourSet = "standard",
) -> Solid:
    """A board with `hud` on it, as it is read from the input's side (-x) and, not mirrored, from the other side.

    Parameters
    ----------
    hud : Hud
        What is drawn, in reference pixels from the board's top left corner.
    size_px : two floats
        Width and height of the board in reference pixels; what lies outside is cut off.
    unit_per_px : float
        World units to a reference pixel.
    card : bool
        Whether the board is an opaque card with round corners in the colour of the theme's ground, which reads on any
        background and needs no blending. Otherwise there is nothing but the ink, and the solid blends.
    pixels_per_px : float, optional
        Pixels of the picture to a reference pixel: by default 2 to 3, fewer where a side would be over 4096 pixels.

    Returns
    -------
    Solid
        In the plane of z (to the right) and y (up), centred at 0. Equal arguments give the same one.
    """
    width, height = max(size_px[0], 1.0), max(size_px[1], 1.0)
    finer = pixels_per_px or min(max(SHOWN_PX / width, COARSEST), FINEST)
    finer = min(finer, LONGEST_PX / max(width, height))
    picture_px = ceil(width * finer), ceil(height * finer)
    picture = drawn(hud, theme, picture_px, finer, has_ground=card, colours=colours)
    border = _border(width, height, min(ROUND_PX, width / 2, height / 2) if card else 0.0)
    shown = np.array(picture_px) / finer
    faces = [_face(border, side * unit_per_px, APART_PX / 2 * unit_per_px) for side in (1.0, -1.0)]
    uv = (border * (1.0, -1.0) + (width / 2, height / 2)) / shown
    count = len(border)
    fan = np.array([(0, i, i + 1) for i in range(1, count - 1)], np.uint32)
    return Solid(
        np.concatenate(faces).astype(np.float32),
        np.concatenate([fan, fan + count]).astype(np.uint32),
        uv=np.concatenate([uv, uv]).astype(np.float32),
        picture=Picture(png_of(picture), picture_px, is_smooth=True),
        blends=not card,
    )


def turned(solid: Solid, azimuth_deg: float, moved: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Solid:
    """The same board turned about the upright axis to face a camera at this azimuth, then moved by so many units."""
    azimuth = np.radians(azimuth_deg)
    right, back = (np.cos(azimuth), 0.0, np.sin(azimuth)), (np.sin(azimuth), 0.0, -np.cos(azimuth))
    points = solid.points.astype(np.float64) @ np.array([back, (0.0, 1.0, 0.0), right]) + np.asarray(moved)
    return Solid(points.astype(np.float32), solid.triangles, None, solid.uv, solid.picture, None, solid.blends)


def _face(border: Array, unit_per_px: float, off: float) -> Array:
    """The corners (n, 3) of one side; the back (`unit_per_px` below 0) runs the other way along z."""
    across, up = border[:, 0] * unit_per_px, border[:, 1] * abs(unit_per_px)
    return np.stack([np.full(len(border), -np.sign(unit_per_px) * off), up, across], axis=1)


def _border(width: float, height: float, radius: float) -> Array:
    """Points (n, 2) right and up from the middle along a board's border, counter-clockwise from the bottom left."""
    quarter = np.linspace(0.0, np.pi / 2, CORNER_PIECES + 1) if radius > 0 else np.zeros(1)
    middles = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]) * (width / 2 - radius, height / 2 - radius)
    starts = np.radians([180.0, 270.0, 0.0, 90.0])
    arcs = [
        middle + radius * np.stack([np.cos(a), np.sin(a)], axis=1)
        for middle, a in zip(middles, starts[:, None] + quarter, strict=True)
    ]
    return np.concatenate(arcs)
