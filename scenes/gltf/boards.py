"""The words of a scene as boards in its world: names and sizes at the plates. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scenes.panels.heading import fitted
from viewer.labels import net_labels
from viewer.placement import world_of
from viewer.solids.boards import board, turned
from viewer.solids.boards_place import hud_box, on_screen_at, shifted, unit_per_px
from viewer.state import Hud, Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from viewer.labels import Label
    from viewer.layout import Layout
    from viewer.scopes import Scales
    from viewer.solids.solid import Solid
    from viewer.state import NetView, ViewState

WIDE = 16 / 9
PADDING_PX = (3.5, 1.8)
"""Half of the room that labels leave to each other: their cards never meet."""
LONGEST_PX = 420.0

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
    labels = net_labels(layout, state, aspect, scales)[state.nets.index(net)]
    centres = world_of(net, layout, [plate.centre for plate in layout.plates])
    found: NameBoards = {}
    for label in labels:
        above, below = found.get(label.plate, (None, None))
        made = _name_board(label, state, aspect, centres[label.plate])
        found[label.plate] = (made, below) if label.is_above else (above, made)
    return found


def _name_board(label: Label, state: ViewState, aspect: float, centre: NDArray[np.float64]) -> Solid | None:
    hud = Hud(words=tuple(_cut(line) for line in label.lines))
    box = hud_box(hud)
    if box is None:
        return None
    across, down = PADDING_PX
    left, top, right, bottom = box[0] - across, box[1] - down, box[2] + across, box[3] + down
    middle = on_screen_at(state.camera, ((left + right) / 2, (top + bottom) / 2), aspect, centre)
    drawn = board(
        shifted(hud, (-left, -top)),
        state.theme,
        (right - left, bottom - top),
        unit_per_px(state.camera, middle),
        card=True,
    )
    return turned(drawn, state.camera.azimuth_deg, tuple((middle - centre).tolist()))


def _cut(line: Words) -> Words:
    return replace(line, text=fitted(line.text, LONGEST_PX, line.size_px, line.bold))
