"""The way from the whole nets to three tiles beside each other: where nets, camera and tiles are on it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import Rect, fit, project
from viewer.layout.plate import STACK_RISE, STACKED
from viewer.loupe import wide_enough
from viewer.state import REFERENCE_HEIGHT_PX, Hud, Loupe, Polyline, Wire
from viewer.steer import between, steered
from viewer.study import CameraOffset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from scenes.attack.parting import Parting
    from scenes.framing import Offset
    from viewer.layout import Layout, Plate
    from viewer.state import Camera, CaptureKey, ColourRole

    Array = NDArray[np.float64]

Box = tuple[float, float, float, float]

FACE_ON_DEG = 90.0
NARROWEST = 0.2
"""Of a tile's longer side: longer ones are squeezed."""
APART = 1.15
FRAME_PX, SPOT_PX = 4.0, 3.0
ROLES: tuple[ColourRole, ...] = ("accent", "difference", "alarm")


@dataclass(frozen=True, slots=True, eq=False)
class Approach:
    """Clean net, difference and attacked net on the way to one of their plates, face-on, and to one tile of it.

    `plate` is the one of `plates` that is flown to, `far` the camera of the whole nets and `near` that of the three
    plates; `offsets` are where the nets stand there. `plates_px` is where the plate of each is then, `tiles_px` where
    its tile is, `boxes_px` where that has been enlarged to. `corners` (4, 3) are those of the tile in the layout.
    """

    plate: int
    plates: int
    far: Camera
    near: Camera
    offsets: tuple[Offset, ...]
    plates_px: tuple[Box, ...]
    tiles_px: tuple[Box, ...]
    boxes_px: tuple[Box, ...]
    corners: Array

    def camera(self, part: float) -> Camera:
        """The camera that far (0..1) on the way from the whole nets to the plates."""
        if part <= 0 or part >= 1:
            return self.near if part >= 1 else self.far
        zoom = self.near.zoom / self.far.zoom
        (x, y), (far_x, far_y) = self.near.shift, self.far.shift
        whole = CameraOffset(
            self.near.azimuth_deg - self.far.azimuth_deg,
            self.near.elevation_deg - self.far.elevation_deg,
            zoom,
            (x - far_x * zoom, y - far_y * zoom),
        )
        return steered(self.far, between(CameraOffset(), whole, part))

    def wires(self, offsets: Sequence[Offset], alpha: float) -> tuple[Wire, ...]:
        """A frame round the tile of each net, where they stand at `offsets`; none where it is clear."""
        if alpha <= 0:
            return ()
        return tuple(_frame(self.corners + offset, role, alpha) for offset, role in zip(offsets, ROLES, strict=True))

    def boxes(self, part: float) -> tuple[Box, ...]:
        """Where the three tiles are, that far (0..1) on the way out of their plates."""
        pairs = zip(self.tiles_px, self.boxes_px, strict=True)
        return tuple(_mixed(one, two, part) for one, two in pairs)


def approach(layout: Layout, parting: Parting, far: Camera, aspect: float, rect: Rect) -> Approach:
    """The way to the plate of `parting` in the middle of `rect`, and on to its channel."""
    plate = layout.plates[parting.plate]
    offsets = _beside(plate, aspect, rect)
    stack = (0.0, STACKED * STACK_RISE * (plate.group is not None), 0.0)
    panel = np.concatenate([plate.corners(), plate.corners() + stack])
    corners = np.concatenate([panel + np.asarray(offset) for offset in offsets])
    near = fit(replace(far, azimuth_deg=FACE_ON_DEG, elevation_deg=0.0), corners, aspect, rect)
    tile = _tile_corners(plate, parting)
    tiles = tuple(tile + np.asarray(offset) for offset in offsets)
    seen = [project(near, points, aspect) for points in tiles]
    rows, columns = cells_of(parting)
    return Approach(
        parting.plate, len(layout.plates), far, near, offsets,
        tuple(_box(points) for points in np.split(project(near, corners, aspect), len(offsets))),
        tuple(_box(points) for points in seen),
        _boxes(rows, columns, aspect, rect),
        tile,
    )  # fmt: skip


def cells_of(parting: Parting) -> tuple[int, int]:
    """Rows and columns of what is shown of a parting."""
    if parting.is_map:
        return parting.clean.shape[-2], parting.clean.shape[-1]
    columns = wide_enough(parting.clean.size)
    return -(-parting.clean.size // columns), columns


def loupes(
    parting: Parting, clean: CaptureKey, last: CaptureKey, boxes: tuple[Box, ...], alpha: float
) -> tuple[Loupe, ...]:
    """The channel, or all units, of the clean input, their difference, and of the attacked one."""
    plain = Loupe(parting.layer, parting.part, clean, boxes[0], parting.scale, alpha=alpha)
    if not parting.is_map:
        plain = replace(plain, part=(), columns=cells_of(parting)[1])
    difference = replace(plain, toward=last, gain=parting.gain, box_px=boxes[1])
    return plain, difference, replace(plain, capture=last, box_px=boxes[2])


def frames(parting: Parting, boxes: tuple[Box, ...], alpha: float) -> Hud:
    """A frame round each tile, and one round the cell that differs most."""
    rows, columns = cells_of(parting)
    row, column = parting.spot[-2:] if parting.is_map else divmod(parting.spot[0], columns)
    lines = []
    for (left, top, width, height), role in zip(boxes, ROLES, strict=True):
        cell = left + column * width / columns, top + row * height / rows, width / columns, height / rows
        lines += [_outline((left, top, width, height), role, FRAME_PX, alpha), _outline(cell, "text", SPOT_PX, alpha)]
    return Hud(lines=tuple(lines))


def _beside(plate: Plate, aspect: float, rect: Rect) -> tuple[Offset, ...]:
    """Beside each other, as far apart as thirds of the room where that is as high as the plate."""
    width, height = plate.size
    room = height * (rect.right - rect.left) * aspect / (rect.bottom - rect.top) / 3
    pitch = max(width * APART, room)
    return (0.0, 0.0, -pitch), (0.0, 0.0, 0.0), (0.0, 0.0, pitch)


def _tile_corners(plate: Plate, parting: Parting) -> Array:
    """Corners (4, 3) of the tile that shows the channel, of the whole picture where there is no such tile."""
    centres = plate.tile_centres()
    is_own = plate.form.kind == "maps" and plate.layer == parting.layer and parting.is_map
    index = parting.channel * plate.form.slices + (parting.part[0] or 0 if len(parting.part) > 3 else 0)
    centre = centres[index] if is_own and index < len(centres) else centres.mean(axis=0)
    width, height = plate.form.tile_size
    steps = np.array([[0, -0.5, -0.5], [0, -0.5, 0.5], [0, 0.5, 0.5], [0, 0.5, -0.5]])
    corners: Array = centre + steps * [0.0, height, width]
    return corners


def _boxes(rows: int, columns: int, aspect: float, rect: Rect) -> tuple[Box, ...]:
    """Three boxes of these proportions, as large as may be in the thirds of `rect`."""
    left, top = rect.left * REFERENCE_HEIGHT_PX * aspect, rect.top * REFERENCE_HEIGHT_PX
    third = (rect.right - rect.left) * REFERENCE_HEIGHT_PX * aspect / 3
    high = (rect.bottom - rect.top) * REFERENCE_HEIGHT_PX
    longest = max(rows, columns)
    wide_part, high_part = max(NARROWEST, columns / longest), max(NARROWEST, rows / longest)
    side = min(third / APART * 1.06 / wide_part, high / high_part)
    width, height = side * wide_part, side * high_part
    y = top + (high - height) / 2
    return tuple((left + third * (k + 0.5) - width / 2, y, width, height) for k in range(3))


def _box(points: Array) -> Box:
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return left, top, right - left, bottom - top


def _frame(corners: Array, role: ColourRole, alpha: float) -> Wire:
    points = tuple((float(x), float(y), float(z)) for x, y, z in (*corners, corners[0]))
    return Wire(points, role, FRAME_PX, alpha)


def _outline(box: Box, role: ColourRole, width_px: float, alpha: float) -> Polyline:
    left, top, width, height = box
    right, bottom = left + width, top + height
    return Polyline(((left, top), (right, top), (right, bottom), (left, bottom), (left, top)), role, width_px, alpha)


def _mixed(one: Box, two: Box, part: float) -> Box:
    a, b, c, d = (start + (end - start) * part for start, end in zip(one, two, strict=True))
    return a, b, c, d
