"""What a pointer over the picture does to the camera: events of a browser in, an offset out. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from viewer.steer import orbited, panned, zoomed
from viewer.study import CameraOffset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from viewer.state import Camera

LEFT, RIGHT, MIDDLE = 1, 2, 3
WHEEL_FACTOR, NOTCH_PX = 1.15, 100.0
MOST_NOTCHES = 5.0


@dataclass(frozen=True, slots=True)
class Hand:
    """What the hand has done so far, what it is doing, and where it was last (pixels from the top left).

    Left drag orbits; with Shift, or with another button, it pans. The wheel zooms about the pointer; a double click
    goes back to the scene's own camera.
    """

    offset: CameraOffset = field(default_factory=CameraOffset)
    doing: Literal["nothing", "orbit", "pan"] = "nothing"
    at_px: tuple[float, float] = (0.0, 0.0)

    def after(self, event: Mapping[str, Any], camera: Camera, size_px: tuple[float, float]) -> Hand:
        """The hand after an event of the `jupyter_rfb` protocol; the same where the event is of another kind.

        `camera` is the scene's own, `size_px` the size of the picture in the pixels of the event.
        """
        at_px = float(event.get("x", 0.0)), float(event.get("y", 0.0))
        match kind_of(event):
            case "pointer_down":
                return replace(self, doing=_deed(event), at_px=at_px)
            case "pointer_move" | "pointer_up" as kind:
                moved = self._moved(at_px, camera, size_px[1])
                return replace(moved, doing="nothing") if kind == "pointer_up" else moved
            case "wheel":
                notches = max(min(-float(event.get("dy", 0.0)) / NOTCH_PX, MOST_NOTCHES), -MOST_NOTCHES)
                return replace(self, offset=zoomed(self.offset, WHEEL_FACTOR**notches, at_px, size_px))
            case "double_click":
                return Hand()
        return self

    def _moved(self, at_px: tuple[float, float], camera: Camera, height_px: float) -> Hand:
        by_px = at_px[0] - self.at_px[0], at_px[1] - self.at_px[1]
        if self.doing == "orbit":
            return replace(self, offset=orbited(self.offset, camera, by_px, height_px), at_px=at_px)
        if self.doing == "pan":
            return replace(self, offset=panned(self.offset, by_px, height_px), at_px=at_px)
        return self


def kind_of(event: Mapping[str, Any]) -> str:
    """What has happened; the libraries' versions differ in how they call it.

    >>> kind_of({"type": "wheel"}), kind_of({"event_type": "resize"})
    ('wheel', 'resize')
    """
    return str(event.get("type") or event.get("event_type", ""))


def _deed(event: Mapping[str, Any]) -> Literal["nothing", "orbit", "pan"]:
    if event.get("button") == LEFT:
        return "pan" if "Shift" in event.get("modifiers", ()) else "orbit"
    return "pan" if event.get("button") in (RIGHT, MIDDLE) else "nothing"
