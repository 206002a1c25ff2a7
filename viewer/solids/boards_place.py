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
    from viewer.solids.solid import Solid
    from viewer.state import Camera

STRIPS = 32
APART_PX = 0.5
"""From the front of a board to its back: programs that draw the back of everything must not mix the two."""


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


def along_spine(solid: Solid, box: Box, camera: Camera, aspect: float, through: Sequence[float]) -> Solid:
    """The front of a board, its picture laid on the upright plane along the spine through a point (3,) so that the
    camera sees it in `box`: what is drawn under a plate stays under it from wherever it is seen.

    It is relative to the point, and of strips: depth grows along it, and with depth the length of a pixel. Seen from
    the side its words are stretched. The camera does not look along the spine.
    """
    size_px = REFERENCE_HEIGHT_PX * aspect, REFERENCE_HEIGHT_PX
    across = np.linspace(0.0, 1.0, STRIPS + 1)
    nearer = np.array([0.0, 0.0, -np.sign(forward_of(camera)[2]) * APART_PX / 2 * unit_per_px(camera, through)])
    points = []
    for x in (box[0] + across * (box[2] - box[0])).tolist():
        for y in (box[1], box[3]):
            ray = ray_through(camera, (x, y), size_px)
            points.append(ray.at((through[2] - ray.eye[2]) / ray.direction[2]) - np.asarray(through) + nearer)
    ends = np.ones(2) if solid.uv is None else solid.uv.max(axis=0)
    uv = np.stack([np.repeat(across, 2), np.tile([0.0, 1.0], len(across))], axis=1) * ends
    first = 2 * np.arange(STRIPS)[:, None, None]
    triangles = (first + np.array([[0, 1, 3], [0, 3, 2]])).reshape(-1, 3)
    return replace(
        solid,
        points=np.asarray(points, np.float32),
        triangles=triangles.astype(np.uint32),
        uv=uv.astype(np.float32),
    )


def from_behind(camera: Camera, through: Sequence[float]) -> Camera:
    """The camera's mirror image in the upright plane along the spine through a point (3,)."""
    x, y, z = camera.target
    target, shift = (x, y, 2 * float(through[2]) - z), (-camera.shift[0], camera.shift[1])
    return replace(camera, azimuth_deg=180.0 - camera.azimuth_deg, target=target, shift=shift)
