"""Where things stand in the frame of a drawing: the drawing large, the net beside it or under it, and the answer."""

from __future__ import annotations

from dataclasses import dataclass

from scenes.panels.classes import Place, list_place
from scenes.panels.heading import margin_of
from viewer.camera import Rect
from viewer.state import REFERENCE_HEIGHT_PX

WIDE = 1.2
"""Frames that are wider than this, in heights, have all three beside each other; in others the net is under both."""
LIST_WIDTH = 0.19
SHEET_PART, SHEET_TOP_PX, SHEET_BOTTOM_PX = 0.22, 190.0, 830.0
TALL_TOP_PX, TALL_BOTTOM_PX = 170.0, 470.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class DrawnFrame:
    """Places in a frame of a width over height, in reference pixels; a drawing is `sheet_aspect` wide over high."""

    aspect: float
    sheet_aspect: float = 1.0

    @property
    def width_px(self) -> float:
        """The width of the frame."""
        return REFERENCE_HEIGHT_PX * self.aspect

    @property
    def margin_px(self) -> float:
        """What stays free at the left."""
        return margin_of(self.width_px)

    @property
    def right_px(self) -> float:
        """Where everything ends."""
        return self.width_px * 0.975

    @property
    def is_wide(self) -> bool:
        """Whether all stands beside each other."""
        return self.aspect >= WIDE

    @property
    def sheet(self) -> Box:
        """The drawing: left, top, width and height."""
        room = self.width_px * (SHEET_PART if self.is_wide else 0.4)
        top, bottom = (SHEET_TOP_PX, SHEET_BOTTOM_PX) if self.is_wide else (TALL_TOP_PX, TALL_BOTTOM_PX)
        wide = min(room, (bottom - top) * self.sheet_aspect)
        high = wide / self.sheet_aspect
        return self.margin_px, (top + bottom - high) / 2 if self.is_wide else top, wide, high

    @property
    def answer(self) -> Place:
        """Where the classes are listed."""
        if self.is_wide:
            return list_place(self.width_px, LIST_WIDTH, 178.0)
        left, _, wide, _ = self.sheet
        return Place(left + wide + 48.0, self.right_px, TALL_TOP_PX + 20.0)

    @property
    def pitch_px(self) -> float:
        """From one class to the next."""
        return 47.0 if self.is_wide else 39.0

    @property
    def net(self) -> Rect:
        """Where the net is, as parts of the frame."""
        if not self.is_wide:
            return Rect(0.045, 0.57, 0.945, 0.83)
        left, _, wide, _ = self.sheet
        return Rect((left + wide + 50.0) / self.width_px, 0.17, self.answer.left_px / self.width_px - 0.03, 0.79)
