"""A small GLB made by hand as the page expects it, by none of the code that writes real ones."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pygltflib as gl

RED, GREEN = (1.0, 0.0, 0.0, 1.0), (0.2, 0.5, 0.05, 1.0)
"""In linear light, as factors of glTF are."""
HOSTILE = "</script><img src=x onerror=alert(1)>"


@dataclass
class HandGlb:
    """Nets of plates in a row, each red in the first half of the story and green in the second."""

    layers: tuple[str, ...] = ("picture", "conv_1", "dense", "output")
    nets: tuple[str, ...] = ("net",)
    theme: str = "dark"
    duration_secs: float = 2.0
    loops: bool = True
    title: str = "A small net"
    extras: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gltf = gl.GLTF2(
            asset=gl.Asset(version="2.0"), scene=0, scenes=[gl.Scene(nodes=[0])], buffers=[gl.Buffer()],
            extensionsUsed=["KHR_materials_unlit"],
        )  # fmt: skip
        self.blob = b""

    def content(self) -> bytes:
        """The bytes of the file."""
        self.times = self._accessor(np.array([0.0, self.duration_secs / 2], np.float32), gl.SCALAR, with_range=True)
        self.quad = self._accessor(_quad(), gl.VEC3, with_range=True, target=gl.ARRAY_BUFFER)
        self.corners = self._accessor(
            np.array([0, 1, 2, 0, 2, 3, 0, 2, 1, 0, 3, 2], np.uint16), gl.SCALAR, target=34963
        )
        self.panel = self._mesh((0.05, 0.08, 0.15, 1.0))
        self.faces = {"red": self._mesh(RED), "green": self._mesh(GREEN)}
        self.channels: list[tuple[int, bool]] = []
        self.gltf.nodes.append(gl.Node(name="kerascope", extras=self._root_extras(), children=[]))
        for number, name in enumerate(self.nets):
            self.gltf.nodes[0].children.append(self._net(number, name))
        self.gltf.nodes[0].children.append(self._camera())
        self.gltf.animations.append(self._animation())
        self.gltf.buffers[0].byteLength = len(self.blob)
        self.gltf.set_binary_blob(self.blob)
        return b"".join(self.gltf.save_to_bytes())

    def _root_extras(self) -> dict[str, Any]:
        half = self.duration_secs / 2
        captions = [
            {"from_secs": 0.0, "to_secs": half, "title": self.title, "subtitle": "all is red", "caption": "It begins."},
            {"from_secs": half, "to_secs": half * 2, "title": self.title, "subtitle": "all is green", "caption": ""},
        ]
        legend = {"name": "activation", "ends": ["\u22121", "0", "+1"], "stops": ["#3f8cff", "#000000", "#f2a93b"]}
        said = {
            "kerascope": 1, "model": self.title, "scene": "flow", "theme": self.theme, "loops": self.loops,
            "duration_secs": self.duration_secs, "background": ["#15233f", "#04070f"], "captions": captions,
            "markers": [{"at_secs": 0.0, "name": "red"}, {"at_secs": half, "name": "green"}], "legend": legend,
        }  # fmt: skip
        return {**said, **self.extras}

    def _net(self, number: int, name: str) -> int:
        half = self.duration_secs / 2
        states = [
            {"name": "first", "from_secs": [0.0], "input": "digit 3", "predictions": _predictions("three", "five")},
            {"name": "second", "from_secs": [half], "input": "digit 5", "predictions": _predictions("five", "three")},
        ]
        prefix = f"{name}/" if len(self.nets) > 1 else ""
        children = [self._plate(prefix, layer, place) for place, layer in enumerate(self.layers)]
        place = [0.0, -2.5 * number, 0.0]
        node = gl.Node(name=name, translation=place, children=children, extras={"net": number, "states": states})
        return self._add(node)

    def _plate(self, prefix: str, layer: str, place: int) -> int:
        extras = {
            "layer": layer, "kind": "conv", "class_name": "Conv2D", "shape": [28, 28, 8], "input_shapes": [[28, 28, 1]],
            "weights": {"kernel": [3, 3, 1, 8], "bias": [8]}, "parameters": 80 + place, "value": "pre-activation",
            "activation": "linear", "scale": 1.25, "station": place,
        }  # fmt: skip
        name = prefix + layer
        children = [
            self._add(gl.Node(name=f"{name} panel", mesh=self.panel, translation=[0.02, 0, 0], scale=[1, 1.1, 1.1]))
        ]
        for colour, starts_shown in (("red", True), ("green", False)):
            state = gl.Node(name=f"{name} @ {colour}", mesh=self.faces[colour], scale=[float(starts_shown)] * 3)
            children.append(self._add(state))
            self.channels.append((children[-1], starts_shown))
        board = gl.Node(name=f"{name} name", mesh=self.panel, translation=[0, 0.8, 0], scale=[1, 0.2, 0.6])
        board.extras = {"faces": True}
        children.append(self._add(board))
        node = gl.Node(name=name, translation=[1.5 * place - 2.0, 0.0, 0.0], children=children, extras=extras)
        return self._add(node)

    def _camera(self) -> int:
        self.gltf.cameras.append(gl.Camera(type="perspective", perspective=gl.Perspective(yfov=0.3, znear=1, zfar=99)))
        turn = np.radians(-52.0) / 2
        node = gl.Node(name="camera", camera=0, translation=[-16.0, 0.0, 12.0])
        node.rotation = [0.0, float(np.sin(turn)), 0.0, float(np.cos(turn))]
        return self._add(node)

    def _animation(self) -> gl.Animation:
        flips = {}
        for starts_shown in (True, False):
            values = np.repeat([[float(starts_shown)], [float(not starts_shown)]], 3, axis=1).astype(np.float32)
            flips[starts_shown] = self._accessor(values, gl.VEC3)
        samplers = [
            gl.AnimationSampler(input=self.times, output=flips[kind], interpolation="STEP") for kind in (True, False)
        ]
        channels = [
            gl.AnimationChannel(
                sampler=0 if starts_shown else 1, target=gl.AnimationChannelTarget(node=node, path="scale")
            )
            for node, starts_shown in self.channels
        ]
        return gl.Animation(name="story", samplers=samplers, channels=channels)

    def _mesh(self, colour: tuple[float, ...]) -> int:
        material = gl.Material(
            pbrMetallicRoughness=gl.PbrMetallicRoughness(baseColorFactor=list(colour)),
            extensions={"KHR_materials_unlit": {}},
        )
        self.gltf.materials.append(material)
        shape = gl.Primitive(
            attributes=gl.Attributes(POSITION=self.quad), indices=self.corners, material=len(self.gltf.materials) - 1
        )
        self.gltf.meshes.append(gl.Mesh(primitives=[shape]))
        return len(self.gltf.meshes) - 1

    def _accessor(self, values: np.ndarray, kind: str, *, with_range: bool = False, target: int | None = None) -> int:
        data = values.tobytes()
        view = gl.BufferView(buffer=0, byteOffset=len(self.blob), byteLength=len(data), target=target)
        self.blob += data + b"\0" * (-len(data) % 4)
        self.gltf.bufferViews.append(view)
        flat = values.reshape(len(values), -1)
        found = gl.Accessor(
            bufferView=len(self.gltf.bufferViews) - 1, count=len(values), type=kind,
            componentType={"float32": gl.FLOAT, "uint16": gl.UNSIGNED_SHORT}[values.dtype.name],
        )  # fmt: skip
        if with_range:
            found.min, found.max = flat.min(axis=0).tolist(), flat.max(axis=0).tolist()
        self.gltf.accessors.append(found)
        return len(self.gltf.accessors) - 1

    def _add(self, node: gl.Node) -> int:
        self.gltf.nodes.append(node)
        return len(self.gltf.nodes) - 1


def _quad() -> np.ndarray:
    return np.array([[0, -0.5, -0.5], [0, -0.5, 0.5], [0, 0.5, 0.5], [0, 0.5, -0.5]], np.float32)


def _predictions(first: str, second: str) -> list[dict[str, Any]]:
    return [{"name": first, "share": 0.9}, {"name": second, "share": 0.0999}, {"name": "seven", "share": 0.0001}]


def document_of(glb: bytes) -> dict[str, Any]:
    """The JSON in a GLB."""
    length = int.from_bytes(glb[12:16], "little")
    found: dict[str, Any] = json.loads(glb[20 : 20 + length])
    return found
