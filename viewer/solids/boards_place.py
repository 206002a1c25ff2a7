"""Where a board stands, so that the scene's camera sees it just where the picture has it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import forward_of
from viewer.inspect.ray import ray_through
from viewer.labels import box_of
from viewer.state import REFERENCE_HEIGHT_PX, Hud

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.labels import Box
    from viewer.state import Camera

Point = tuple[float, float, float]


def hud_box(hud: Hud) -> Box | None:
    """Left, top, right and bottom of everything in a display in reference pixels; `None` of an empty one."""
    boxes = [box_of(line) for line in hud.words if line.text and line.alpha > 0]
    flat = [bar.box_px for bar in hud.bars] + [ramp.box_px for ramp in hud.ramps]
    boxes += [(left, top, left + width, top + height) for left, top, width, height in flat]
    for line in hud.lines:
        half = line.width_px / 2
        boxes += [(x - half, y - half, x + half, y + half) for x, y in line.points_px]
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def shifted(hud: Hud, by_px: tuple[float, float]) -> Hud:
    """The same display, so far to the right and down."""
    right, down = by_px
    return Hud(
        tuple(replace(bar, box_px=(bar.box_px[0] + right, bar.box_px[1] + down, *bar.box_px[2:])) for bar in hud.bars),
        tuple(replace(one, box_px=(one.box_px[0] + right, one.box_px[1] + down, *one.box_px[2:])) for one in hud.ramps),
        tuple(replace(line, points_px=tuple((x + right, y + down) for x, y in line.points_px)) for line in hud.lines),
        tuple(replace(line, at_px=(line.at_px[0] + right, line.at_px[1] + down)) for line in hud.words),
    )


def unit_per_px(camera: Camera, point: Sequence[float] | NDArray[np.float64]) -> float:
    """World units to a reference pixel at the depth of a point (3,); it lies before the eye."""
    away = np.asarray(point, np.float64) - ray_through(camera, (0.0, 0.0), (1.0, 1.0)).eye
    depth = float(away @ forward_of(camera))
    return depth * float(np.tan(np.radians(camera.fov_deg) / 2)) / camera.zoom / (REFERENCE_HEIGHT_PX / 2)


def on_screen_at(
    camera: Camera, at_px: tuple[float, float], aspect: float, through: Sequence[float] | NDArray[np.float64]
) -> NDArray[np.float64]:
    """The point (3,) of the world that is seen at `at_px`, on the upright plane through a point that faces the camera.

    The camera does not look straight up or down.
    """
    ray = ray_through(camera, at_px, (REFERENCE_HEIGHT_PX * aspect, REFERENCE_HEIGHT_PX))
    normal = forward_of(camera) * (1.0, 0.0, 1.0)
    depth = float((np.asarray(through, np.float64) - ray.eye) @ normal / (ray.direction @ normal))
    return ray.at(depth)
