"""The line of changes along a net, as a piece for a board. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.drift import flat_of
from viewer.solids.boards_place import hud_box
from viewer.state import Hud

if TYPE_CHECKING:
    from viewer.labels import Box
    from viewer.state import ViewState

ALL = 1.0


def chart_hud(state: ViewState, aspect: float) -> Hud:
    """The charts of a frame where the picture has them; empty where it has none."""
    return flat_of(replace(state, hud=Hud()), aspect)


def chart_box(state: ViewState, aspect: float) -> Box | None:
    """The room of the charts in reference pixels, the same whatever they show: that of the largest changes; `None`
    without a chart.
    """
    most = tuple(
        replace(drift, changes=(*(drift.most_hidden for _ in drift.changes[1:]), max(ALL, drift.changes[-1])))
        for drift in state.drifts
        if drift.changes
    )
    return hud_box(chart_hud(replace(state, drifts=most), aspect))
