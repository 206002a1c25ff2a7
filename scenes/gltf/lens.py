"""The camera of a scene as glTF has one: a place, a turn and an opening angle, but no lens that shifts. Pure.

The axes are the same: x right, y up, and the camera looks along its own -z.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import eye_of, view_from_world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.state import Camera

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """Where the camera stands and how it is turned.

    Attributes
    ----------
    places : (n, 3)
    turns : (n, 4) unit quaternions x, y, z, w; neighbours lie on the same side.
    yfov_rad : the opening angle from bottom to top, the same for all.
    """

    places: Array
    turns: Array
    yfov_rad: float


def poses_of(cameras: Sequence[Camera]) -> Poses:
    """The poses that see what `cameras` see.

    A shifted lens becomes a turn to what is in the middle of its picture, which for the narrow lenses of our scenes is
    the same to a part in a thousand. As the angle cannot change, a zoom that differs from the first camera's becomes a
    step nearer or farther that leaves the target as large.
    """
    focal = focal_of(cameras[0])
    turned = [_axes(camera) for camera in cameras]
    places = [eye_of(camera) + _step(camera, axes, focal) for camera, axes in zip(cameras, turned, strict=True)]
    return Poses(np.array(places), _continuous(quaternions(np.array(turned))), float(2 * np.arctan(1 / focal)))


def focal_of(camera: Camera) -> float:
    """1 / tan of half the opening angle, zoom counted in."""
    return float(camera.zoom / np.tan(np.radians(camera.fov_deg) / 2))


def _axes(camera: Camera) -> Array:
    """Matrix (3, 3) whose columns are the camera's own right, up and back in the world."""
    world_from_view = view_from_world(camera)[:3, :3].T
    focal = focal_of(camera)
    ahead = np.array([-camera.shift[0] / focal, -camera.shift[1] / focal, -1.0])
    back = -ahead / np.linalg.norm(ahead)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    axes: Array = world_from_view @ np.stack([right, np.cross(back, right), back], axis=1)
    return axes


def _step(camera: Camera, axes: Array, focal: float) -> Array:
    """How far the eye moves along its own sight so that what is at the target's distance keeps its size."""
    step: Array = -axes[:, 2] * camera.distance * (1 - focal / focal_of(camera))
    return step


def quaternions(axes: Array) -> Array:
    """Unit quaternions (n, 4) as x, y, z, w of rotation matrices (n, 3, 3).

    Source: the eigenvector of the largest eigenvalue of Bar-Itzhack's symmetric matrix (J. Guidance 23(6), 2000), which
    has no angle at which it divides by nothing.
    """
    m = axes
    k = np.zeros((len(m), 4, 4))
    k[:, 0, 0] = m[:, 0, 0] - m[:, 1, 1] - m[:, 2, 2]
    k[:, 1, 1] = m[:, 1, 1] - m[:, 0, 0] - m[:, 2, 2]
    k[:, 2, 2] = m[:, 2, 2] - m[:, 0, 0] - m[:, 1, 1]
    k[:, 3, 3] = m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2]
    k[:, 1, 0] = m[:, 1, 0] + m[:, 0, 1]
    k[:, 2, 0] = m[:, 2, 0] + m[:, 0, 2]
    k[:, 3, 0] = m[:, 2, 1] - m[:, 1, 2]
    k[:, 2, 1] = m[:, 2, 1] + m[:, 1, 2]
    k[:, 3, 1] = m[:, 0, 2] - m[:, 2, 0]
    k[:, 3, 2] = m[:, 1, 0] - m[:, 0, 1]
    found: Array = np.linalg.eigh(k)[1][:, :, -1]  # it reads the lower triangle
    return found * np.where(found[:, 3:] < 0, -1.0, 1.0)


def _continuous(turns: Array) -> Array:
    """The same turns, none on the far side of the one before it: players go the short way between neighbours."""
    flips = np.where((turns[1:] * turns[:-1]).sum(axis=1) < 0, -1.0, 1.0)
    signed: Array = turns * np.concatenate([[1.0], np.cumprod(flips)])[:, None]
    return signed
