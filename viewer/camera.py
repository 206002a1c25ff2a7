"""Where a point of the world falls on the picture: pure functions of a `Camera`.

World axes: +x along the spine from input to classes, +y up, +z to the right of a plate seen from the input's side.
Normalised device units: the frame is 2 high (y from -1 to 1) and 2 wide after division by the aspect ratio.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from viewer.state import REFERENCE_HEIGHT_PX, Camera

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


DISTANCE_PER_EXTENT = 3.7
REFERENCE_FOV_DEG = 11.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A part of the frame, as fractions of its width and height from the top left."""

    left: float = 0.1
    top: float = 0.1
    right: float = 0.9
    bottom: float = 0.9


def forward_of(camera: Camera) -> Array:
    """Unit vector (3,) from the eye to the target, in world space."""
    azimuth, elevation = np.radians(camera.azimuth_deg), np.radians(camera.elevation_deg)
    return np.array([np.sin(azimuth) * np.cos(elevation), -np.sin(elevation), -np.cos(azimuth) * np.cos(elevation)])


def eye_of(camera: Camera) -> Array:
    """Position (3,) of the eye in world space."""
    return np.asarray(camera.target) - camera.distance * forward_of(camera)


def view_from_world(camera: Camera) -> Array:
    """Matrix (4, 4) that takes world points to view space: x right, y up, the eye at 0 looking along -z."""
    forward = forward_of(camera)
    level = np.hypot(forward[0], forward[2])
    right = np.array([-forward[2], 0.0, forward[0]]) / level  # forward x up, of length 1
    up = np.array([-forward[0] * forward[1] / level, level, -forward[1] * forward[2] / level])  # right x forward
    matrix: Array = np.eye(4)
    matrix[:3, :3] = right, up, -forward
    matrix[:3, 3] = -matrix[:3, :3] @ eye_of(camera)
    return matrix


def clip_from_view(camera: Camera, aspect: float, depth_radius: float) -> Array:
    """Perspective matrix (4, 4) with zoom and lens shift; near and far lie `depth_radius` before and behind the
    target.
    """
    focal = camera.zoom / np.tan(np.radians(camera.fov_deg) / 2)
    near = max(camera.distance - depth_radius, camera.distance * 0.02)
    far = camera.distance + depth_radius
    shift_x, shift_y = camera.shift
    return np.array(
        [
            [focal / aspect, 0.0, -shift_x / aspect, 0.0],
            [0.0, focal, -shift_y, 0.0],
            [0.0, 0.0, (far + near) / (near - far), 2 * far * near / (near - far)],
            [0.0, 0.0, -1.0, 0.0],
        ]
    )


@lru_cache(maxsize=64)
def clip_from_world(camera: Camera, aspect: float, depth_radius: float) -> Array:
    """Matrix (4, 4) that takes world points to clip space, read-only: a frame asks for the same one many times."""
    matrix: Array = clip_from_view(camera, aspect, depth_radius) @ view_from_world(camera)
    matrix.flags.writeable = False
    return matrix


def project(camera: Camera, points: Any, aspect: float) -> Array:
    """Reference pixels (n, 2), x from the left and y from the top, of world points (n, 3).

    Points behind the eye have no meaning here and give values far outside the frame.
    """
    points = np.asarray(points, np.float64).reshape(-1, 3)
    matrix = clip_from_world(camera, aspect, camera.distance * 0.9)
    clip = points @ matrix[:, :3].T + matrix[:, 3]
    device = clip[:, :2] / np.maximum(clip[:, 3:], 1e-9)
    half = REFERENCE_HEIGHT_PX / 2
    on_picture_px: Array = np.stack([(device[:, 0] + 1) * half * aspect, (1 - device[:, 1]) * half], axis=1)
    return on_picture_px


def gentle_camera(points: Any, azimuth_deg: float, elevation_deg: float, fov_deg: float) -> Camera:
    """A camera aimed at the middle of `points` (n, 3), as far off as makes perspective equally gentle for clouds of all
    sizes.

    A cloud with no extent counts as one of size 1.
    """
    points = np.asarray(points, np.float64)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    extent = float(max(np.ptp(points, axis=0).max(), 1.0))
    distance = (
        DISTANCE_PER_EXTENT * extent * np.tan(np.radians(REFERENCE_FOV_DEG / 2)) / np.tan(np.radians(fov_deg / 2))
    )
    target = float(middle[0]), float(middle[1]), float(middle[2])
    return Camera(azimuth_deg, elevation_deg, fov_deg, float(distance), target)


def fit(camera: Camera, points: Any, aspect: float, rect: Rect) -> Camera:
    """The camera with the zoom and shift that bring the picture of `points` (n, 3) as large as may be into `rect`,
    centred.

    A cloud with no extent keeps zoom 1 and is only centred.
    """
    plain = replace(camera, zoom=1.0, shift=(0.0, 0.0))
    on_picture = project(plain, points, aspect) / (REFERENCE_HEIGHT_PX / 2)
    low, high = on_picture.min(axis=0), on_picture.max(axis=0)
    extent = np.maximum(high - low, 1e-9)
    room = np.array([(rect.right - rect.left) * 2 * aspect, (rect.bottom - rect.top) * 2])
    zoom = float((room / extent).min()) if (high - low).max() > 1e-6 else 1.0
    centre = np.array([(rect.left + rect.right) * aspect, rect.top + rect.bottom])
    origin = np.array([aspect, 1.0])
    middle = (low + high) / 2 - origin
    shift = centre - origin - middle * zoom
    return replace(camera, zoom=zoom, shift=(float(shift[0]), float(-shift[1])))
