"""Bundles of dense networks with weights and a sculpture that nobody bundled, for files of nn_vis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from made_sculpture import made_arrays, made_entry
from msgspec import structs
from nn_vis_reader import ReadProcessed

from exporter.bundle import Bundle, BundleWriter, Limits, read_bundle
from exporter.bundle.schema import (
    Checkpoint,
    Derived,
    Edge,
    Layer,
    Manifest,
    Model,
    Output,
    Preprocessing,
    Producer,
    Sculpture,
)


def dense_bundle(
    path: Path, sizes: Sequence[int], *, checkpoints: Sequence[str] = ("000",), weights: bool = True, seed: int = 0
) -> Path:
    """The path of a bundle of a dense network, with a made sculpture a checkpoint, by the method `weight`."""
    rng = np.random.default_rng(seed)
    names = [f"layer_{place}" for place in range(len(sizes))]
    with BundleWriter.create(path) as writer:
        entries, sculptures = [], []
        for number, checkpoint in enumerate(checkpoints):
            kernels = {
                f"{name}/kernel": rng.normal(0, 1, (one, other)).astype(np.float32)
                for name, (one, other) in zip(names[1:], pairwise(sizes), strict=True)
            }
            refs = writer.write(f"weights/{checkpoint}.npz", kernels) if weights else {}
            entries.append(Checkpoint(id=checkpoint, label=f"moment {number}", weights=refs))
            arrays = made_arrays(sizes, sizes[-1], seed=number, kept=10)
            tensors = writer.write(f"derived/sculpture-{checkpoint}.npz", arrays)
            pairs = list(zip(names, sizes, strict=True))
            sculptures.append(made_entry(f"{checkpoint}-weight", checkpoint, pairs, tensors))
        writer.commit(_manifest(names, sizes, tuple(entries), tuple(sculptures)))
    return path


def add_importance(path: Path, checkpoint: str, method: str, units: dict[str, np.ndarray[Any, Any]]) -> Path:
    """The bundle, with an importance of some layers more."""
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(path).manifest
        refs = writer.write(f"derived/importance-{checkpoint}-{method}.npz", units)
        added = tuple(
            Derived(kind="importance", layer=name, checkpoint=checkpoint, tensors={"units": ref}, method=method)
            for name, ref in refs.items()
        )
        writer.commit(structs.replace(manifest, derived=(*manifest.derived, *added)))
    return path


def with_sculpture(bundle: Bundle, **changes: Any) -> Bundle:
    """The opened bundle with other words in the entry of its first sculpture."""
    first, *rest = bundle.manifest.sculptures
    changed: tuple[Sculpture, ...] = (structs.replace(first, **changes), *rest)
    return Bundle(bundle.path, structs.replace(bundle.manifest, sculptures=changed), Limits())


def assert_is_the_sculpture(read: ReadProcessed, bundle: Bundle, place: int = -1) -> None:
    """Every unit, edge and point of a file is that of the sculpture, and there are no others."""
    sculpture = bundle.manifest.sculptures[place]
    held = {name: bundle.load(ref) for name, ref in sculpture.tensors.items()}
    classes = read.sizes[-1]
    assert read.sizes == [layer.units for layer in sculpture.layers]
    np.testing.assert_array_equal(read.nodes[:, :3], held["positions"])
    np.testing.assert_array_equal(read.nodes[:, 4 : 4 + classes], held["importance"])
    assert sum(len(rows) for rows in read.edges) == len(held["edges"])
    where = {tuple(pair): place for place, pair in enumerate(held["edges"].tolist())}
    for layer, (rows, samples) in enumerate(zip(read.edges, read.samples, strict=True)):
        first = sum(read.sizes[:layer])
        start, end = np.divmod(rows[:, 2].astype(int), read.sizes[layer + 1])
        pairs = zip((first + start).tolist(), (first + read.sizes[layer] + end).tolist(), strict=True)
        at = np.array([where[pair] for pair in pairs], int)
        np.testing.assert_array_equal(rows[:, 3], held["strength"][at])
        counts = (held["starts"][at + 1] - held["starts"][at]).astype(int)
        np.testing.assert_array_equal(rows[:, 0], counts)
        paths = np.concatenate([held["points"][held["starts"][e] : held["starts"][e + 1]] for e in at])
        np.testing.assert_array_equal(samples[np.arange(read.slots) < counts[:, None]][:, :3], paths)


def _manifest(
    names: list[str], sizes: Sequence[int], checkpoints: tuple[Checkpoint, ...], sculptures: tuple[Sculpture, ...]
) -> Manifest:
    layers = tuple(_layer(name, size, first=name == names[0]) for name, size in zip(names, sizes, strict=True))
    parameters = sum(one * other for one, other in pairwise(sizes))
    model = Model(
        name="dense", class_name="Sequential", inputs=(names[0],), outputs=(names[-1],), parameters=parameters
    )  # fmt: skip
    return Manifest(
        format="kerascope-bundle", version=1, model=model, layers=layers, checkpoints=checkpoints,
        producer=Producer(name="nn_vis_bundles", version="0", keras="none", backend="numpy"),
        edges=tuple(Edge(source=one, target=other) for one, other in pairwise(names)),
        preprocessing=Preprocessing(), sculptures=sculptures,
    )  # fmt: skip


def _layer(name: str, units: int, *, first: bool) -> Layer:
    output = (Output(shape=(units,), dtype="float32"),)
    if first:
        return Layer(name=name, kind="input", class_name="InputLayer", outputs=output, value="input")
    return Layer(
        name=name, kind="dense", class_name="Dense", outputs=output, value="value", variables=("kernel",), units=units
    )
