"""Copies of a net beside and over each other under one camera, and before each the change of its input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.camera import Rect, fit, gentle_camera, project
from viewer.state import REFERENCE_HEIGHT_PX, NetView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenes.framing import Offset
    from viewer.layout import Layout
    from viewer.state import Camera, CaptureKey

AZIMUTH_DEG, ELEVATION_DEG, FOV_DEG = 57.0, 0.8, 2.0
"""Almost level, so that rows are straight and what is said of them finds room between them; so far off that a net at
the left looks like one at the right, and no farther than a web page lets its camera go.
"""
ACROSS, ALONG = np.sin(np.radians(AZIMUTH_DEG)), np.cos(np.radians(AZIMUTH_DEG))
ASIDE, ASIDE_WIDTHS = 0.5, 0.25
"""How far the change of an input stands from it: world units on the picture, and widths of the input's plate."""
COLUMN_GAP_PX = 64.0
MOST_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """The part of the frame of one net, in reference pixels: left and right border, and where its net begins and
    ends.
    """

    left_px: float
    right_px: float
    net_top_px: float
    net_bottom_px: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the copies stand, row after row.

    `aside` leads from a net to where it is drawn a second time with nothing but the change of its input.
    """

    camera: Camera
    offsets: tuple[Offset, ...]
    aside: Offset
    cells: tuple[Cell, ...]

    def before(self, place: int) -> Offset:
        """Where the change of the input of net number `place` stands."""
        x, y, z = (float(one + two) for one, two in zip(self.offsets[place], self.aside, strict=True))
        return x, y, z


@dataclass(frozen=True, slots=True)
class _Plan:
    """So many columns: sizes of a cell on the picture, and how many pixels a world unit then is."""

    columns: int
    wide_px: float
    pitch_px: float
    unit_px: float


def grid_of(
    layout: Layout, entry: int, aspect: float, rect: Rect, count: int, over_px: float, *, columns: int | None = None
) -> Grid:
    """`count` nets in `rect`, as large as they can be, `over_px` kept free over each.

    `entry` is the plate (index) of the input; `columns` how many stand beside each other, by default as many as make
    the nets largest.
    """
    shown = np.concatenate([layout.outline(), _beside(layout, entry)])
    plan = _plan(shown, aspect, rect, count, over_px, columns)
    step_px = plan.wide_px + COLUMN_GAP_PX
    offsets = []
    for place in range(count):
        row, column = divmod(place, plan.columns)
        right, down = column * step_px / plan.unit_px, row * plan.pitch_px / plan.unit_px
        offsets.append((float(right * ALONG), float(-down), float(right * ACROSS)))
    points = np.concatenate([shown + offset for offset in offsets])
    inside = Rect(rect.left, rect.top + over_px / REFERENCE_HEIGHT_PX, rect.right, rect.bottom)
    camera = fit(gentle_camera(points, AZIMUTH_DEG, ELEVATION_DEG, FOV_DEG), points, aspect, inside)
    cells = []
    for place, offset in enumerate(offsets):
        y = project(camera, shown + np.asarray(offset), aspect)[:, 1]
        left_px = rect.left * REFERENCE_HEIGHT_PX * aspect + place % plan.columns * step_px
        cells.append(Cell(left_px, left_px + plan.wide_px, float(y.min()), float(y.max())))
    return Grid(camera, tuple(offsets), (_aside(layout, entry), 0.0, 0.0), tuple(cells))


def _plan(
    shown: NDArray[np.float64], aspect: float, rect: Rect, count: int, over_px: float, columns: int | None
) -> _Plan:
    width = float(np.ptp(shown[:, 0] * ALONG + shown[:, 2] * ACROSS))
    rise = float(np.ptp(shown[:, 0])) * ACROSS * np.sin(np.radians(ELEVATION_DEG))
    height = float(np.ptp(shown[:, 1])) + rise
    room_px = REFERENCE_HEIGHT_PX * (rect.bottom - rect.top)
    whole_px = REFERENCE_HEIGHT_PX * aspect * (rect.right - rect.left)
    plans = []
    for number in range(1, min(count, MOST_COLUMNS) + 1) if columns is None else (columns,):
        wide_px = (whole_px - (number - 1) * COLUMN_GAP_PX) / number
        pitch_px = room_px / -(-count // number)
        unit_px = min(wide_px / width, max(pitch_px - over_px, 0.2 * pitch_px) / height)
        plans.append(_Plan(number, wide_px, pitch_px, unit_px))
    return max(plans, key=lambda plan: plan.unit_px)


def _aside(layout: Layout, entry: int) -> float:
    return float(-(ASIDE + (1 + ASIDE_WIDTHS) * layout.plates[entry].size[0] * ACROSS) / ALONG)


def _beside(layout: Layout, entry: int) -> NDArray[np.float64]:
    corners: NDArray[np.float64] = layout.plates[entry].corners() + np.array([_aside(layout, entry), 0.0, 0.0])
    return corners


def entry_of(layout: Layout, name: str) -> int:
    """The plate (index) of the layer `name`, that of an input; the first of all where it has none."""
    return next((i for i, plate in enumerate(layout.plates) if plate.layer == name), 0)


def change_view(
    layout: Layout,
    entry: int,
    pair: tuple[CaptureKey, CaptureKey],
    offset: Offset,
    gains: tuple[float, ...],
    heading: str = "",
) -> NetView:
    """The change of the input from one capture to another, and nothing else of the net."""
    clean, other = pair
    emphasis = tuple(float(index == entry) for index in range(len(layout.plates)))
    return NetView(
        clean, other, 1.0, "difference", offset, edge_alpha=0.0, names=False, shapes=False, scales=False, gains=gains,
        emphasis=emphasis, heading=heading, heading_role="difference",
    )  # fmt: skip
