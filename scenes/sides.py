"""Two nets with one camera and one scale: beside each other where there is width, else one over the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scenes.panels.heading import fitted
from scenes.sculptures.turntable import turning_camera
from viewer.camera import Rect, view_from_world
from viewer.state import REFERENCE_HEIGHT_PX, Hud, Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenes.framing import Offset
    from viewer.state import Camera

FOV_DEG = 2.5
"""So far off that both are seen from the same side."""
BESIDE_FROM = 1.15
HEAD_PX, LINE_PX, NUMBER_PX = 30.0, 21.0, 26.0
ABOVE_PX, BELOW_PX = 74.0, 44.0


@dataclass(frozen=True, slots=True)
class Sides:
    """The two parts of a frame, and between them the part on which the camera is set."""

    aspect: float
    parts: tuple[Rect, Rect]

    @classmethod
    def of(cls, rect: Rect, aspect: float) -> Sides:
        """Both halves of `rect`, in a frame of this aspect ratio."""
        wide, high = (rect.right - rect.left) * aspect, rect.bottom - rect.top
        if wide / high >= BESIDE_FROM:
            middle = (rect.left + rect.right) / 2
            return cls(
                aspect,
                (Rect(rect.left, rect.top, middle, rect.bottom), Rect(middle, rect.top, rect.right, rect.bottom)),
            )
        middle = (rect.top + rect.bottom) / 2
        return cls(
            aspect, (Rect(rect.left, rect.top, rect.right, middle), Rect(rect.left, middle, rect.right, rect.bottom))
        )

    def camera(self, points: NDArray[np.floating[Any]]) -> Camera:
        """The camera in which `points`, at each of the `offsets`, stay in their parts while it turns."""
        one, two = self.parts
        across, down = (two.left - one.left) / 2, (two.top - one.top) / 2
        room = ABOVE_PX / REFERENCE_HEIGHT_PX, BELOW_PX / REFERENCE_HEIGHT_PX
        between = Rect(one.left + across, one.top + down + room[0], one.right + across, one.bottom + down - room[1])
        return turning_camera(points, self.aspect, between, fov_deg=FOV_DEG)

    def offsets(self, camera: Camera) -> tuple[Offset, Offset]:
        """Where the two stand: apart across the picture, wherever the camera is."""
        one, two = self.parts
        unit = camera.zoom / np.tan(np.radians(camera.fov_deg) / 2) / camera.distance
        across, down = (two.left - one.left) * self.aspect / unit, (two.top - one.top) / unit
        right, up = view_from_world(camera)[:2, :3]
        away = right * across - up * down
        return tuple(map(float, -away)), tuple(map(float, away))  # type: ignore[return-value]

    def words(self, number: int, head: str, line: str, told: str) -> Hud:
        """The head and a line over one of the two, a number under it."""
        part = self.parts[number]
        middle_px = (part.left + part.right) / 2 * REFERENCE_HEIGHT_PX * self.aspect
        room_px = (part.right - part.left) * REFERENCE_HEIGHT_PX * self.aspect - 20.0
        top_px, low_px = part.top * REFERENCE_HEIGHT_PX, part.bottom * REFERENCE_HEIGHT_PX
        rows = (
            (head, HEAD_PX, True, top_px + 26.0),
            (line, LINE_PX, False, top_px + 56.0),
            (told, NUMBER_PX, True, low_px - 8.0),
        )
        return Hud(
            words=tuple(
                Words(
                    fitted(text, room_px, size, bold), (middle_px, y), size, bold, "text" if bold else "dim", "centre"
                )
                for text, size, bold, y in rows
                if text
            )
        )
