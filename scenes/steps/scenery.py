"""The frame of a step scene: the whole net, which shrinks into a corner while its layer is worked at, the title over
the board, legends and a sentence under it. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from scenes.framing import camera_for
from scenes.panels.heading import caption, heading, margin_of
from scenes.panels.legends import legend_row
from scenes.timeline import mixed
from viewer.camera import Rect
from viewer.drift import faded
from viewer.layout import LayoutOptions
from viewer.solids.boards_place import shifted
from viewer.state import REFERENCE_HEIGHT_PX, Hud, NetView, ViewState, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from scenes.options import SceneOptions
    from scenes.steps.board import Board, Box
    from viewer.layout import Layout
    from viewer.state import Camera, CaptureKey

WIDE = 1.2
"""Frames that are wider than this, in heights, have the small net beside the title, others none."""
TOP_PX, TALL_TOP_PX, BOTTOM_PX = 150.0, 190.0, 880.0
NET_PART, NET_LOW, NET_HIGH = 0.34, 0.012, 0.128
QUIET = 0.55
"""Emphasis of the plates of the small net that are not worked at."""


def layout_options(options: SceneOptions) -> LayoutOptions:
    """The net in one row, low and wide, as it stands in the corner."""
    return LayoutOptions(aspect=max(options.aspect, WIDE) * 0.9 / 0.68, max_rows=1)


@dataclass(frozen=True, slots=True)
class StepFrame:
    """Where things stand in a frame of a width over height, in reference pixels; `foot_px` stays free at its bottom."""

    aspect: float
    foot_px: float = 0.0

    @property
    def width_px(self) -> float:
        """The width of the frame."""
        return REFERENCE_HEIGHT_PX * self.aspect

    @property
    def is_wide(self) -> bool:
        """Whether there is room for columns beside each other."""
        return self.aspect >= WIDE

    @property
    def margin_px(self) -> float:
        """What stays free at the left and at the right."""
        return margin_of(self.width_px)

    @property
    def board(self) -> Box:
        """Where the board is: all that belongs to it, heads too, stays inside."""
        top = TOP_PX if self.is_wide else TALL_TOP_PX
        return self.margin_px, top, self.width_px - 2 * self.margin_px, BOTTOM_PX - self.foot_px - top

    @property
    def net(self) -> Rect:
        """Where the small net is, as parts of the frame."""
        right = 1 - self.margin_px / self.width_px
        return Rect(right - NET_PART, NET_LOW, right, NET_HIGH)

    @property
    def title_right_px(self) -> float:
        """Where the title ends at the latest."""
        right = self.width_px - self.margin_px
        return self.net.left * self.width_px - 24.0 if self.is_wide else right


@dataclass(frozen=True, slots=True)
class Scenery:
    """Everything of a step scene's frames but the board."""

    frame: StepFrame
    options: SceneOptions
    far: Camera
    near: Camera
    net: NetView
    lit: tuple[int, ...]
    plates: int
    marks: tuple[Wire, ...]

    def state(self, away: float, board: Board, title: tuple[str, str], legends: Sequence[Hud], says: str) -> ViewState:
        """The frame that far (0..1) from the whole net to the board.

        Parameters
        ----------
        title : the title, and what is said behind it.
        legends : what is explained under the board, the most important first.
        says : the sentence under the board at the right, its lines where they fit.
        """
        there = min(max(2.0 * away - 1.0, 0.0), 1.0)
        shown = board.faded(there)
        frame = self.frame
        hud = heading(*title, frame.margin_px, frame.title_right_px) + self._foot(legends, says, there)
        state = ViewState(self._camera(away), (self._net(away),), self.options.theme, hud + shown.hud, 0.6)
        marks = tuple(replace(mark, alpha=there) for mark in self.marks) if there > 0 and frame.is_wide else ()
        return replace(state, under=shown.under, loupes=shown.loupes, grids=shown.grids, wires=marks)

    def _foot(self, legends: Sequence[Hud], says: str, alpha: float) -> Hud:
        if alpha <= 0:
            return Hud()
        frame, middle = self.frame, self.frame.width_px * 0.62
        right = frame.width_px - frame.margin_px
        if frame.is_wide:
            foot = _row(tuple(legends), frame.margin_px, middle - 24.0) + caption(says.splitlines(), middle, right)
        else:
            row = _row(tuple(legends), frame.margin_px, right)
            foot = row + caption(says.splitlines(), frame.margin_px, right, REFERENCE_HEIGHT_PX - 150.0)
        ramps = tuple(replace(ramp, alpha=alpha) for ramp in foot.ramps)
        return shifted(replace(faded(foot, alpha), ramps=ramps), (0.0, -frame.foot_px))

    def _camera(self, away: float) -> Camera:
        far, near = self.far, self.near
        return replace(far, zoom=mixed(far.zoom, near.zoom, away), shift=mixed(far.shift, near.shift, away))

    def _net(self, away: float) -> NetView:
        quiet = 1.0 - (1.0 - QUIET) * away
        emphasis = tuple(1.0 if plate in self.lit else quiet for plate in range(self.plates))
        opacity = 1.0 if self.frame.is_wide else max(1.0 - 2.0 * away, 0.0)
        names = away <= 0
        return replace(
            self.net,
            emphasis=emphasis,
            opacity=opacity,
            edge_alpha=1.0 - 0.6 * away if opacity > 0 else 0.0,
            names=names,
            shapes=names,
            scales=names,
        )


def scenery_of(layout: Layout, options: SceneOptions, key: CaptureKey, lit: Sequence[str]) -> Scenery:
    """The frame round the board of one layer; `lit` are the layers whose plates stay bright in the small net."""
    frame = StepFrame(options.aspect, options.foot_px)
    far = far_camera(layout, options)
    small = camera_for(layout, options.aspect, frame.net) if frame.is_wide else far
    near = replace(far, zoom=small.zoom, shift=small.shift)
    plates = tuple(number for number, plate in enumerate(layout.plates) if plate.layer in lit)
    marks = tuple(_mark(layout.plates[number].corners()) for number in plates)
    return Scenery(frame, options, far, near, NetView(key), plates, len(layout.plates), marks)


def far_camera(layout: Layout, options: SceneOptions) -> Camera:
    """The camera that sees the whole net, over what stays free at the bottom."""
    return camera_for(layout, options.aspect, Rect(0.05, 0.17, 0.95, 0.83 - options.foot_px / REFERENCE_HEIGHT_PX))


@lru_cache(maxsize=16)
def _row(legends: tuple[Hud, ...], left_px: float, right_px: float) -> Hud:
    """The legends where they stand: the same in every frame, so that they are measured once."""
    return legend_row(legends, left_px, right_px)


def _mark(corners: NDArray[np.float64]) -> Wire:
    """A frame round a plate."""
    (_, low, near), (x, high, far) = corners.min(axis=0), corners.max(axis=0)
    around = ((low, near), (low, far), (high, far), (high, near), (low, near))
    return Wire(tuple((float(x), float(y), float(z)) for y, z in around), "accent", 2.5)
