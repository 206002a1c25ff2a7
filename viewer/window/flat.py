"""Whether a gesture at a place of the picture moves the camera: what lies flat on the picture does not move. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import project
from viewer.placement import world_of
from viewer.state import REFERENCE_HEIGHT_PX

if TYPE_CHECKING:
    from viewer.layout import Layout
    from viewer.state import ViewState

    Point = tuple[float, float]

NEAR_PX = 40.0
"""So far from the net, in reference pixels, a hand still means it."""
FLAT = "this board is flat: only the small net turns, moves and zooms, where there is one"


def is_steered(state: ViewState, layout: Layout, at_px: Point, size_px: Point) -> bool:
    """Whether a hand at `at_px` (from the top left) of a picture of `size_px` means the nets: everywhere, but where a
    frame is about one cell only over them.
    """
    if state.about is None:
        return True
    width, height = size_px
    x, y = (at * REFERENCE_HEIGHT_PX / max(height, 1.0) for at in at_px)
    for net in state.nets:
        if net.opacity > 0:
            corners = np.concatenate([world_of(net, layout, plate.corners()) for plate in layout.plates])
            seen = project(state.camera, corners, width / max(height, 1.0))
            (left, top), (right, bottom) = seen.min(axis=0) - NEAR_PX, seen.max(axis=0) + NEAR_PX
            if left <= x <= right and top <= y <= bottom:
                return True
    return False
