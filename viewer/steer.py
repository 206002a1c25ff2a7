"""Steering: what the hand does to a scene's camera, as a value on top of it. Pure.

Positions on the picture are in device units as in `viewer.camera`: y from -1 at the bottom to 1 at the top, x in the
same unit, 0 in the middle. All functions take distances in pixels together with the picture's height in the same
pixels, so that they mean the same on every screen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_changes

from viewer.backing import backed
from viewer.camera import Rect, fit
from viewer.state import Camera, ViewState
from viewer.study import CameraOffset

HIGHEST_DEG = 89.0
DEG_PER_HEIGHT = 180.0
SMALLEST_ZOOM, LARGEST_ZOOM = 0.1, 200.0
SAME_ZOOM = 1e-3


def steered(camera: Camera, offset: CameraOffset) -> Camera:
    """The scene's camera as the hand has moved it. Elevation stops short of the poles, where up is not defined."""
    x, y = camera.shift
    return replace(
        camera,
        azimuth_deg=camera.azimuth_deg + offset.azimuth_deg,
        elevation_deg=_clamped(camera.elevation_deg + offset.elevation_deg, -HIGHEST_DEG, HIGHEST_DEG),
        zoom=camera.zoom * offset.zoom,
        shift=(x * offset.zoom + offset.shift[0], y * offset.zoom + offset.shift[1]),
    )


def steered_state(state: ViewState, offset: CameraOffset) -> ViewState:
    """The state with its camera moved, and cards under the words that the net may now lie behind; untouched where the
    hand did nothing.
    """
    if offset == CameraOffset():
        return state
    return replace(state, camera=steered(state.camera, offset), hud=backed(state.hud))


def orbited(offset: CameraOffset, camera: Camera, by_px: tuple[float, float], height_px: float) -> CameraOffset:
    """The offset after a drag of `by_px` (right, down): the scene turns with the hand about the camera's target.

    `camera` is the scene's own: a drag beyond a pole is not stored, so that the way back begins at once.
    """
    per_px = DEG_PER_HEIGHT / height_px
    elevation_deg = _clamped(camera.elevation_deg + offset.elevation_deg + by_px[1] * per_px, -HIGHEST_DEG, HIGHEST_DEG)
    return with_changes(
        offset,
        azimuth_deg=offset.azimuth_deg + by_px[0] * per_px,
        elevation_deg=elevation_deg - camera.elevation_deg,
    )


def panned(offset: CameraOffset, by_px: tuple[float, float], height_px: float) -> CameraOffset:
    """The offset after a drag of `by_px` (right, down): the picture moves by exactly that."""
    x, y = offset.shift
    return with_changes(offset, shift=(x + by_px[0] * 2 / height_px, y - by_px[1] * 2 / height_px))


def zoomed(
    offset: CameraOffset, factor: float, at_px: tuple[float, float], size_px: tuple[float, float]
) -> CameraOffset:
    """The offset with the picture scaled by `factor`; what lies at `at_px` (from the top left) stays there."""
    width_px, height_px = size_px
    zoom = _clamped(offset.zoom * factor, SMALLEST_ZOOM, LARGEST_ZOOM)
    factor = zoom / offset.zoom
    held_x, held_y = (2 * at_px[0] - width_px) / height_px, (height_px - 2 * at_px[1]) / height_px
    x, y = offset.shift
    return with_changes(offset, zoom=zoom, shift=(held_x + (x - held_x) * factor, held_y + (y - held_y) * factor))


def framed(offset: CameraOffset, camera: Camera, points: Any, aspect: float, part: float = 0.6) -> CameraOffset:
    """The offset that brings `points` (n, 3) of the world into the middle, as large as fits into `part` of the frame's
    sides, seen from where the eye is. `camera` is the scene's own.
    """
    margin = (1 - part) / 2
    here = steered(camera, with_changes(offset, zoom=1.0, shift=(0.0, 0.0)))
    there = fit(here, points, aspect, Rect(margin, margin, 1 - margin, 1 - margin))
    zoom = _clamped(there.zoom / camera.zoom, SMALLEST_ZOOM, LARGEST_ZOOM)
    # What is in the middle at one zoom is there at any: a shift is that of the middle, scaled.
    scale = zoom * camera.zoom / there.zoom
    (x, y), (own_x, own_y) = there.shift, camera.shift
    return with_changes(offset, zoom=zoom, shift=(x * scale - own_x * zoom, y * scale - own_y * zoom))


def between(start: CameraOffset, end: CameraOffset, part: float) -> CameraOffset:
    """The offset that far on the way: turned evenly, and zoomed evenly about the one point that need not move."""
    if part >= 1:
        return end
    zoom = start.zoom * (end.zoom / start.zoom) ** part
    span = end.zoom - start.zoom
    # Along with the zoom the picture keeps its fixed point; where the zoom hardly changes there is none.
    moved = (zoom - start.zoom) / span if abs(span) > SAME_ZOOM * start.zoom else part
    return CameraOffset(
        azimuth_deg=_mixed(start.azimuth_deg, end.azimuth_deg, part),
        elevation_deg=_mixed(start.elevation_deg, end.elevation_deg, part),
        zoom=zoom,
        shift=(_mixed(start.shift[0], end.shift[0], moved), _mixed(start.shift[1], end.shift[1], moved)),
    )


def _mixed(start: float, end: float, part: float) -> float:
    return start + (end - start) * part


def _clamped(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
