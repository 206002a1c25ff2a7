"""Bundles that were never written: a manifest, and arrays that are made up when they are asked for."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.limits import Limits
from exporter.bundle.schema import (
    Capture,
    Checkpoint,
    Edge,
    Input,
    Layer,
    Manifest,
    Model,
    Output,
    Preprocessing,
    Producer,
    TensorRef,
)

Array = np.ndarray[Any, Any]
Fill = Callable[[str, tuple[int, ...]], Array]

KEY = ("shown", "000")


class PaperBundle(Bundle):
    """A bundle without files. `fill(key, shape)` makes the array of a tensor that is not among `arrays`."""

    def __init__(self, manifest: Manifest, arrays: Mapping[str, Array], fill: Fill) -> None:
        super().__init__(Path("paper.bundle"), manifest, Limits())
        self.arrays, self.fill = dict(arrays), fill

    def load(self, ref: TensorRef) -> Array:
        """The array of a reference."""
        if ref.key not in self.arrays:
            self.arrays[ref.key] = self.fill(ref.key, ref.shape)
        return self.arrays[ref.key]


def noise(key: str, shape: tuple[int, ...]) -> Array:
    """Normal numbers that depend on the tensor's name alone."""
    return np.random.default_rng(zlib.crc32(key.encode())).normal(size=shape).astype(np.float32)


def layer(name: str, kind: str, *shape: int, **more: Any) -> Layer:
    """A layer of one output of this shape."""
    known = {"class_name": kind.title(), "value": "value", **more}
    return Layer(name=name, kind=kind, outputs=(Output(shape=shape, dtype="float32"),), **known)  # type: ignore[arg-type]


def paper_bundle(
    layers: Sequence[Layer],
    edges: Sequence[tuple[str, str]] | None = None,
    *,
    kernels: Mapping[str, tuple[int, ...]] | None = None,
    arrays: Mapping[str, Array] | None = None,
    fill: Fill = noise,
    **changes: Any,
) -> PaperBundle:
    """A bundle with one input at one checkpoint (`KEY`).

    Without `edges` the layers are a chain. `arrays` are outputs by layer name and weights by `<layer>/<variable>`;
    `kernels` are shapes of kernels, by layer name. `changes` replace whole members of the manifest.
    """
    arrays = arrays or {}
    chain = [(one.name, two.name) for one, two in itertools.pairwise(layers)]
    edges = chain if edges is None else edges
    sources = {source for source, _ in edges}
    counts: dict[str, int] = {}
    joined = []
    for source, target in edges:
        joined.append(Edge(source=source, target=target, target_input=counts.get(target, 0)))
        counts[target] = counts.get(target, 0) + 1
    refs = {f"{name}/kernel": shape for name, shape in (kernels or {}).items()}
    refs |= {key: value.shape for key, value in arrays.items() if "/" in key}
    outputs = {one.name: _ref(one.name, tuple(size or 1 for size in one.outputs[0].shape)) for one in layers}
    members: dict[str, Any] = {
        "producer": Producer(name="test", version="0", keras="none", backend="numpy"),
        "model": Model(
            name="paper",
            class_name="Functional",
            inputs=(layers[0].name,),
            outputs=tuple(one.name for one in layers if one.name not in sources),
            parameters=0,
        ),
        "layers": tuple(layers),
        "edges": tuple(joined),
        "checkpoints": (
            Checkpoint(id=KEY[1], label="start", weights={key: _ref(key, shape) for key, shape in refs.items()}),
        ),
        "preprocessing": Preprocessing(),
        "inputs": (Input(id=KEY[0], label="shown"),),
        "captures": (Capture(input=KEY[0], checkpoint=KEY[1], outputs=outputs),),
        **changes,
    }
    return PaperBundle(Manifest(format="kerascope-bundle", version=1, **members), arrays, fill)


def _ref(key: str, shape: tuple[int, ...]) -> TensorRef:
    return TensorRef(file="inputs/000.npz", key=key, shape=shape, dtype="float32")
