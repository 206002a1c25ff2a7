"""All lines that a person puts over a state: the pinned place with its cone, the pinned edge, and what is ill. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.inspect.health import health_of
from viewer.inspect.ray import facing_of
from viewer.inspect.recent import Recent
from viewer.inspect.wires import cone_wires, edge_wires, health_wires, place_wires

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.state import NetView, ViewState, Wire
    from viewer.study import Study

MOST_KEPT = 32


def marks_of(state: ViewState, study: Study, layout: Layout, bundle: Bundle) -> tuple[Wire, ...]:
    """The wires for every net of a state as it is drawn, its camera included; the same object while nothing of that
    changes. A net of differences has only the frame.
    """
    if study.pinned is None and study.pinned_edge is None and not study.health:
        return ()
    facing = facing_of(state.camera)
    nets = tuple(
        (net.spread, net.offset, net.fans, net.quantity, net.capture.checkpoint_id if study.health else "")
        for net in state.nets
    )
    kept = _KEPT.of(layout)
    key = study.pinned, study.pinned_edge, study.cone, study.health, facing, nets
    if key not in kept:
        while len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept)))
        kept[key] = tuple(wire for net in state.nets for wire in _of_net(net, study, layout, bundle, facing))
    return kept[key]


def _no_marks(_: Layout) -> dict[object, tuple[Wire, ...]]:
    return {}


_KEPT = Recent(_no_marks)


def _of_net(net: NetView, study: Study, layout: Layout, bundle: Bundle, facing: float) -> list[Wire]:
    wires: list[Wire] = []
    is_difference = net.quantity == "difference"
    if study.health and not is_difference:
        wires += health_wires(layout, net, health_of(bundle, net.capture.checkpoint_id), facing)
    if study.pinned_edge is not None:
        wires += edge_wires(layout, net, study.pinned_edge, facing)
    if study.pinned is not None:
        if study.cone and not is_difference:
            wires += cone_wires(layout, net, bundle, study.pinned, facing)
        wires += place_wires(layout, net, study.pinned, facing)
    return wires
