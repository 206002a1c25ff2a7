"""A scene's state as a person has set it: the study laid over it, and the camera as the hand has moved it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.backing import backed
from viewer.inspect.marks import marks_of
from viewer.state import Edges
from viewer.study import Study

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.cloud import Cloud
    from viewer.layout import Layout
    from viewer.state import CaptureKey, Mute, NetView, ViewState

FAINT = 0.12
"""Emphasis of what is not isolated."""


def dressed(state: ViewState, study: Study, layout: Layout) -> ViewState:
    """`state` with everything that `study` sets; the same state where it sets nothing."""
    if study == Study():
        return state
    return replace(
        state,
        nets=tuple(_net(net, study, layout) for net in state.nets),
        sculptures=tuple(replace(each, opacity=each.opacity * study.opacity) for each in state.sculptures),
        scope=study.scope,
        clip_percentile=study.clip_percentile,
        colours=study.colours,
        hud=backed(state.hud) if study.spread > 1 else state.hud,
        clouds=tuple(_coloured(cloud, study) for cloud in state.clouds),
    )


def marked(state: ViewState, study: Study, layout: Layout, bundle: Bundle) -> ViewState:
    """`state` with what is pinned, its cone, and what is ill; the same state where there is none of it.

    The last thing that is done to a state: lines follow the camera's side, and fans and spread of the nets.
    """
    wires = marks_of(state, study, layout, bundle)
    return replace(state, wires=state.wires + wires if state.wires else wires) if wires else state


def _coloured(cloud: Cloud, study: Study) -> Cloud:
    return cloud if study.colour_by is None else replace(cloud, colour_by=study.colour_by, colour_to=None)


def _net(net: NetView, study: Study, layout: Layout) -> NetView:
    return replace(
        net,
        capture=_muted(net.capture, study.muted),
        toward=None if net.toward is None else _muted(net.toward, study.muted),
        opacity=net.opacity * study.opacity,
        edge_alpha=net.edge_alpha * study.edge_alpha,
        spread=net.spread * study.spread,
        edges=Edges(study.edge_mode, study.edge_count),
        emphasis=_emphasis(study, layout, net.emphasis),
    )


def _muted(key: CaptureKey, muted: tuple[Mute, ...]) -> CaptureKey:
    return replace(key, mutes=muted) if muted else key


def _emphasis(study: Study, layout: Layout, own: tuple[float, ...] | None) -> tuple[float, ...] | None:
    """That of a scene, weaker where layers are isolated and a plate is none of them: what a scene has put away stays
    away.
    """
    if not study.isolated:
        return own
    parts = (1.0 if plate.layer in study.isolated else FAINT for plate in layout.plates)
    return tuple(one * two for one, two in zip(parts, own or (1.0,) * len(layout.plates), strict=True))
