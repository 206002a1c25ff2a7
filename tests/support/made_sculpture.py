"""Sculptures that nobody bundled: units drawn to the side of their class, edges bent through one point a class.

What they hold has the form that SPEC.md asks for, and depends on the sizes and the seed alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from exporter.bundle import BundleWriter, read_bundle
from exporter.bundle.schema import Sculpture, UnitLayer

Array = np.ndarray[Any, Any]

LAYER_DISTANCE = 0.4
GATHERED = 0.8
POINTS, NODE_STEPS, EDGE_STEPS = 12, 4, 3


def made_arrays(sizes: Sequence[int], classes: int, *, seed: int = 0, sharpness: float = 3.0, kept: int = 60) -> Any:
    """The tensors of a sculpture by name, for layers of `sizes` units, every unit joined to all of the next layer.

    `sharpness` is how much a unit prefers one class. The history has `kept` edges.
    """
    rng = np.random.default_rng(seed)
    importance = _importance(rng, sizes, classes, sharpness)
    placed = np.concatenate([_grid(count, layer, len(sizes)) for layer, count in enumerate(sizes)])
    anchors = _anchors(classes)
    favourite = importance.argmax(axis=1)
    positions = placed.copy()
    positions[:, :2] += GATHERED * (anchors[favourite] - placed[:, :2])
    edges, strength = _edges(rng, sizes)
    steps = [_step(k, placed, positions, edges, anchors[favourite]) for k in range(1 + NODE_STEPS + EDGE_STEPS)]
    return {
        "placed": placed,
        "positions": positions,
        "importance": importance,
        "edges": edges,
        "strength": strength,
        "weight": (strength * rng.choice([-1, 1], len(strength))).astype(np.float32),
        "starts": np.arange(len(edges) + 1, dtype=np.int64) * POINTS,
        "points": steps[-1].reshape(-1, 3),
        "history": np.stack(steps)[:, :kept].astype(np.float16),
    }


def add_made_sculptures(path: Path, layers: Sequence[tuple[str, int]], sharpness: dict[str, float]) -> Path:
    """`path`, a bundle to which a sculpture was added for each checkpoint that `sharpness` names."""
    bundle = read_bundle(path)
    sizes = [units for _, units in layers]
    with BundleWriter.append(path) as writer:
        added = []
        for number, (checkpoint, sharp) in enumerate(sharpness.items()):
            arrays = made_arrays(sizes, sizes[-1], seed=number, sharpness=sharp)
            refs = writer.write(f"derived/sculpture-{checkpoint}-weight.npz", arrays)
            added.append(made_entry(f"{checkpoint}-weight", checkpoint, layers, refs))
        manifest = bundle.manifest
        writer.commit(structs.replace(manifest, sculptures=(*manifest.sculptures, *added)))
    return path


def made_entry(name: str, checkpoint: str, layers: Sequence[tuple[str, int]], refs: dict[str, Any]) -> Sculpture:
    """The entry in the manifest, with what is measured of a real one."""
    edges = refs["edges"].shape[0]
    return Sculpture(
        id=name,
        checkpoint=checkpoint,
        method="weight",
        layers=tuple(UnitLayer(name=layer, units=units, plane=plane) for plane, (layer, units) in enumerate(layers)),
        options={"sampling_rate": 15.0, "layer_distance": LAYER_DISTANCE, "layer_width": 1.0},
        result={"edges": edges, "possible": 2 * edges, "share": 0.9, "ink": 0.4, "distortion": 1.25},
        tensors=refs,
    )


def _importance(rng: np.random.Generator, sizes: Sequence[int], classes: int, sharpness: float) -> Array:
    layers = []
    for count in sizes[:-1]:
        raw = rng.random((count, classes)) ** sharpness
        layers.append(raw / raw.max())
    return np.concatenate([*layers, np.eye(sizes[-1], classes)]).astype(np.float32)


def _grid(count: int, layer: int, layers: int) -> Array:
    side = int(np.ceil(np.sqrt(count)))
    row, column = np.divmod(np.arange(count), side)
    at = np.stack([column, row], axis=1) / max(side - 1, 1) - (0.5 if side > 1 else 0.0)
    z = (layer - (layers - 1) / 2) * LAYER_DISTANCE
    return np.c_[at, np.full(count, z)].astype(np.float32)


def _anchors(classes: int) -> Array:
    angle = np.arange(classes) / classes * 2 * np.pi
    return 0.45 * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _edges(rng: np.random.Generator, sizes: Sequence[int]) -> tuple[Array, Array]:
    first = np.cumsum([0, *sizes])
    pairs = [
        np.stack(np.meshgrid(first[i] + np.arange(n), first[i + 1] + np.arange(m), indexing="ij"), axis=-1).reshape(
            -1, 2
        )
        for i, (n, m) in enumerate(pairwise(sizes))
    ]
    edges = np.concatenate(pairs).astype(np.int32)
    strength = rng.random(len(edges)).astype(np.float32) ** 2
    order = np.argsort(-strength, kind="stable")
    return edges[order], strength[order]


def _step(step: int, placed: Array, positions: Array, edges: Array, anchors: Array) -> Array:
    """Paths (E, POINTS, 3) float32 after so many iterations: units move first, then edges bend to their class."""
    moved = min(step / NODE_STEPS, 1.0)
    bent = max(step - NODE_STEPS, 0) / EDGE_STEPS
    units = placed + moved * (positions - placed)
    along = np.linspace(0, 1, POINTS, dtype=np.float32)[:, None]
    start, end = units[edges[:, 0], None], units[edges[:, 1], None]
    paths = start * (1 - along) + end * along
    paths[:, :, :2] += bent * 2 * (along * (1 - along)) * (0.6 * anchors[edges[:, 1], None] - paths[:, :, :2])
    paths[:, 0], paths[:, -1] = start[:, 0], end[:, 0]
    return paths.astype(np.float32)
