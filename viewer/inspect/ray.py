"""The line of sight through a pixel. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from viewer.camera import eye_of, forward_of, view_from_world

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.state import Camera

    Array = NDArray[np.float64]

ALONG = 1e-9
"""A line of sight that climbs less than this along x never meets a plate's plane."""


@dataclass(frozen=True, slots=True)
class Ray:
    """A half-line in the world from `eye` (3,) along `direction` (3,): one unit of it is one unit of depth."""

    eye: Array
    direction: Array

    def depth_at(self, x: Any) -> Array:
        """How deep the planes across the spine at `x` (n,) are met; inf where never, or behind the eye."""
        x = np.asarray(x, np.float64)
        if abs(self.direction[0]) < ALONG:
            return np.full(x.shape, np.inf)
        depth: Array = (x - self.eye[0]) / self.direction[0]
        return np.where(depth > 0, depth, np.inf)

    def at(self, depth: float) -> Array:
        """The point (3,) at a depth."""
        return self.eye + depth * self.direction


def ray_through(camera: Camera, at_px: tuple[float, float], size_px: tuple[float, float]) -> Ray:
    """The ray of the point `at_px` (from the top left) of a picture of `size_px`: what it meets, `project` puts there.

    Parameters
    ----------
    camera : Camera
        Its zoom is not 0.
    at_px, size_px : two floats each
        In any pixels, both in the same.
    """
    aspect = size_px[0] / size_px[1]
    device = 2 * at_px[0] / size_px[0] - 1, 1 - 2 * at_px[1] / size_px[1]
    focal = camera.zoom / np.tan(np.radians(camera.fov_deg) / 2)
    in_view = np.array([(device[0] * aspect - camera.shift[0]) / focal, (device[1] - camera.shift[1]) / focal, -1.0])
    return Ray(eye_of(camera), view_from_world(camera)[:3, :3].T @ in_view)


def facing_of(camera: Camera) -> float:
    """1 where the net is seen from the input's side, -1 from behind: pictures are never mirrored."""
    return 1.0 if forward_of(camera)[0] >= 0 else -1.0
