"""Where three nets stand over each other, and the chart between them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenes.attack.closeup import times
from scenes.attack.parting import turn_in
from scenes.framing import camera_for
from viewer.state import REFERENCE_HEIGHT_PX, Drift

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from scenes.attack.attacked import Attacked
    from scenes.attack.frame import AttackFrame
    from scenes.framing import Offset
    from viewer.layout import Layout
    from viewer.state import Camera

AZIMUTH_DEG, ELEVATION_DEG, FOV_DEG = 57.0, 0.8, 4.5
"""Almost level, so that the three nets stand in straight rows and a level chart finds room between them."""
CHART_HEIGHT_PX, CHART_BELOW_PX = 64.0, 102.0
GAPS_PX = 50.0, CHART_BELOW_PX + 80.0
PARTS = "here the paths part"


def rows_camera(layout: Layout, frame: AttackFrame, offsets: tuple[Offset, ...]) -> Camera:
    """The camera that sees all three."""
    return camera_for(
        layout,
        frame.aspect,
        frame.nets,
        azimuth_deg=AZIMUTH_DEG,
        elevation_deg=ELEVATION_DEG,
        fov_deg=FOV_DEG,
        offsets=offsets,
    )


def rows_chart(bundle: Bundle, layout: Layout, attacked: Attacked, between: Offset) -> Drift:
    """The chart at the last step, under the net of differences, with the place where the drift turns."""
    changes = attacked.changes(attacked.last)
    turn = turn_in(bundle, layout, attacked)
    mark = None if turn is None else (turn.at, f"{PARTS}: {times(turn.growth)}")
    hidden = max(changes[:-1], default=0.0)
    return Drift(_feet(layout, attacked.spine, between), changes, hidden, CHART_HEIGHT_PX, CHART_BELOW_PX, mark)


def _feet(layout: Layout, spine: tuple[int, ...], between: Offset) -> tuple[Offset, ...]:
    """The middle of the lower border of each plate of the spine, in the net of differences."""
    feet = []
    for index in spine:
        x, y, z = layout.plates[index].centre
        feet.append((x + between[0], y - layout.plates[index].size[1] / 2 + between[1], z + between[2]))
    return tuple(feet)


def rows_offsets(layout: Layout, frame: AttackFrame) -> tuple[Offset, ...]:
    """Where the clean net, the difference and the attacked net stand: gaps as high as their words and the chart
    need.
    """
    corners = layout.corners()
    across, along = np.sin(np.radians(AZIMUTH_DEG)), np.cos(np.radians(AZIMUTH_DEG))
    width = float(np.ptp(corners[:, 0] * along + corners[:, 2] * across))
    height = float(np.ptp(corners[:, 1]))
    rise = float(np.ptp(corners[:, 0])) * across * np.sin(np.radians(ELEVATION_DEG))
    room_px = REFERENCE_HEIGHT_PX * (frame.nets.bottom - frame.nets.top)
    wide_px = frame.width_px * (frame.nets.right - frame.nets.left)
    unit_px = min(wide_px / width, max(room_px - sum(GAPS_PX), room_px / 3) / (3 * height + rise))
    up, down = height + GAPS_PX[0] / unit_px, height + GAPS_PX[1] / unit_px
    return (0.0, up, 0.0), (0.0, 0.0, 0.0), (0.0, -down, 0.0)
