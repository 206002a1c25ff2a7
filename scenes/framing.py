"""Where the net stands on the picture: cameras that fill a part of the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import Rect, fit, gentle_camera

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.layout import Layout
    from viewer.state import Camera

Offset = tuple[float, float, float]


def camera_for(
    layout: Layout,
    aspect: float,
    rect: Rect,
    *,
    azimuth_deg: float = 52.0,
    elevation_deg: float | None = None,
    fov_deg: float | None = None,
    offsets: Sequence[Offset] = ((0.0, 0.0, 0.0),),
) -> Camera:
    """A camera in which the net, once at each of `offsets`, fills `rect` of a frame of this aspect ratio."""
    # Rows of a deep net lie closer together the flatter they are seen.
    elevation_deg = elevation_deg if elevation_deg is not None else 6.0 if layout.rows == 1 else 2.0
    fov_deg = fov_deg if fov_deg is not None else 11.0 if layout.rows == 1 else 5.0
    points = np.concatenate([layout.outline() + np.asarray(offset) for offset in offsets])
    return fit(gentle_camera(points, azimuth_deg, elevation_deg, fov_deg), points, aspect, rect)
