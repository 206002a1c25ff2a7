"""A whole frame made smaller, so that something has room under it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.state import Hud

if TYPE_CHECKING:
    from viewer.state import ViewState

Box = tuple[float, float, float, float]


def shrunk(state: ViewState, part: float) -> ViewState:
    """The state with all of its picture at that part (0..1) of its size, at the top and in the middle.

    It fills the width of a frame whose aspect ratio is `part` times that of the frame that it was made for. The same
    one where `part` is 1.
    """
    if part == 1:
        return state
    camera = state.camera
    moved = camera.shift[0] * part, camera.shift[1] * part + 1 - part
    return replace(
        state,
        camera=replace(camera, zoom=camera.zoom * part, shift=moved),
        hud=_hud(state.hud, part),
        under=_hud(state.under, part),
        loupes=tuple(replace(each, box_px=_box(each.box_px, part)) for each in state.loupes),
        grids=tuple(
            replace(each, box_px=_box(each.box_px, part), number_px=each.number_px * part) for each in state.grids
        ),
        wires=tuple(replace(each, width_px=each.width_px * part) for each in state.wires),
    )


def _hud(hud: Hud, part: float) -> Hud:
    return Hud(
        tuple(replace(each, box_px=_box(each.box_px, part), round_px=each.round_px * part) for each in hud.bars),
        tuple(replace(each, box_px=_box(each.box_px, part)) for each in hud.ramps),
        tuple(
            replace(
                each, points_px=tuple((x * part, y * part) for x, y in each.points_px), width_px=each.width_px * part
            )
            for each in hud.lines
        ),
        tuple(
            replace(each, at_px=(each.at_px[0] * part, each.at_px[1] * part), size_px=each.size_px * part)
            for each in hud.words
        ),
    )


def _box(box: Box, part: float) -> Box:
    left, top, width, height = box
    return left * part, top * part, width * part, height * part
