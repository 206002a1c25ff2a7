"""Charts of a scene as pieces for boards: the line of changes along a net, and the learning curve. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.classes import list_place
from scenes.panels.curve import learning_curve
from viewer.camera import forward_of
from viewer.drift import flat_of
from viewer.solids.boards_place import hud_box
from viewer.state import REFERENCE_HEIGHT_PX, Hud

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.labels import Box
    from viewer.state import NetView, ViewState

ALL = 1.0
ALONG = 0.2
"""A camera that looks more along the spine than this (sine) sees a chart along it too narrow to read."""
LIST_WIDTH, CURVE_TOP_PX, CURVE_HEIGHT_PX = 0.19, 800.0, 140.0


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


def chart_place(state: ViewState) -> tuple[float, float, float] | None:
    """The middle (3,) of the places that a chart stands under; `None` where there is none, or where the camera looks
    along the spine.
    """
    places = [place for drift in state.drifts if drift.changes for place in drift.places]
    if not places or abs(forward_of(state.camera)[2]) < ALONG:
        return None
    x, y, z = np.mean(places, axis=0).tolist()
    return x, y, z


def has_curve(state: ViewState) -> bool:
    """Whether the display of a frame has a learning curve: a single net beside which something is drawn in lines."""
    return len(state.nets) == 1 and bool(state.hud.lines)


def curve_hud(bundle: Bundle, net: NetView, aspect: float) -> Hud:
    """The learning curve with the checkpoint that a net shows marked, where a scene has it; empty where no metric is
    known.
    """
    input_id, at = net.capture.input_id, net.capture.checkpoint_id
    watched = [each for each in bundle.manifest.checkpoints if input_id in bundle.inputs_at(each.id)]
    place = list_place(REFERENCE_HEIGHT_PX * aspect, LIST_WIDTH, CURVE_TOP_PX)
    return learning_curve(watched, float([each.id for each in watched].index(at)), place, CURVE_HEIGHT_PX)
