"""A bundle of a small CNN at many epochs: what a training that was watched closely leaves."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from many_inputs import multiply
from paper_bundle import layer
from plain_bundle import plain_manifest

from exporter.bundle import BundleWriter
from exporter.bundle.schema import Capture, Checkpoint, Edge, Input, Model, Preprocessing

CELLS, CHANNELS, CLASSES = 28, 8, 10
NAMES = ("picture", "conv", "flatten", "scores")


def write_epochs(path: Path, *, epochs: int, samples: int) -> Path:
    """A bundle with `samples` pictures at `epochs` checkpoints: 28 x 28 -> a convolution of 8 -> 10 classes."""
    rng = np.random.default_rng(epochs)
    maps, flat = (CELLS, CELLS, CHANNELS), CELLS * CELLS * CHANNELS
    kernels = {"conv/kernel": (3, 3, 1, CHANNELS), "scores/kernel": (flat, CLASSES)}
    weights = {name: rng.normal(0, 0.1, shape).astype(np.float32) for name, shape in kernels.items()}
    weights |= {"conv/bias": np.zeros(CHANNELS, np.float32), "scores/bias": np.zeros(CLASSES, np.float32)}
    values = rng.random(maps, np.float32)
    scores = np.full(CLASSES, 1 / CLASSES, np.float32)
    shown = (rng.random((CELLS, CELLS, 1), np.float32), values, values.reshape(-1), scores)
    with BundleWriter.create(path) as writer:
        held = writer.write("weights/000.npz", weights)
        outputs = writer.write("inputs/000.npz", dict(zip(NAMES, shown, strict=True)))
        model = Model(name="watched", class_name="Sequential", inputs=NAMES[:1], outputs=NAMES[-1:], parameters=0)
        writer.commit(
            plain_manifest(
                {},
                model=model,
                layers=_layers(maps, flat),
                edges=tuple(Edge(source=a, target=b) for a, b in pairwise(NAMES)),
                checkpoints=(Checkpoint(id="000", label="epoch", weights=held),),
                inputs=(Input(id="000", label="one"),),
                preprocessing=Preprocessing(scale=1 / 255, colour_order="grey", low=0.0, high=1.0),
                captures=(
                    Capture(input="000", checkpoint="000", outputs=outputs, scores=tuple(scores.tolist()), predicted=0),
                ),
            )
        )
    return multiply(path, inputs=samples, checkpoints=epochs)


def _layers(maps: tuple[int, ...], flat: int) -> tuple[Any, ...]:
    window: dict[str, Any] = {
        "kernel_size": (3, 3),
        "strides": (1, 1),
        "dilation": (1, 1),
        "padding": "same",
        "groups": 1,
    }
    after: dict[str, Any] = {"value": "post-activation", "variables": ("kernel", "bias")}
    return (
        layer("picture", "input", CELLS, CELLS, 1, class_name="InputLayer", value="input"),
        layer("conv", "conv", *maps, class_name="Conv2D", activation="relu", filters=CHANNELS, **window, **after),
        layer("flatten", "flatten", flat, class_name="Flatten"),
        layer("scores", "dense", CLASSES, class_name="Dense", activation="softmax", units=CLASSES, **after),
    )
