"""The smallest good folders for the loader of nn-visualizer, as plain values that a test can spoil before writing.

Made from the description of the format alone: nothing of the exporter and nothing of the doctor is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Files = dict[str, Any]
STRUCTURE = "model_structure.json"
SIDE, KERNEL, MAPS, HIDDEN, CLASSES = 4, 3, 2, 3, 2


def weights_of(epoch: int = 0) -> str:
    return f"model_weights_epoch{epoch:03d}.json"


def activations_of(epoch: int = 0) -> str:
    return f"model_activations_epoch{epoch:03d}.json"


def filled(*shape: int, value: Any = 0.25) -> Any:
    """Nested lists of a shape, every value the same."""
    return value if not shape else [filled(*shape[1:], value=value) for _ in range(shape[0])]


def entry(name: str, *shape: int) -> list[Any]:
    """`[name, shape, values]`."""
    return [name, list(shape), filled(*shape)]


def good_folder(*, pool_size: int = 0, n_epochs: int = 1, n_samples: int = 2) -> Files:
    """A convolution, a pool and two dense layers; the pool's side is what the prefab's setting makes of it."""
    pooled = (SIDE - pool_size) // 2 + 1
    n_points = pooled * pooled * MAPS
    files: Files = {
        STRUCTURE: [
            ["input", [1, SIDE, SIDE, 1]],
            ["conv0", [KERNEL, KERNEL, 1, MAPS]],
            ["maxpool0", [pooled, pooled]],
            ["fc0", [n_points, HIDDEN]],
            ["fc_out", [HIDDEN, CLASSES]],
            ["cat", "dog"],
        ]
    }
    for epoch in range(n_epochs):
        files[weights_of(epoch)] = [
            ["input", [1], [0]],
            entry("conv0", KERNEL, KERNEL, 1, MAPS),
            entry("maxpool0", pooled, pooled),
            entry("fc0", n_points, HIDDEN),
            entry("fc_out", HIDDEN, CLASSES),
        ]
        files[activations_of(epoch)] = [
            entry("input", n_samples, SIDE, SIDE, 1),
            entry("conv0", n_samples, SIDE, SIDE, MAPS),
            entry("maxpool0", n_samples, pooled, pooled, MAPS),
            entry("fc0", n_samples, HIDDEN),
            entry("fc_out", n_samples, CLASSES),
            [["cat"] * n_samples, ["dog"] * n_samples],
        ]
    return files


def dense_folder(n_inputs: int = 5, n_samples: int = 1) -> Files:
    """A table of numbers, drawn as a picture of one column, and one dense layer."""
    return {
        STRUCTURE: [["input", [1, n_inputs, 1, 1]], ["fc_out", [n_inputs, CLASSES]], ["no", "yes"]],
        weights_of(): [["input", [1], [0]], entry("fc_out", n_inputs, CLASSES)],
        activations_of(): [
            entry("input", n_samples, n_inputs, 1, 1),
            entry("fc_out", n_samples, CLASSES),
            [["no"] * n_samples, ["yes"] * n_samples],
        ],
    }


def write_files(folder: Path, files: Mapping[str, Any]) -> Path:
    """The folder, with every value written as JSON; text and bytes as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        if isinstance(value, bytes):
            (folder / name).write_bytes(value)
        else:
            text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
            (folder / name).write_text(text, encoding="utf-8")
    return folder
