"""Bundles of very many small captures."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from msgspec import structs
from plain_bundle import plain_manifest

from exporter.bundle import BundleWriter, read_bundle
from exporter.bundle.manifest_json import encode_manifest
from exporter.bundle.schema import Capture, Checkpoint, Edge, Input, Layer, Model, Output, TensorRef


def write_many(path: Path, *, inputs: int, layers: int) -> Path:
    """A chain of `layers` layers of one unit each, and what each makes of every one of `inputs` inputs."""
    names = tuple(f"layer_{place}" for place in range(layers))
    one = (Output(shape=(1,), dtype="float32"),)
    entries = [Layer(name=name, kind="other", class_name="Layer", outputs=one, value="value") for name in names]
    with BundleWriter.create(path) as writer:
        captures = [
            Capture(
                input=f"{place:03d}",
                checkpoint="000",
                outputs=writer.write(f"inputs/{place:03d}.npz", dict.fromkeys(names, np.zeros(1, np.float32))),
            )
            for place in range(inputs)
        ]
        writer.commit(
            plain_manifest(
                {},
                model=Model(name="m", class_name="Sequential", inputs=names[:1], outputs=names[-1:], parameters=0),
                layers=tuple(entries),
                edges=tuple(Edge(source=before, target=after) for before, after in pairwise(names)),
                inputs=tuple(Input(id=each.input, label=each.input) for each in captures),
                captures=tuple(captures),
            )
        )
    return path


def multiply(path: Path, *, inputs: int, checkpoints: int) -> Path:
    """The bundle at `path`, its first input shown so many times at so many checkpoints, each capture in its own file.

    The files are one file under many names, so that 100,000 of them are there in seconds. Statistics are left out.
    """
    bundle = read_bundle(path)
    (first, *_), (moment, *_) = bundle.manifest.captures, bundle.manifest.checkpoints
    moments = tuple(_moved(moment, f"{place:03d}") for place in range(checkpoints))
    shown = tuple(structs.replace(bundle.manifest.inputs[0], id=f"{place:04d}") for place in range(inputs))
    captures = []
    for each in moments:
        shutil.copy(path / _file(moment.weights), path / _file(each.weights))
        source = shutil.copy(path / _file(first.outputs), path / f"inputs/of-{each.id}.npz")  # links have a limit
        (path / "inputs" / each.id).mkdir()
        for one in shown:
            file = f"inputs/{each.id}/{one.id}.npz"
            (path / file).hardlink_to(source)
            outputs = {name: structs.replace(ref, file=file) for name, ref in first.outputs.items()}
            captures.append(structs.replace(first, input=one.id, checkpoint=each.id, outputs=outputs))
    changes = {"checkpoints": moments, "inputs": shown, "captures": tuple(captures), "derived": (), "runs": ()}
    (path / "manifest.json").write_bytes(encode_manifest(structs.replace(bundle.manifest, **changes)))
    return path


def _moved(moment: Checkpoint, name: str) -> Checkpoint:
    weights = {key: structs.replace(ref, file=f"weights/of-{name}.npz") for key, ref in moment.weights.items()}
    return structs.replace(moment, id=name, label=f"epoch {name}", weights=weights)


def _file(refs: Mapping[str, TensorRef]) -> str:
    return next(iter(refs.values())).file
