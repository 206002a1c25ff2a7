"""Where the answers stand on the picture: right of their net, beside its last plate, none over another. Pure."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from scenes.gltf.boards_chart import chart_box
from viewer.camera import project
from viewer.labels import box_of, net_labels
from viewer.placement import world_of
from viewer.scopes import Scales
from viewer.state import REFERENCE_HEIGHT_PX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.labels import Box
    from viewer.layout import Layout, Plate
    from viewer.state import ViewState

BESIDE_PX, APART_PX, EDGE_PX = 20.0, 12.0, 8.0
CHART_PX = 16.0
"""How far the card of a chart reaches beyond it."""


def last_plate(layout: Layout) -> Plate:
    """The plate that an answer stands beside: the last one, of several the classes."""
    return max(layout.plates, key=lambda plate: (plate.station, plate.form.kind == "classes"))


@lru_cache(maxsize=8)
def left_beside(layout: Layout, state: ViewState, aspect: float) -> float:
    """Where boards begin, in reference pixels from the left: right of everything that belongs to a net, and of charts
    under it.
    """
    chart = chart_box(state, aspect)
    return max(*_rights_px(layout, state, aspect), chart[2] + CHART_PX if chart else 0.0) + BESIDE_PX


def tops_beside(
    layout: Layout, state: ViewState, left: float, heights: Sequence[float], aspect: float, keep_off: Sequence[Box] = ()
) -> list[float]:
    """Tops in reference pixels of a board for each net, of these heights; one of no height takes no room.

    Each is as high as its net's last plate is, moved up or down by no more than keeps the boards apart, on the picture
    and over those boxes of `keep_off` that reach to the right of `left`.
    """
    bottom = min((box[1] - EDGE_PX for box in keep_off if box[2] > left), default=REFERENCE_HEIGHT_PX - EDGE_PX)
    centres = [world_of(net, layout, [last_plate(layout).centre])[0] for net in state.nets]
    middles = [float(y) for y in project(state.camera, centres, aspect)[:, 1]]
    return _stacked(middles, heights, bottom)


def _stacked(middles: Sequence[float], heights: Sequence[float], bottom: float) -> list[float]:
    """Tops of boards whose middles should be at `middles`, apart from each other and above `bottom`."""
    order = sorted(range(len(middles)), key=lambda i: middles[i])
    tops = [max(middles[i] - heights[i] / 2, EDGE_PX) for i in range(len(middles))]
    for above, here in pairwise(order):
        tops[here] = max(tops[here], tops[above] + heights[above] + APART_PX)
    for here in reversed(order):
        tops[here] = max(min(tops[here], bottom - heights[here]), EDGE_PX)
        bottom = tops[here] - APART_PX
    return tops


def _rights_px(layout: Layout, state: ViewState, aspect: float) -> list[float]:
    """How far to the right the panels and labels of each net reach on the picture."""
    every = net_labels(layout, state, aspect, Scales((1.0,) * len(layout.plates)))
    rights = []
    for net, labels in zip(state.nets, every, strict=True):
        panels = project(state.camera, world_of(net, layout, layout.corners()), aspect)
        words = [box_of(line)[2] for label in labels for line in label.lines]
        rights.append(max(float(panels[:, 0].max()), *words, 0.0))
    return rights
