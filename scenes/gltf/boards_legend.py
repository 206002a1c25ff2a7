"""The rows of a scene's display that say what its colours mean, and its title. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.legends import SIZE_PX, TOP_PX
from viewer.state import Hud
from viewer.typeset import ASCENT
from viewer.wording import filled_hud

if TYPE_CHECKING:
    from viewer.state import ViewState

FROM_PX = TOP_PX - SIZE_PX * ASCENT - 1e-6
"""Legends are the lowest rows of a picture: nothing else of a display begins down here but its caption."""


def legend_hud(state: ViewState) -> Hud:
    """The colour strips, marks and words of the legends of a frame, where they lie; without words where it has none."""
    hud = filled_hud(state.hud, state.scope, state.clip_percentile)
    return Hud(
        tuple(bar for bar in hud.bars if bar.box_px[1] >= FROM_PX and bar.role != "ground"),
        tuple(ramp for ramp in hud.ramps if ramp.box_px[1] >= FROM_PX),
        (),
        tuple(line for line in hud.words if line.part is None and line.at_px[1] - ASCENT * line.size_px >= FROM_PX),
    )


def has_bars(state: ViewState) -> bool:
    """Whether a frame shows bars over its legends, as lists of answers have them. What turns the net about shows none,
    and a list that stands beside a net would pass before it.
    """
    return any(bar.box_px[1] < FROM_PX and bar.role != "ground" for bar in state.hud.bars)


def title_hud(state: ViewState) -> Hud:
    """The title of a frame, where it lies; empty where it has none."""
    return Hud(words=tuple(line for line in state.hud.words if line.part == "title" and line.text))
