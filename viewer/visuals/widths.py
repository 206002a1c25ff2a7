"""How wide cells can be on the picture at most, so that numbers cost nothing where there are none. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import eye_of, forward_of
from viewer.placement import world_of

if TYPE_CHECKING:
    from viewer.atlas import Atlas
    from viewer.layout import Layout
    from viewer.state import Camera, NetView

NARROW_PX = 40.0
"""As the shader has it: cells up to here have no number."""


class CellWidths:
    """The width of a cell of each plate of a layout in world units."""

    def __init__(self, layout: Layout, cells: Atlas) -> None:
        plates = [(layout.plates[block.plate], block.width) for block in cells.blocks]
        self._layout = layout
        self._centres = np.array([plate.centre for plate, _ in plates], np.float64).reshape(-1, 3)
        self._widths = np.array([plate.form.tile_size[0] / columns for plate, columns in plates])
        self._reaches = np.array([np.hypot(*plate.size) / 2 for plate, _ in plates])

    def any_wide(self, net: NetView, camera: Camera | None, height_px: int) -> bool:
        """Whether some cell may be wider than 40 px on a frame so high; perhaps none is."""
        if camera is None or not len(self._widths):
            return False
        away = (world_of(net, self._layout, self._centres) - eye_of(camera)) @ forward_of(camera) - self._reaches
        px_per_unit = camera.zoom / np.tan(np.radians(camera.fov_deg) / 2) * height_px / 2
        return bool((self._widths * px_per_unit > NARROW_PX * np.maximum(away, 1e-3)).any())
