"""The small bundle with a survey of rings and bars, at its three checkpoints: what embeddings and neighbours are of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs
from surveyed_bundle import add_survey
from tiny_bundle import make_tiny_bundle

from exporter.bundle import BundleWriter, read_bundle

Array = np.ndarray[Any, Any]
LAYERS = ("conv", "pool", "scores")


def shapes(count: int, seed: int = 3) -> tuple[Array, Array]:
    """Pictures (N, 6, 6, 1) uint8, rings and bars in turn with noise, and which they are (N) int64, 0 or 1."""
    rng = np.random.default_rng(seed)
    true = np.arange(count) % 2
    pictures = rng.integers(0, 60, (count, 6, 6))
    pictures[true == 0, 1:5, 1:5] += 180
    pictures[true == 0, 2:4, 2:4] -= 180
    pictures[true == 1, 1:5, 2:4] += 180
    return np.clip(pictures, 0, 255).astype(np.uint8)[..., None], true


def surveyed_shapes(path: Path, count: int = 40, **chosen: Any) -> Path:
    """The path of a bundle with a survey of so many pictures; the first is the clean input that the attack began with.

    Of `conv`, `pool` and `scores` everything is kept; `chosen` goes to `add_survey`.
    """
    make_tiny_bundle(path)
    pictures, true = shapes(count)
    clean = read_bundle(path).image("clean-0")
    assert clean is not None
    pictures[0] = clean
    asked: dict[str, Any] = {"checkpoints": ("000", "001", "002"), "layers": LAYERS, **chosen}
    return add_survey(path, pictures, true, **asked)


def with_nan(path: Path, layer: str, rows: tuple[int, ...]) -> Path:
    """The path of a bundle in whose last pass some images have features of a layer that are no numbers."""
    bundle = read_bundle(path)
    (survey,) = bundle.manifest.surveys
    made = survey.passes[-1]
    layers = {each.layer: each for each in made.layers}
    features = bundle.load(layers[layer].tensors["features"]).copy()
    features[list(rows), 0] = np.nan
    with BundleWriter.append(path) as writer:
        tensors = {**layers[layer].tensors, **writer.write("surveys/nan.npz", {"features": features})}
        layers[layer] = structs.replace(layers[layer], tensors=tensors)
        made = structs.replace(made, layers=tuple(layers.values()))
        survey = structs.replace(survey, passes=(*survey.passes[:-1], made))
        writer.commit(structs.replace(bundle.manifest, surveys=(survey,)))
    return path
