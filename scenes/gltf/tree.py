"""The node tree of a scene: nets, plates in them, and a node for each state that steps in and out of sight."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pygltflib as gltf

from scenes.gltf.about import about_net, about_plate, about_scene
from scenes.gltf.lens import poses_of
from scenes.gltf.names import net_names, plate_names, state_names
from scenes.gltf.store import Store
from scenes.gltf.tracks import Keys, heights, moves, turned, visibility
from viewer.scopes import colouring_of, scales_of
from viewer.solids.cells import Cells
from viewer.solids.edges import edge_solids
from viewer.solids.panels import panel_solids
from viewer.strands.trace import trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exporter.bundle import Bundle
    from scenes.gltf.reel import NetReel, Reel, Still
    from viewer.layout import Layout
    from viewer.solids.detail import Detail
    from viewer.solids.solid import Solid

UNSEEN = [0.0, 0.0, 0.0]
ROOM = 3.0
"""How far around the net, in its own sizes, the camera sees."""


class Tree:
    """Builds the tree of one reel into `store`; `n_states` counts the states of all nets."""

    def __init__(self, bundle: Bundle, layout: Layout, reel: Reel, detail: Detail, store: Store) -> None:
        self._bundle, self._layout, self._reel, self._detail = bundle, layout, reel, detail
        self.store = store
        self.n_states = 0
        self._animation = gltf.Animation(name="")
        self._scales = scales_of(bundle, layout, colouring_of(reel.first)).plates
        self._panels = panel_solids(layout, reel.first.theme)
        self._cells = cache(lambda frame: Cells(bundle, layout, frame, detail))
        self._strands = cache(self._strands_of)

    def build(self, scene: str) -> None:
        """Everything of the scene, from the root on."""
        names = net_names(self._reel)
        root = self._node("kerascope", extras=about_scene(self._bundle, scene, self._reel))
        children = [self._net(index, name, len(names)) for index, name in enumerate(names)]
        children.append(self._camera())
        self._nodes[root].children = children
        model = self.store.model
        model.scenes.append(gltf.Scene(name=scene, nodes=[root]))
        self._animation.name = scene
        if self._animation.channels:
            model.animations.append(self._animation)

    @property
    def _nodes(self) -> list[Any]:
        nodes: list[Any] = self.store.model.nodes
        return nodes

    def _node(self, name: str, **fields: Any) -> int:
        self._nodes.append(gltf.Node(name=name, **fields))
        return len(self._nodes) - 1

    def _net(self, index: int, name: str, n_nets: int) -> int:
        net, reel = self._reel.nets[index], self._reel
        states = state_names(self._bundle, net)
        extras = about_net(self._bundle, index, net, states)
        node = self._node(name, translation=_plain(net.offsets[0]), extras=extras)
        self._animate(node, "translation", moves(net.offsets, reel.times_secs, reel.duration_secs, loops=reel.loops))
        self._step(node, [(span.from_secs, span.still is not None) for span in net.spans])
        plates = plate_names(self._layout, name, n_nets)
        self._nodes[node].children = [self._plate(i, plate) for i, plate in enumerate(plates)]
        for number, (still, state) in enumerate(zip(net.stills, states, strict=True)):
            self._state(net, number, still, state, self._nodes[node].children)
        self.n_states += len(net.stills)
        return node

    def _plate(self, index: int, name: str) -> int:
        plate = self._layout.plates[index]
        panel = self._node(f"{name} panel", mesh=self.store.mesh([self._panels[index]], f"{name} panel"))
        extras = about_plate(self._bundle, plate, self._scales[index])
        return self._node(name, translation=_plain(plate.centre), children=[panel], extras=extras)

    def _state(self, net: NetReel, number: int, still: Still, state: str, plates: Sequence[int]) -> None:
        """The nodes of one state under all plates of a net."""
        seen = [(span.from_secs, span.still == number) for span in net.spans]
        cells = self._cells(still.frame).solids(still.net)
        for index, solids in cells.items():
            name = f"{self._nodes[plates[index]].name} @ {state}"
            self._shown(net, index, plates[index], name, solids, seen)
        if still.has_edges:
            for index, solid in self._strands(still.net.capture, still.net.edges.mode).items():
                name = f"edges into {self._nodes[plates[index]].name} @ {state}"
                self._shown(net, index, plates[index], name, (solid,), seen)

    def _shown(
        self, net: NetReel, index: int, plate: int, name: str, solids: Sequence[Solid], seen: list[tuple[float, bool]]
    ) -> None:
        if not solids:
            return
        node = self._node(name, mesh=self.store.mesh(solids, name))
        self._nodes[plate].children.append(node)
        self._step(node, seen)
        if any(solid.rise is not None for solid in solids):
            reel, station = self._reel, self._layout.plates[index].station
            keys = heights(net, station, reel.times_secs, reel.duration_secs, loops=reel.loops)
            self._animate(node, "weights", keys)

    def _strands_of(self, key: Any, mode: Any) -> dict[int, Solid]:
        strands = trace(self._bundle, self._layout, key, mode)
        return edge_solids(strands, self._layout, self._reel.first.theme, self._detail)

    def _step(self, node: int, seen: Iterable[tuple[float, bool]]) -> None:
        """Let a node be seen at some times only. The file as it lies shows what is seen at the start."""
        keys = visibility(seen, self._reel.duration_secs)
        if keys is not None:
            self._nodes[node].scale = None if keys.values[0, 0] else UNSEEN
            self._animate(node, "scale", keys)

    def _animate(self, node: int, path: str, keys: Keys | None) -> None:
        if keys is not None:
            target = gltf.AnimationChannelTarget(node=node, path=path)
            sampler = self.store.sampler(self._animation, keys)
            self._animation.channels.append(gltf.AnimationChannel(sampler=sampler, target=target))

    def _camera(self) -> int:
        reel = self._reel
        poses = poses_of(reel.cameras)
        distances = [camera.distance for camera in reel.cameras]
        room = ROOM * self._layout.extent * max(1, len(reel.nets))
        perspective = gltf.Perspective(
            aspectRatio=16 / 9, yfov=poses.yfov_rad, znear=max(min(distances) - room, min(distances) * 0.01),
            zfar=max(distances) + room,
        )  # fmt: skip
        self.store.model.cameras.append(gltf.Camera(perspective=perspective, type="perspective", name="camera"))
        place, turn = _plain(poses.places[0]), _plain(poses.turns[0])
        node = self._node("camera", camera=0, translation=place, rotation=turn)
        if len(poses.places) > 1:
            times = reel.times_secs, reel.duration_secs
            self._animate(node, "translation", moves(poses.places, *times, loops=reel.loops))
            self._animate(node, "rotation", turned(poses.turns, *times, loops=reel.loops))
        return node


def _plain(values: Any) -> list[float]:
    return [float(np.float32(value)) for value in values]
