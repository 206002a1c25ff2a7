"""Strands of one layout: static buffers per capture, one instanced draw per net, all motion from uniforms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.colour import PALETTES
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.visuals.quad import instances
from viewer.visuals.targets import FINE

if TYPE_CHECKING:
    from viewer.layout import Layout
    from viewer.state import NetView
    from viewer.strands.trace import Strands
    from viewer.visuals.plates import View

PIECES, FEW_PIECES = 28, 14
"""Of a strand, and of one in a frame that is gone in a moment."""


@dataclass(frozen=True, slots=True)
class StrandBuffers:
    """The strands of one capture on the GPU."""

    count: int
    start: gloo.VertexBuffer
    end: gloo.VertexBuffer
    look: gloo.VertexBuffer
    way: gloo.VertexBuffer
    plates: gloo.VertexBuffer

    def close(self) -> None:
        """Give the buffers back."""
        for buffer in (self.start, self.end, self.look, self.way, self.plates):
            buffer.delete()


def upload_strands(strands: Strands, layout: Layout) -> StrandBuffers | None:
    """The buffers of `strands`, or `None` where there are none to draw."""
    if not len(strands.ends):
        return None
    ends = strands.pairs[:, [0, 2]]
    middles = np.array([plate.centre[1] for plate in layout.plates])[ends]
    columns = strands.ends[:, :3], strands.ends[:, 3:], strands.look, strands.way, np.column_stack([ends, middles])
    return StrandBuffers(len(strands.ends), *(instances(column) for column in columns))


class StrandsVisual:
    """Draws the strands of any capture in a layout whose middle is `middle` along x."""

    def __init__(self, middle: float) -> None:
        self._middle = middle
        self._program = program("strands", "strands")
        self._ribbon, self._coarse_ribbon = _ribbon(PIECES), _ribbon(FEW_PIECES)

    def draw(
        self,
        buffers: StrandBuffers,
        net: NetView,
        view: View,
        looks: gloo.Texture2D,
        alpha: float,
        frame_px: tuple[int, int],
    ) -> None:
        """Draw onto a target of `frame_px`, with `alpha` times the net's own and the `looks` of its plates."""
        shader, palette = self._program, PALETTES[view.theme]
        shader["a_along"] = self._ribbon if view.supersample >= FINE else self._coarse_ribbon
        for name in ("start", "end", "look", "way", "plates"):
            shader[f"a_{name}"] = getattr(buffers, name)
        shader["u_clip_from_world"] = view.clip_from_world
        shader["u_offset"], shader["u_spread"] = net.offset, (self._middle, net.spread)
        shader["u_looks"], shader["u_looks_size"] = looks, looks.shape[1::-1]
        shader["u_frame_px"] = frame_px
        shader["u_px"] = frame_px[1] / REFERENCE_HEIGHT_PX
        shader["u_width"] = net.edge_width
        shader["u_alpha"] = alpha * net.edge_alpha * net.opacity
        for role in ("adds", "subtracts", "copies"):
            shader[f"u_{role}"] = palette.roles[role]
        shader["u_light"] = palette.light
        shader["u_front"] = -1.0 if net.front is None else net.front
        shader["u_is_additive"] = float(palette.is_additive)
        shader.draw("triangle_strip")

    def close(self) -> None:
        """Give the program back."""
        self._program.delete()


def _ribbon(pieces: int) -> gloo.VertexBuffer:
    """Positions along a strand, and sides, of its corners."""
    along = np.repeat(np.linspace(0, 1, pieces + 1), 2)
    sides = np.tile([-1.0, 1.0], pieces + 1)
    return gloo.VertexBuffer(np.stack([along, sides], axis=1).astype(np.float32))
