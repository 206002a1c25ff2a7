"""Strands of one layout: static buffers per capture, one instanced draw per net, all motion from uniforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from vispy import gloo

from viewer.colour import PALETTES
from viewer.shading import program
from viewer.visuals.quad import instances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.state import NetView, Theme
    from viewer.strands.trace import Strands

PIECES = 28


class StrandsVisual:
    """Draws the strands of one capture."""

    def __init__(self, strands: Strands) -> None:
        self._count = len(strands.ends)
        self._program = program("strands", "strands")
        along = np.repeat(np.linspace(0, 1, PIECES + 1), 2)
        sides = np.tile([-1.0, 1.0], PIECES + 1)
        self._program["a_along"] = gloo.VertexBuffer(np.stack([along, sides], axis=1).astype(np.float32))
        if self._count:
            self._program["a_start"] = instances(strands.ends[:, :3])
            self._program["a_end"] = instances(strands.ends[:, 3:])
            self._program["a_look"] = instances(strands.look)
            self._program["a_way"] = instances(strands.way)

    def draw(
        self, net: NetView, theme: Theme, matrix: NDArray[np.float64], alpha: float, frame_px: tuple[int, int],
        px: float,
    ) -> None:
        """Draw with `alpha` times the net's own; `px` is target pixels per reference pixel."""
        if not self._count or alpha <= 0:
            return
        shader: Any = self._program
        palette = PALETTES[theme]
        shader["u_clip_from_world"] = matrix.T.astype(np.float32)
        shader["u_offset"] = net.offset
        shader["u_frame_px"] = frame_px
        shader["u_px"] = px
        shader["u_width"] = net.edge_width
        shader["u_alpha"] = alpha * net.edge_alpha * net.opacity
        shader["u_adds"], shader["u_subtracts"], shader["u_copies"] = palette.adds, palette.subtracts, palette.copies
        shader["u_light"] = palette.light
        shader["u_front"] = -1.0 if net.front is None else net.front
        shader["u_is_additive"] = float(palette.is_additive)
        shader.draw("triangle_strip")

    def close(self) -> None:
        """Give the program back."""
        self._program.delete()
