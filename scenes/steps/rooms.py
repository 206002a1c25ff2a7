"""Where the parts of a board with a map before, something in the middle and a map after it have their room. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.steps.board import beside

if TYPE_CHECKING:
    from scenes.steps.board import Box
    from scenes.steps.scenery import StepFrame

HEAD_ROOM_PX, EDGE_PX = 84.0, 12.0
GAP_PX, TALL_GAP_PX, HEADS_APART_PX = 84.0, 40.0, 24.0
CHIP_ROOM_PX = 96.0
"""Under a map, where its present value stands."""
TALL_UP_PX, TALL_FOOT_PX = 30.0, 28.0
TALL_MAPS = 0.38
"""Of a tall board's height, what the maps have."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a board needs.

    Attributes
    ----------
    middle : how wide the middle is where a map is 1 wide.
    least_px : how wide the middle is at the least where it stands between the maps.
    under_px : what stays free under the maps.
    stacked_under_px : the same where the maps stand over the middle.
    stacked_maps : of the height, what the maps have there, with what stays free under them.
    """

    middle: float
    least_px: float
    under_px: float = CHIP_ROOM_PX
    stacked_under_px: float = CHIP_ROOM_PX
    stacked_maps: float = TALL_MAPS


@dataclass(frozen=True, slots=True)
class Trio:
    """Room for a map before, for what is between, and for a map after; heads over them and values under the maps not
    counted. `head_px` is how wide heads may be, `is_row` whether the middle stands between the maps.
    """

    before: Box
    middle: Box
    after: Box
    head_px: float
    is_row: bool


def trio_of(frame: StepFrame, needs: Needs) -> Trio:
    """The rooms on a board: beside each other where there is width enough, else the middle under the maps."""
    left, top, width, height = frame.board
    room = left, top + HEAD_ROOM_PX, width, height - HEAD_ROOM_PX - EDGE_PX
    before, between, after = beside(room, (1.0, needs.middle, 1.0), GAP_PX)
    if frame.is_wide and between[2] >= needs.least_px:
        under, head_px = needs.under_px, before[2] + GAP_PX - HEADS_APART_PX
        return Trio(_cut(before, under), between, _cut(after, under), head_px, True)
    if not frame.is_wide:
        top, height = top - TALL_UP_PX, height + TALL_UP_PX - TALL_FOOT_PX
    high, under = needs.stacked_maps * height, needs.stacked_under_px
    before, after = beside((left + EDGE_PX, top + HEAD_ROOM_PX, width - 2 * EDGE_PX, high), (1.0, 1.0), TALL_GAP_PX)
    down = top + HEAD_ROOM_PX + high + EDGE_PX + (GAP_PX / 2 if under > 0 else HEAD_ROOM_PX)
    between = left + EDGE_PX, down, width - 2 * EDGE_PX, top + height - down - EDGE_PX
    head_px = before[2] + TALL_GAP_PX - HEADS_APART_PX
    return Trio(_cut(before, under), between, _cut(after, under), head_px, False)


def _cut(box: Box, under_px: float) -> Box:
    return box[0], box[1], box[2], box[3] - under_px
