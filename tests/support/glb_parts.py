"""Takes a GLB apart by the words of glTF 2.0 alone, and puts it together again: standard library and numpy only."""

from __future__ import annotations

import copy
import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Node = dict[str, Any]

MAGIC, JSON_CHUNK, BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass(frozen=True)
class Parts:
    """The JSON of a GLB and its binary chunk."""

    json: dict[str, Any]
    binary: bytes

    def array(self, accessor: int) -> Array:
        """The numbers of an accessor, (count, width), as they are stored."""
        about = self.json["accessors"][accessor]
        view = self.json["bufferViews"][about["bufferView"]]
        kind, width = np.dtype(COMPONENTS[about["componentType"]]), WIDTHS[about["type"]]
        start = view.get("byteOffset", 0) + about.get("byteOffset", 0)
        stride = view.get("byteStride", kind.itemsize * width)
        return np.ndarray((about["count"], width), kind, self.binary, start, (stride, kind.itemsize))

    def view(self, index: int) -> bytes:
        """The bytes of a buffer view."""
        view = self.json["bufferViews"][index]
        start = view.get("byteOffset", 0)
        return self.binary[start : start + view["byteLength"]]

    def picture(self, primitive: Node) -> bytes | None:
        """The file of the picture that a primitive is painted with."""
        material = self.json["materials"][primitive["material"]]
        texture = material.get("pbrMetallicRoughness", {}).get("baseColorTexture")
        if texture is None:
            return None
        return self.view(self.json["images"][self.json["textures"][texture["index"]]["source"]]["bufferView"])

    def paths(self) -> Iterator[tuple[str, Node]]:
        """Every node of the scene with the names that lead to it, joined by `/`, its parents before it."""
        left = [("", root) for root in reversed(self.json["scenes"][self.json.get("scene", 0)]["nodes"])]
        while left:
            before, index = left.pop()
            node = self.json["nodes"][index]
            path = f"{before}/{node.get('name', '')}".removeprefix("/")
            yield path, node
            left += [(path, child) for child in reversed(node.get("children", ()))]

    def named(self, name: str) -> Node:
        """The only node of this name."""
        (node,) = [node for node in self.json["nodes"] if node.get("name") == name]
        return node

    def changed(self, change: Callable[[dict[str, Any]], None]) -> bytes:
        """The file with a change to its JSON."""
        tree = copy.deepcopy(self.json)
        change(tree)
        return packed(Parts(tree, self.binary))


def unpacked(content: bytes) -> Parts:
    """The parts of a GLB."""
    magic, version, length = struct.unpack_from("<3I", content)
    assert (magic, version, length) == (MAGIC, 2, len(content))
    size, kind = struct.unpack_from("<2I", content, 12)
    assert kind == JSON_CHUNK
    start = 20 + size
    binary_size, kind = struct.unpack_from("<2I", content, start)
    assert kind == BINARY_CHUNK
    assert start + 8 + binary_size == length
    return Parts(json.loads(content[20:start]), content[start + 8 :])


def packed(parts: Parts) -> bytes:
    """A GLB of these parts."""
    text = json.dumps(parts.json).encode()
    text += b" " * (-len(text) % 4)
    binary = parts.binary + b"\0" * (-len(parts.binary) % 4)
    chunks = struct.pack("<2I", len(text), JSON_CHUNK) + text + struct.pack("<2I", len(binary), BINARY_CHUNK) + binary
    return struct.pack("<3I", MAGIC, 2, 12 + len(chunks)) + chunks
