"""A folder that nn-visualizer shows, made by hand: for what has to be wrong in it in one place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

Files = dict[str, Any]
STRUCTURE = "model_structure.json"
SIDE, CHANNELS, FILTERS, UNITS, SAMPLES = 4, 2, 3, 5, 2


def small_folder(*, epochs: int = 2, pooled: int = 3) -> Files:
    """What the files of an input, a convolution, a pool and two dense layers hold, by name.

    `pooled` is the side of the pool: 3 is what the prefab as published draws of 4 rows, 2 is the half.
    """
    random = np.random.default_rng(5)
    points = pooled * pooled * FILTERS
    shapes: list[tuple[str, tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = [
        ("input", (1, SIDE, SIDE, CHANNELS), (1,), (SIDE, SIDE, CHANNELS)),
        ("conv0", (3, 3, CHANNELS, FILTERS), (3, 3, CHANNELS, FILTERS), (SIDE, SIDE, FILTERS)),
        ("maxpool0", (pooled, pooled), (pooled, pooled), (pooled, pooled, FILTERS)),
        ("fc0", (points, UNITS), (points, UNITS), (UNITS,)),
        ("fc_out", (UNITS, 2), (UNITS, 2), (2,)),
    ]
    files: Files = {STRUCTURE: [[name, list(shape)] for name, shape, _, _ in shapes] + [["cat", "dog"]]}
    for epoch in range(epochs):
        weights = [(name, random.normal(size=shape)) for name, _, shape, _ in shapes]
        values = [(name, random.random((SAMPLES, *shape))) for name, _, _, shape in shapes]
        labels = [["cat"] * SAMPLES, ["dog"] * SAMPLES]
        files[f"model_weights_epoch{epoch:03}.json"] = entries(weights)
        files[f"model_activations_epoch{epoch:03}.json"] = [*entries(values), labels]
    return files


def entries(named: list[tuple[str, Any]]) -> list[Any]:
    """Each array with its name and shape before it."""
    return [[name, list(values.shape), values.tolist()] for name, values in named]


def write_folder(folder: Path, files: Files) -> Path:
    """The folder with these files in it."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder
