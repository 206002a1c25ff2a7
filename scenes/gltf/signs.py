"""The boards of a scene as nodes: names and sizes at the plates, answers beside them, legends below."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from scenes.gltf.boards import answer_board, chart_board, curve_board, legend_board, name_boards, title_board
from scenes.gltf.boards_legend import legend_hud
from scenes.gltf.names import state_names
from scenes.gltf.notes import legend_notes
from scenes.gltf.tracks import half_way, seen_of, turned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporter.bundle import Bundle
    from scenes.gltf.nodes import Nodes
    from scenes.gltf.pieces import Pieces
    from scenes.gltf.reel import Reel, Still
    from scenes.gltf.tracks import Keys
    from viewer.layout import Layout
    from viewer.scopes import Scales
    from viewer.solids.solid import Solid
    from viewer.state import CaptureKey, Hud, ViewState

FACES = {"faces": True}


def add_names(
    nodes: Nodes, plates: Mapping[int, int], layout: Layout, still: Still, index: int, scales: Scales, aspect: float
) -> None:
    """A board above and a board under each plate of net number `index`, where the picture has room for them."""
    state = _unlit(still.frame)
    for at, pair in name_boards(layout, state.nets[index], state, scales, aspect=aspect).items():
        if at not in plates:
            continue
        for solid, what in zip(pair, ("name", "size"), strict=True):
            if solid is not None:
                middle, centred = _centred(solid)
                name = f"{nodes.name_of(plates[at])} {what}"
                nodes.show(name, plates[at], [centred], at=middle, extras=FACES)


def add_answers(
    nodes: Nodes, parent: int, bundle: Bundle, layout: Layout, reel: Reel, index: int, states: Sequence[str],
    aspect: float,
) -> None:  # fmt: skip
    """The answer to each still of a net beside its last plate; it is seen when the light has come there."""
    net = reel.nets[index]
    frame = _unlit(net.stills[0].frame)
    lit = half_way(net, max(plate.station for plate in layout.plates))
    among = _compared(reel)
    for number, (still, state) in enumerate(zip(net.stills, states, strict=True)):
        standing = answer_board(bundle, layout, still.net, frame, index=index, among=among, aspect=aspect)
        if standing is not None:
            extras = {"answers": True, **FACES, "says": list(standing.says)}
            before = f"{nodes.name_of(parent)} " if len(reel.nets) > 1 else ""
            node = nodes.show(f"{before}answer @ {state}", parent, [standing.solid], at=standing.at, extras=extras)
            seen = seen_of(net, reel.times_secs, number, lit)
            nodes.step(node, seen, at_rest=net.spans[0].still == number)


def add_legends(nodes: Nodes, root: int, reel: Reel, pieces: Pieces, aspect: float) -> None:
    """What the colours mean; where what it says of the edges changes, a board for each."""
    net = next((net for net in reel.nets if net.stills), None)
    if net is None:
        return
    frames: dict[Hud, tuple[ViewState, list[int]]] = {}
    for number, still in enumerate(net.stills):
        frame = pieces.retold(still)
        frames.setdefault(legend_hud(frame), (frame, []))[1].append(number)
    for which, (frame, numbers) in enumerate(frames.values()):
        standing = legend_board(frame, aspect=aspect)
        if standing is None:
            continue
        extras: dict[str, Any] = {"legend_board": True, **FACES, "says": list(standing.says)}
        extras["notes"] = legend_notes(frame)
        name = "legend" if not which else f"legend ({which + 1})"
        node = nodes.show(name, root, [standing.solid], at=standing.at, extras=extras)
        if len(frames) > 1:
            nodes.step(node, [(span.from_secs, span.still in numbers) for span in net.spans])


def add_title(nodes: Nodes, root: int, reel: Reel, aspect: float) -> None:
    """What the scene is called; programs that show no more than the file have no other place for it."""
    standing = title_board(reel.first, aspect=aspect)
    if standing is not None:
        nodes.show("title", root, [standing.solid], at=standing.at, extras={**FACES, "says": list(standing.says)})


def add_charts(nodes: Nodes, root: int, bundle: Bundle, reel: Reel, aspect: float) -> None:
    """The lines of changes, or the learning curve: a board of each for every still of the net that changes most."""
    net = max(reel.nets, key=lambda net: len(net.stills), default=None)
    if net is None:
        return
    for number, (still, state) in enumerate(zip(net.stills, state_names(bundle, net), strict=True)):
        for which, frame in enumerate(_by_chart(still.frame)):
            standing = chart_board(frame, aspect=aspect) or curve_board(bundle, still.net, frame, aspect=aspect)
            if standing is not None:
                extras = {**FACES, "chart": True, "says": list(standing.says)}
                solids = [side for side in (standing.solid, standing.behind) if side is not None]
                name = f"changes ({which + 1}) @ {state}" if which else f"changes @ {state}"
                node = nodes.show(name, root, solids, at=standing.at, extras=extras)
                nodes.step(node, seen_of(net, reel.times_secs, number))


def _by_chart(state: ViewState) -> list[ViewState]:
    """The state with each of its lines of changes alone: one card for several would hide the nets between them."""
    return [replace(state, drifts=(drift,)) for drift in state.drifts] or [state]


def _compared(reel: Reel) -> tuple[CaptureKey, ...]:
    """Of several nets the captures that are shown at the start and last of all: all lists have their classes."""
    if len(reel.nets) == 1:
        return ()
    ends = [still for net in reel.nets for still in (net.stills[:1] + net.stills[-1:])]
    return tuple(dict.fromkeys(still.net.capture for still in ends))


def _unlit(state: ViewState) -> ViewState:
    """A state in which the light has reached no plate in particular: none of the names is bold."""
    return replace(state, nets=tuple(replace(net, front=None) for net in state.nets))


def _centred(solid: Solid) -> tuple[Any, Solid]:
    """The middle (3,) of a solid, and the solid moved there: what turns to the viewer turns about its own middle."""
    middle = (solid.points.min(axis=0) + solid.points.max(axis=0)) / 2
    return middle.astype(np.float64), replace(solid, points=solid.points - middle)


def turning(reel: Reel) -> Keys | None:
    """How the camera of a scene goes round, from where it is at the start; `None` where it does not."""
    azimuths = np.radians([camera.azimuth_deg for camera in reel.cameras])
    half = np.unwrap(azimuths - azimuths[0]) / 2
    turns = np.stack([np.zeros_like(half), -np.sin(half), np.zeros_like(half), np.cos(half)], axis=1)
    return turned(turns, reel.times_secs, reel.duration_secs, loops=reel.loops) if len(half) > 1 else None


def turn_to_camera(nodes: Nodes, reel: Reel) -> None:
    """Where the camera of a scene goes round, words turn with it: they are read from every side."""
    keys = turning(reel)
    for index, node in enumerate(nodes.store.model.nodes):
        if node.extras.get("faces") and not (node.extras.get("chart") or node.extras.get("orbits")):
            nodes.animate(index, "rotation", keys)
