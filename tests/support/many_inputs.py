"""A bundle of very many small captures."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from plain_bundle import plain_manifest

from exporter.bundle import BundleWriter
from exporter.bundle.schema import Capture, Edge, Input, Layer, Model, Output


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
