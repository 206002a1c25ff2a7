"""The words of a scene as boards in its world: names and sizes at the plates, answers beside them, legends below. Pure.

The scene's camera sees each board where our own picture has these words, and as large.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scenes.gltf.boards_answer import answer_hud
from scenes.gltf.boards_beside import EDGE_PX, last_plate, left_beside, tops_beside
from scenes.gltf.boards_chart import chart_box, chart_hud, chart_place, curve_hud, has_curve
from scenes.gltf.boards_classes import class_hud
from scenes.gltf.boards_legend import has_bars, legend_hud, title_hud
from scenes.gltf.standing import (
    CARD_PADDING_PX,
    EMPTY,
    NAME_PADDING_PX,
    Standing,
    card_at,
    grown,
    lines_of,
    plain_point,
    standing,
)
from scenes.panels.classes import list_place
from scenes.panels.heading import fitted
from viewer.labels import net_labels
from viewer.placement import world_of
from viewer.solids.boards import board, turned
from viewer.solids.boards_place import along_spine, from_behind, hud_box, shifted
from viewer.state import REFERENCE_HEIGHT_PX, Hud, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.labels import Box, Label
    from viewer.layout import Layout
    from viewer.scopes import Scales
    from viewer.solids.solid import Solid
    from viewer.state import CaptureKey, NetView, ViewState

    Array = NDArray[np.float64]

WIDE = 16 / 9
LEGEND_DOWN_PX = CARD_PADDING_PX[1] + 1.0
"""The border of its card lies where the words of a legend lie on the picture, not higher: labels come that near."""
LONGEST_PX = 420.0
LIST_WIDTH, NARROWEST_PX = 0.19, 140.0
NameBoards = dict[int, tuple["Solid | None", "Solid | None"]]


def name_boards(layout: Layout, net: NetView, state: ViewState, scales: Scales, *, aspect: float = WIDE) -> NameBoards:
    """The board above and the board under each plate of one of the nets of `state`, by the plate's number.

    They say what the labels of the picture say, have their size and lie where they lie when the camera of `state` looks
    at a picture of this aspect. `None` stands for what has no room there or nothing to say; a plate with neither is not
    in the dictionary. Points are relative to the middle of the plate, turned about the upright axis through it so that
    the boards face the azimuth of the camera.

    Raises
    ------
    ValueError
        `net` is none of the nets of `state`.
    """
    index = state.nets.index(net)
    boxes = hud_box(_legend(state)), hud_box(title_hud(state)), chart_box(state, aspect)
    cards = [grown(box, CARD_PADDING_PX) for box in boxes if box]
    labels = net_labels(layout, _at_rest(state), aspect, scales, keep_off=cards)[index]
    centres = world_of(net, layout, [plate.centre for plate in layout.plates])
    found: NameBoards = {}
    for label in labels:
        above, below = found.get(label.plate, (None, None))
        made = _name_board(label, state, aspect, centres[label.plate])
        found[label.plate] = (made, below) if label.is_above else (above, made)
    return found


def answer_board(
    bundle: Bundle,
    layout: Layout,
    net: NetView,
    state: ViewState,
    *,
    index: int = 0,
    among: Sequence[CaptureKey] = (),
    aspect: float = WIDE,
) -> Standing | None:
    """The answer to what `net` shows, beside the last plate of net number `index` of `state`; `None` without an answer,
    and where the picture of `state` shows none.

    `net` says whose answer it is (its capture, blend, difference, and whether its heading is an alarm), `state` only
    where the board stands: it may be another still of the same net. With `among`, captures that are compared (default:
    where `state` has several nets, theirs), all boards list the same classes. `at` is relative to the net, as the
    centres of the layout's plates are.
    """
    if not has_bars(state):
        return None
    among = tuple(among) or _captures(state)
    still = _at_rest(state)
    left = left_beside(layout, still, aspect)
    width_px = _list_width(REFERENCE_HEIGHT_PX * aspect, left)
    hud = answer_hud(bundle, net, width_px, among)
    if not hud.words:
        return None
    shown = [hud if i == index else answer_hud(bundle, each, width_px, among) for i, each in enumerate(state.nets)]
    boxes = [grown(box, CARD_PADDING_PX) if box else EMPTY for box in map(hud_box, shown)]
    legend = hud_box(_legend(state))
    curve = hud_box(curve_hud(bundle, net, aspect)) if has_curve(state) else None
    free = [grown(box, CARD_PADDING_PX) for box in (legend, curve) if box]
    top = tops_beside(layout, still, left, [box[3] - box[1] for box in boxes], aspect, free)[index]
    plate, net_there = last_plate(layout), state.nets[index]
    centre = world_of(net_there, layout, [plate.centre])[0]
    there = standing(shifted(hud, (left - boxes[index][0], top - boxes[index][1])), state, aspect, centre)
    return replace(there, at=plain_point(np.asarray(there.at) - np.asarray(net_there.offset)))


def legend_board(state: ViewState, *, aspect: float = WIDE) -> Standing | None:
    """What the colours of a scene mean, with numbers, where its picture has it; `None` of a picture without a legend.

    `at` is in the world. Of a scene whose legend says how many edges are drawn, a file that holds others says so by a
    state whose display was told (`viewer.threads.told.retold`).
    """
    return _of_scene(_legend(state), state, aspect)


def classes_board(state: ViewState, *, aspect: float = WIDE) -> Standing | None:
    """The list of a sculpture's classes, where the picture has it; `None` without one. `at` is in the world."""
    return _of_scene(class_hud(state), state, aspect)


def title_board(state: ViewState, *, aspect: float = WIDE) -> Standing | None:
    """The title of a scene, where its picture has it; `None` without one. `at` is in the world."""
    return _of_scene(title_hud(state), state, aspect)


def chart_board(state: ViewState, *, aspect: float = WIDE) -> Standing | None:
    """The line of changes along a net, where the picture has it; `None` without one. `at` is in the world.

    Its card is as large whatever the changes are, and stands along the spine: each point stays under its plate.
    """
    hud, box, place = chart_hud(state, aspect), chart_box(state, aspect), chart_place(state)
    if place is None or box is None:
        return _of_scene(hud, state, aspect, box)
    behind = replace(state, camera=from_behind(state.camera, place))
    return Standing(_along(state, aspect, place), place, lines_of(hud), _along(behind, aspect, place))


def _along(state: ViewState, aspect: float, place: tuple[float, float, float]) -> Solid:
    """The side of the chart that the camera of a state sees."""
    left, top, right, bottom = card = grown(chart_box(state, aspect) or EMPTY, CARD_PADDING_PX)
    here, size_px = shifted(chart_hud(state, aspect), (-left, -top)), (right - left, bottom - top)
    flat = board(here, state.theme, size_px, 1.0, card=True, colours=state.colours)
    return along_spine(flat, card, state.camera, aspect, place)


def curve_board(bundle: Bundle, net: NetView, state: ViewState, *, aspect: float = WIDE) -> Standing | None:
    """The learning curve with the checkpoint that `net` shows marked, where the picture of `state` has one; `None`
    where it has none, or no metric is known. `at` is in the world.
    """
    return _of_scene(curve_hud(bundle, net, aspect), state, aspect) if has_curve(state) else None


def _legend(state: ViewState) -> Hud:
    """The legend, as far down as its card stays on the picture."""
    hud = legend_hud(state)
    room_px = REFERENCE_HEIGHT_PX - EDGE_PX - CARD_PADDING_PX[1] - (hud_box(hud) or EMPTY)[3]
    return shifted(hud, (0.0, min(LEGEND_DOWN_PX, room_px)))


def _list_width(width_px: float, left: float) -> float:
    """How wide a list is: as on the picture, or what a narrow picture leaves of that."""
    room_px = width_px - EDGE_PX - left - 2 * CARD_PADDING_PX[0]
    return max(min(list_place(width_px, LIST_WIDTH, 0.0).width_px, room_px), NARROWEST_PX)


def _captures(state: ViewState) -> tuple[CaptureKey, ...]:
    """What several nets show, each once; nothing of a single one."""
    if len(state.nets) < 2:
        return ()
    return tuple(dict.fromkeys(key for net in state.nets for key in (net.capture, net.toward) if key is not None))


def _at_rest(state: ViewState) -> ViewState:
    """The state without what comes and goes: names are written once for a whole scene."""
    return replace(state, nets=tuple(replace(net, front=None, opacity=1.0, emphasis=None) for net in state.nets))


def _of_scene(hud: Hud, state: ViewState, aspect: float, box: Box | None = None) -> Standing | None:
    return standing(hud, state, aspect, state.camera.target, box) if hud.words else None


def _name_board(label: Label, state: ViewState, aspect: float, centre: Array) -> Solid | None:
    hud = Hud(words=tuple(_cut(line) for line in label.lines))
    box = hud_box(hud)
    if box is None:
        return None
    solid, middle = card_at(hud, grown(box, NAME_PADDING_PX), state, aspect, centre)
    return turned(solid, state.camera.azimuth_deg, plain_point(middle - centre))


def _cut(line: Words) -> Words:
    return replace(line, text=fitted(line.text, LONGEST_PX, line.size_px, line.bold))
