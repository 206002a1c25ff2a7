"""The node tree of a scene: nets, plates in them, and a node for each state that steps in and out of sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pygltflib as gltf

from scenes.gltf.about import about_net, about_plate, about_scene
from scenes.gltf.lens import poses_of
from scenes.gltf.names import net_names, plate_names, state_names
from scenes.gltf.nodes import Nodes, plain
from scenes.gltf.pieces import Pieces
from scenes.gltf.signs import add_answers, add_charts, add_legends, add_names, add_title, turn_to_camera
from scenes.gltf.signs_cast import add_cast_signs
from scenes.gltf.statues import CastNodes
from scenes.gltf.tracks import half_way, heights, moves, seen_of, turned
from scenes.muted import answering
from viewer.solids.panels import panel_solids

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporter.bundle import Bundle
    from scenes.gltf.reel import NetReel, Reel, Still
    from scenes.gltf.store import Store
    from viewer.layout import Layout
    from viewer.solids.detail import Detail
    from viewer.solids.solid import Solid
    from viewer.state import Mute

ROOM = 3.0
"""How far around the net, in its own sizes, the camera sees."""


class Tree:
    """Builds the tree of one reel into `store`, for a picture of this aspect."""

    def __init__(self, bundle: Bundle, layout: Layout, reel: Reel, detail: Detail, store: Store, aspect: float) -> None:
        self._layout, self._reel, self._detail, self._aspect = layout, reel, detail, aspect
        self._bundle = answering(bundle, _muted(reel))  # its answers are those that are told
        self._pieces = Pieces(bundle, layout, detail)
        self._panels = panel_solids(layout, reel.first.theme)
        self._nodes = Nodes(store, reel.duration_secs)

    @property
    def n_states(self) -> int:
        """How many states all nets and sculptures have together."""
        nets = sum(len(net.stills) for net in self._reel.nets)
        return nets + sum(len(cast.focuses) for cast in self._reel.casts)

    def build(self, scene: str) -> None:
        """Everything of the scene, from the root on."""
        names = net_names(self._reel)
        root = self._nodes.add("kerascope", None, extras=about_scene(self._bundle, scene, self._reel))
        for index, name in enumerate(names[: len(self._reel.nets)]):
            self._net(root, index, name)
        self._casts(root, names[len(self._reel.nets) :])
        add_legends(self._nodes, root, self._reel, self._pieces, self._aspect)
        add_charts(self._nodes, root, self._bundle, self._reel, self._aspect)
        turn_to_camera(self._nodes, self._reel)
        self._camera(root)
        self._nodes.finish(scene, root)

    def _casts(self, root: int, names: Sequence[str]) -> None:
        """The sculptures, and the words of a scene that has any."""
        reel = self._reel
        casts = [CastNodes(self._nodes, self._bundle, reel, cast, self._detail) for cast in reel.casts]
        for number, (cast, name) in enumerate(zip(casts, names, strict=True)):
            cast.add(root, name, len(reel.nets) + number, self._aspect)
        if casts:
            add_cast_signs(self._nodes, root, reel, casts[0].frames(), self._aspect)
        else:
            add_title(self._nodes, root, reel, self._aspect)

    def _net(self, root: int, index: int, name: str) -> None:
        net, reel = self._reel.nets[index], self._reel
        if not net.stills:
            return
        states = state_names(self._bundle, net)
        node = self._nodes.add(name, root, at=net.offsets[0], extras=about_net(self._bundle, index, net, states))
        keys = moves(net.offsets, reel.times_secs, reel.duration_secs, loops=reel.loops)
        self._nodes.animate(node, "translation", keys)
        self._nodes.step(node, seen_of(net, reel.times_secs))
        names = plate_names(self._layout, name, len(reel.nets))
        scales = self._pieces.scales_of(net.stills[0])
        there = ((i, plate) for i, plate in enumerate(names) if i not in net.absent)
        plates = {i: self._plate(node, i, plate, scales.plates[i]) for i, plate in there}
        for number, (still, state) in enumerate(zip(net.stills, states, strict=True)):
            self._state(net, number, still, state, plates)
        add_names(self._nodes, plates, self._layout, net.stills[0], index, scales, self._aspect)
        if not net.absent:
            add_answers(self._nodes, node, self._bundle, self._layout, reel, index, states, self._aspect)

    def _plate(self, net: int, index: int, name: str, scale: float) -> int:
        plate = self._layout.plates[index]
        node = self._nodes.add(name, net, at=plate.centre, extras=about_plate(self._bundle, plate, scale))
        self._nodes.show(f"{name} panel", node, [self._panels[index]])
        return node

    def _state(self, net: NetReel, number: int, still: Still, state: str, plates: Mapping[int, int]) -> None:
        """The nodes of one state under all plates of a net."""
        for index, solids in self._pieces.cells(still).items():
            if solids and index in plates:
                self._cells(net, number, index, plates[index], solids, state)
        times = self._reel.times_secs
        for index, solid in self._pieces.edges(still).items():
            if index not in plates:
                continue
            node = self._nodes.show(
                f"edges into {self._nodes.name_of(plates[index])} @ {state}", plates[index], [solid]
            )
            lit = half_way(net, self._layout.plates[index].station)
            self._nodes.step(node, seen_of(net, times, number, lit), at_rest=net.spans[0].still == number)

    def _cells(self, net: NetReel, number: int, index: int, plate: int, solids: Sequence[Solid], state: str) -> None:
        reel = self._reel
        node = self._nodes.show(f"{self._nodes.name_of(plate)} @ {state}", plate, solids)
        self._nodes.step(node, seen_of(net, reel.times_secs, number))
        if any(solid.rise is not None for solid in solids):
            station = self._layout.plates[index].station
            keys = heights(net, station, reel.times_secs, reel.duration_secs, loops=reel.loops)
            self._nodes.animate(node, "weights", keys)

    def _camera(self, root: int) -> None:
        reel = self._reel
        poses = poses_of(reel.cameras)
        away = np.linalg.norm(poses.places - np.array([camera.target for camera in reel.cameras]), axis=1)
        room = ROOM * self._layout.extent * max(1, len(reel.nets))
        perspective = gltf.Perspective(
            aspectRatio=self._aspect,
            yfov=poses.yfov_rad,
            znear=float(max(away.min() - room, away.min() * 0.01)),
            zfar=float(away.max() + room),
        )
        self._nodes.store.model.cameras.append(gltf.Camera(perspective=perspective, type="perspective", name="camera"))
        node = self._nodes.add("camera", root, at=poses.places[0], rotation=plain(poses.turns[0]), camera=0)
        times = reel.times_secs, reel.duration_secs
        self._nodes.animate(node, "translation", moves(poses.places, *times, loops=reel.loops))
        self._nodes.animate(node, "rotation", turned(poses.turns, *times, loops=reel.loops))


def _muted(reel: Reel) -> tuple[Mute, ...]:
    """What is switched off, which is the same in a whole scene."""
    return next((still.net.capture.mutes for net in reel.nets for still in net.stills), ())
