"""What the programs that cannot run here take of a GLB, as rules. Each rule gives a line for every breach.

Facts, looked up in 2026, in our own words:

- glTF 2.0, 3.7.2.2 and 5.24: an importer need not take more than eight morphed attributes of a mesh.
- glTFast (Unity-Technologies/com.unity.cloud.gltfast, Documentation~/features.md): PNG and JPEG, KHR_materials_unlit,
  vertex colours, morph targets and two sets of texture coordinates are imported; sparse accessors only of some kinds;
  WebP and KHR_animation_pointer are not.
- glTFast and UnityGLTF bind animation to the names on the way to a node, joined by `/` (glTFast, AnimationUtils.cs;
  KhronosGroup/UnityGLTF, pull request 43), so where a name is missing or is a sibling's too the wrong one moves.
- KhronosGroup/glTF, issue 1314 and pull request 2059: what is hidden is scaled to zero on all three axes, by STEP.
- Microsoft's 3D content guidelines for Office: a GLB holds everything; meshes, vertex colours, pictures and animation
  are taken. Extensions are not named there, so none may be required.
- Graphics cards of phones and of Unity's smallest targets guarantee pictures of 4096 pixels a side.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from glb_parts import Parts
from PIL import Image

Rule = Callable[[Parts], Iterator[str]]

EXTENSIONS = {"KHR_materials_unlit"}
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG"}
ATTRIBUTES = {"POSITION", "NORMAL", "TEXCOORD_0", "TEXCOORD_1", "COLOR_0"}
SHORT, WHOLE, FLOAT = 5123, 5125, 5126
MOST_TARGETS, MOST_PX = 8, 4096
MOVES = {"translation", "rotation", "scale", "weights"}
TRIANGLES = 4


def primitives(parts: Parts) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each primitive with the name of its mesh."""
    for mesh in parts.json.get("meshes", ()):
        for primitive in mesh["primitives"]:
            yield mesh.get("name", ""), primitive


def extensions(parts: Parts) -> Iterator[str]:
    """None is required, and none is used but that for surfaces without light."""
    yield from (f"requires {name}" for name in parts.json.get("extensionsRequired", ()))
    yield from (f"uses {name}" for name in parts.json.get("extensionsUsed", ()) if name not in EXTENSIONS)


def whole(parts: Parts) -> Iterator[str]:
    """Everything is in the file."""
    for kind in ("buffers", "images"):
        yield from (f"{kind} outside: {each['uri'][:40]}" for each in parts.json.get(kind, ()) if "uri" in each)
    if len(parts.json.get("scenes", ())) != 1 or len(parts.json.get("buffers", ())) != 1:
        yield "not one scene and one buffer"


def pictures(parts: Parts) -> Iterator[str]:
    """PNG or JPEG, as said, and of a size that every graphics card takes."""
    for image in parts.json.get("images", ()):
        name = image.get("name", "")
        with Image.open(io.BytesIO(parts.view(image["bufferView"]))) as picture:
            if PICTURES.get(image["mimeType"]) != picture.format:
                yield f"{name}: {picture.format} said to be {image['mimeType']}"
            if max(picture.size) > MOST_PX:
                yield f"{name}: {picture.size} pixels"


def numbers(parts: Parts) -> Iterator[str]:
    """No sparse accessors; triangles with indices of 16 or 32 bits; only what every importer knows of a point."""
    yield from ("a sparse accessor" for each in parts.json.get("accessors", ()) if "sparse" in each)
    for name, primitive in primitives(parts):
        if primitive.get("mode", TRIANGLES) != TRIANGLES:
            yield f"{name}: not triangles"
        if "indices" not in primitive or parts.json["accessors"][primitive["indices"]]["componentType"] not in (
            SHORT,
            WHOLE,
        ):
            yield f"{name}: indices"
        yield from (f"{name}: {each}" for each in set(primitive["attributes"]) - ATTRIBUTES)
        if parts.json["accessors"][primitive["attributes"]["POSITION"]]["componentType"] != FLOAT:
            yield f"{name}: points that are no floats"


def morphs(parts: Parts) -> Iterator[str]:
    """At most eight targets, of points alone, the same number in all of a mesh."""
    for mesh in parts.json.get("meshes", ()):
        counts = {len(primitive.get("targets", ())) for primitive in mesh["primitives"]}
        if len(counts) != 1 or max(counts) > MOST_TARGETS:
            yield f"{mesh.get('name')}: {sorted(counts)} targets"
        kinds = {kind for primitive in mesh["primitives"] for each in primitive.get("targets", ()) for kind in each}
        yield from (f"{mesh.get('name')}: morphs {kind}" for kind in kinds - {"POSITION"})


def animation(parts: Parts) -> Iterator[str]:
    """One animation at most, of nodes and weights, whose times grow from 0."""
    found = parts.json.get("animations", ())
    if len(found) > 1:
        yield f"{len(found)} animations"
    for each in found:
        moved = Counter((c["target"].get("node"), c["target"]["path"]) for c in each["channels"])
        yield from (f"{path} of node {node} moves {n} times" for (node, path), n in moved.items() if n > 1)
        yield from (f"moves {path}" for _, path in moved if path not in MOVES)
        for sampler in each["samplers"]:
            times = parts.array(sampler["input"])[:, 0]
            if times[0] < 0 or (np.diff(times) <= 0).any():
                yield "times that do not grow"


def visibility(parts: Parts) -> Iterator[str]:
    """Scale is used to show and hide: all of it or nothing, at once."""
    for each in parts.json.get("animations", ()):
        for channel in each["channels"]:
            sampler = each["samplers"][channel["sampler"]]
            if channel["target"]["path"] != "scale":
                continue
            scales = parts.array(sampler["output"])
            if sampler.get("interpolation") != "STEP" or not ((scales == 0).all(1) | (scales == 1).all(1)).all():
                yield f"node {channel['target']['node']} grows"


def names(parts: Parts) -> Iterator[str]:
    """Every node has a name, and the names that lead to it lead to no other."""
    paths = Counter(path for path, _ in parts.paths())
    yield from (f"{path!r} comes {count} times" for path, count in paths.items() if count > 1)
    yield from ("a node without a name" for _, node in parts.paths() if not node.get("name"))


def joints(parts: Parts) -> Iterator[str]:
    """No skins: then no importer's limit of joints a point matters."""
    yield from ("a skin" for _ in parts.json.get("skins", ()))


RULES: tuple[Rule, ...] = (
    extensions, whole, pictures, numbers, morphs, animation, visibility, names, joints,
)  # fmt: skip


def breaches(content: Parts) -> list[str]:
    """A line for every breach of every rule."""
    return [f"{rule.__name__}: {line}" for rule in RULES for line in rule(content)]
