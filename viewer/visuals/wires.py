"""Lines through points of the world that lie over the picture, as wide wherever they are: one instanced draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.colour import MAP_NAMES, PALETTES, map_table
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.visuals.quad import corner_buffer, instances, table_texture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.state import Theme, Wire


class WiresVisual:
    """Draws wires; they are uploaded when they are others than before, not with every frame."""

    def __init__(self) -> None:
        self._program = program("wires", "shapes")
        self._program["a_corner"] = corner_buffer()
        self._ramps = table_texture(np.stack([map_table("dark", name) for name in MAP_NAMES]))
        self._program["u_ramps"] = self._ramps  # the shader knows ramps too; no wire is one
        self._program["u_ramp_rows"] = float(len(MAP_NAMES))
        self._drawn: tuple[tuple[Wire, ...], Theme] | None = None
        self._pieces = 0

    def draw(
        self, wires: tuple[Wire, ...], theme: Theme, clip_from_world: NDArray[np.float32], frame_px: tuple[int, int]
    ) -> None:
        """Draw onto a frame of `frame_px` (width, height)."""
        if self._drawn != (wires, theme):
            self._upload(wire_rows(wires, theme))
            self._drawn = wires, theme
        if not self._pieces:
            return
        px = frame_px[1] / REFERENCE_HEIGHT_PX
        self._program["u_clip_from_world"] = clip_from_world
        self._program["u_reference_px"] = frame_px[0] / px, REFERENCE_HEIGHT_PX
        self._program["u_px"] = px
        self._program.draw("triangle_strip")

    def close(self) -> None:
        """Give the program and its texture back."""
        self._ramps.delete()
        self._program.delete()

    def _upload(self, rows: NDArray[np.float32]) -> None:
        self._pieces = len(rows)
        if self._pieces:
            self._program["a_start"], self._program["a_end"] = instances(rows[:, :3]), instances(rows[:, 3:6])
            self._program["a_colour"], self._program["a_half_px"] = instances(rows[:, 6:10]), instances(rows[:, 10])


def wire_rows(wires: Sequence[Wire], theme: Theme) -> NDArray[np.float32]:
    """One row a piece (n, 11): start and end (3 each), colour (4), half the width. A wire of one point has none."""
    rows = [np.zeros((0, 11), np.float32)]
    for wire in wires:
        points = np.asarray(wire.points, np.float32).reshape(-1, 3)
        if len(points) > 1:
            look = *PALETTES[theme].roles[wire.role], wire.alpha, wire.width_px / 2
            rows.append(np.c_[points[:-1], points[1:], np.tile(look, (len(points) - 1, 1))])
    return np.concatenate(rows).astype(np.float32)
