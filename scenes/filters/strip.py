"""The net in a strip over what comes out of its plates, and the words under that: of all scenes that unfold a plate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scenes.framing import camera_for
from scenes.panels.heading import caption
from scenes.panels.legends import colour_legend, legend_row
from scenes.timeline import mixed
from viewer.drift import faded
from viewer.layout import LayoutOptions
from viewer.state import Hud, NetView, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.filters.places import FilterFrame
    from viewer.layout import Layout, Plate
    from viewer.state import Camera, CaptureKey

QUIET = 0.45
OF_NET = colour_legend("activation / \u00b1scale {own}", "activation")


@dataclass(frozen=True)
class Strip:
    """The net that goes from the whole frame into a strip of it."""

    layout: Layout
    frame: FilterFrame
    key: CaptureKey

    def camera(self, away: float) -> Camera:
        """The camera when it has gone so far into its strip, in 0..1."""
        far, near = self.far, self.near
        return replace(far, zoom=mixed(far.zoom, near.zoom, away), shift=mixed(far.shift, near.shift, away))

    @cached_property
    def far(self) -> Camera:
        """The camera of the whole net."""
        return camera_for(self.layout, self.frame.aspect, self.frame.far)

    @cached_property
    def near(self) -> Camera:
        """The camera of the strip: from the same place."""
        small = camera_for(self.layout, self.frame.aspect, self.frame.near)
        return replace(self.far, zoom=small.zoom, shift=small.shift)

    def net(self, away: float, lit: int | None, strength: float) -> NetView:
        """The net that has gone so far into its strip, the plate `lit` brought out so strongly, all in 0..1."""
        quiet = 1.0 - (1.0 - QUIET) * away
        emphasis = tuple(
            mixed(quiet, 1.0, strength) if plate == lit else quiet for plate in range(len(self.layout.plates))
        )
        names = away <= 0
        return NetView(
            self.key, emphasis=emphasis, edge_alpha=1.0 - 0.7 * away, names=names, shapes=names, scales=names
        )


def one_row(aspect: float) -> LayoutOptions:
    """The layout of a net in one row, low and wide, as it stands over the tiles in a frame of this aspect ratio."""
    return LayoutOptions(aspect=max(aspect, 1.2) * 0.9 / 0.63, max_rows=1)


def foot(frame: FilterFrame, lines: Sequence[str], legends: Sequence[Hud]) -> Hud:
    """Legends in a row, and a sentence beside or over them."""
    row = legend_row(legends, frame.left_px, frame.caption_left_px - 40.0 if frame.is_wide else frame.right_px)
    return row + caption(lines, frame.caption_left_px, frame.right_px, frame.caption_px)


def gone(hud: Hud, alpha: float) -> Hud:
    """So much of a display, the strips of its legends too: what they explain comes and goes with them."""
    if alpha <= 0:
        return Hud()
    return replace(faded(hud, alpha), ramps=tuple(replace(ramp, alpha=ramp.alpha * alpha) for ramp in hud.ramps))


def mark(plate: Plate) -> Wire:
    """A frame round a plate."""
    low_left, low_right, high_left, high_right = (tuple(corner) for corner in plate.corners().tolist())
    return Wire((low_left, low_right, high_right, high_left, low_left), "accent", 2.5)
