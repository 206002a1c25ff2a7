"""Where the net stands on the picture: cameras that fill a part of the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import Rect, fit
from viewer.state import Camera

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.layout import Layout

Offset = tuple[float, float, float]


def camera_for(
    layout: Layout,
    aspect: float,
    rect: Rect,
    *,
    azimuth_deg: float = 52.0,
    elevation_deg: float = 6.0,
    fov_deg: float = 11.0,
    offsets: Sequence[Offset] = ((0.0, 0.0, 0.0),),
) -> Camera:
    """A camera in which the net, once at each of `offsets`, fills `rect` of a frame of this aspect ratio.

    Its distance grows with the net and as the field of view narrows, so that perspective is equally gentle for all sizes.
    """
    points = np.concatenate([layout.corners() + np.asarray(offset) for offset in offsets])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    target = float(middle[0]), float(middle[1]), float(middle[2])
    extent = float(max(np.ptp(points, axis=0).max(), 1.0))
    distance = 3.7 * extent * np.tan(np.radians(5.5)) / np.tan(np.radians(fov_deg / 2))
    camera = Camera(azimuth_deg, elevation_deg, fov_deg, float(distance), target)
    return fit(camera, points, aspect, rect)
