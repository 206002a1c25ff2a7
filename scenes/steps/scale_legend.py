"""A colour legend of a board, as wide as its numbers need. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.legends import SIZE_PX, colour_legend
from viewer.typeset import width_of

if TYPE_CHECKING:
    from scenes.steps.scenery import StepFrame
    from viewer.state import Hud, MapName

WIDE_PX, NARROW_PX, BETWEEN_PX = 250.0, 140.0, 44.0


def scale_legend(title: str, map_name: MapName, scale: float, frame: StepFrame) -> Hud:
    """What the ends of a colour map stand for: minus and plus `scale`, in three digits."""
    unit = f"{scale:.3g}"
    least_px = 2 * width_of(f"+{unit}", SIZE_PX) + BETWEEN_PX
    return colour_legend(title, map_name, max(WIDE_PX if frame.is_wide else NARROW_PX, least_px), unit)
