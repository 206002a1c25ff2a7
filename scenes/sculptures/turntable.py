"""A turn round a net, then its classes one after the other: the course of a scene and the camera that it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scenes.easing import even
from scenes.timeline import Key, Marker, Track
from viewer.camera import Rect, fit, gentle_camera

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.state import Camera

    Array = NDArray[np.floating[Any]]

START_DEG = 40.0
ELEVATION_DEG, FOV_DEG = 10.0, 14.0
REST_SECS, DEG_PER_SEC = 0.5, 52.0
MOVE_SECS, HOLD_SECS = 0.8, 0.8
STEP_DEG, FEW_STEPS = 36.0, 5
SWEPT_DEG = 10.0


@dataclass(frozen=True, slots=True)
class Course:
    """When the camera is where, and which stop is lit.

    `stops` are classes, `None` for all of them together; `lit` is the place among them, whole at rest.
    """

    azimuth_deg: Track[float]
    lit: Track[float]
    stops: tuple[int | None, ...]
    duration_secs: float
    markers: tuple[Marker, ...]

    def at(self, t_secs: float) -> tuple[int | None, int | None, float]:
        """What is lit, what comes next, and how far it has come, in 0..1; at rest what comes next is `None`."""
        place = self.lit.at(t_secs)
        index = min(int(place), len(self.stops) - 1)
        blend = place - index
        return (self.stops[index], self.stops[index + 1], blend) if blend > 0 else (self.stops[index], None, 0.0)


def course_of(classes: Sequence[int], names: Sequence[str]) -> Course:
    """A turn with all classes, then each class with a step of the turn and a pause, and back: a loop.

    Where there is one class it is lit all the time, and there is one turn.
    """
    if len(classes) < 2:
        stop = classes[0] if classes else None
        turn_secs = 360.0 / DEG_PER_SEC
        azimuth = Track.of((0.0, START_DEG), (REST_SECS, START_DEG + 360.0), move_secs=turn_secs, ease=even)
        return Course(azimuth, Track.of((0.0, 0.0)), (stop,), REST_SECS + turn_secs, (Marker(0.0, "turn"),))
    steps = len(classes) + 1
    is_few = steps <= FEW_STEPS
    step_deg = STEP_DEG if is_few else 360.0 / steps
    turn_deg = 360.0 - step_deg * steps if is_few else 360.0
    turns, lit = [Key(0.0, START_DEG)], [Key(0.0, 0.0)]
    azimuth_deg = START_DEG + turn_deg
    turns.append(Key(REST_SECS, azimuth_deg, turn_deg / DEG_PER_SEC, even))
    at_secs = REST_SECS + turn_deg / DEG_PER_SEC + REST_SECS / 2
    markers = [Marker(0.0, "all classes")]
    for number in range(1, steps + 1):
        azimuth_deg += step_deg
        turns.append(Key(at_secs, azimuth_deg, MOVE_SECS))
        lit.append(Key(at_secs, float(number), MOVE_SECS))
        if number < steps:
            markers.append(Marker(at_secs + MOVE_SECS, names[number - 1]))
        at_secs += MOVE_SECS + (HOLD_SECS if number < steps else REST_SECS / 2)
    return Course(Track(tuple(turns)), Track(tuple(lit)), (None, *classes, None), at_secs, tuple(markers))


def turning_camera(points: Array, aspect: float, rect: Rect, *, fov_deg: float = FOV_DEG) -> Camera:
    """A camera in which `points` (n, 3) stay in `rect` while it turns about them, as large as that allows.

    Whatever its azimuth is made, zoom and shift stay: the net keeps its size and its place.
    """
    camera = gentle_camera(points, 0.0, ELEVATION_DEG, fov_deg)
    around = np.radians(np.arange(0.0, 360.0, SWEPT_DEG))
    across, along = (points[:, axis] - camera.target[axis] for axis in (0, 2))
    swept = np.stack(
        [
            camera.target[0] + np.outer(np.cos(around), across) + np.outer(np.sin(around), along),
            np.broadcast_to(points[:, 1], (len(around), len(points))),
            camera.target[2] - np.outer(np.sin(around), across) + np.outer(np.cos(around), along),
        ],
        axis=-1,
    )
    return fit(camera, swept.reshape(-1, 3), aspect, rect)


def still_camera(points: Array, aspect: float, rect: Rect) -> Camera:
    """The camera at the start of a turn, in which `points` (n, 3) fill `rect` as well as they can from there."""
    return fit(gentle_camera(points, START_DEG, ELEVATION_DEG, FOV_DEG), points, aspect, rect)


def turned(camera: Camera, azimuth_deg: float) -> Camera:
    """The camera at another azimuth of its circle."""
    return replace(camera, azimuth_deg=azimuth_deg % 360.0)
