"""The upright sheet of soft light that says how far the flow has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.colour import PALETTES
from viewer.shading import program
from viewer.visuals.quad import corner_buffer

if TYPE_CHECKING:
    from viewer.state import Theme


class SheetVisual:
    """Draws one sheet in a box of the picture."""

    def __init__(self) -> None:
        self._program = program("sheet", "sheet")
        self._program["a_corner"] = corner_buffer()

    def draw(self, theme: Theme, box: tuple[float, float, float, float], strength: float) -> None:
        """Draw into `box`: left, bottom, width and height in device units."""
        palette = PALETTES[theme]
        self._program["u_box"] = box
        self._program["u_colour"] = (*palette.light, palette.light_strength * strength)
        self._program["u_is_additive"] = float(palette.is_additive)
        self._program.draw("triangle_strip")

    def close(self) -> None:
        """Give the program back."""
        self._program.delete()
