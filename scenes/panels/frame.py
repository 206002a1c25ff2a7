"""The frame that scenes with nets over each other begin with. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from scenes.panels.heading import margin_of
from viewer.state import REFERENCE_HEIGHT_PX

WIDE_PX = 1700.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of this aspect ratio: its borders in reference pixels, and whether it is wide."""

    aspect: float

    @property
    def width_px(self) -> float:
        """Width of the frame."""
        return REFERENCE_HEIGHT_PX * self.aspect

    @property
    def is_wide(self) -> bool:
        """Whether the sentence stands beside the legends, else it stands over them."""
        return self.width_px >= WIDE_PX

    @property
    def left_px(self) -> float:
        """Left border of words."""
        return margin_of(self.width_px) * 2 / 3

    @property
    def right_px(self) -> float:
        """Right border of words."""
        return self.width_px * 0.975
