"""The tiny bundle with a survey of made pictures at all its checkpoints, and embeddings of them by principal axes."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from surveyed_bundle import add_embedding, add_survey
from tiny_bundle import ATTACKED_IDS, CHECKPOINT_IDS, make_tiny_bundle

from exporter.bundle import Bundle, read_bundle
from viewer.learned.read import features_of, pass_of, survey_of

Array = np.ndarray[Any, Any]

COUNT = 36
_FOLDER = tempfile.TemporaryDirectory(prefix="clouded-")


def made_pictures(seed: int = 3) -> tuple[Array, Array]:
    """Pictures (n, 6, 6, 1) uint8 of three classes, each with a bright bar of its own; the class (n,) of one is not
    known.
    """
    rng = np.random.default_rng(seed)
    true = rng.permutation(np.arange(COUNT) % 3)
    pictures = rng.integers(0, 40, (COUNT, 6, 6, 1), np.uint8)
    for row, number in enumerate(true):
        pictures[row, :, 2 * number : 2 * number + 2] = rng.integers(150, 255)
    true[5] = -1
    return pictures, true


def principal(features: Array, dimensions: int) -> Array:
    """Features (n, f) along their first principal axes."""
    centred = np.asarray(features, np.float64) - np.mean(features, axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])  # the same on every machine
    return centred @ (axes * signs[:, None])[:dimensions].T


@cache
def clouded_bundle() -> Bundle:
    """The bundle; nobody may change it. Embeddings `pca-pixels`, `pca-conv@002`, `pca-scores@000`, `@001` and `@002`,
    and in space `pca3-pixels` and `pca3-conv@002`. Those at the last checkpoint have the attack's steps.
    """
    path = make_tiny_bundle(Path(_FOLDER.name) / "tiny.bundle")
    pictures, true = made_pictures()
    read = read_bundle(add_survey(path, pictures, true, checkpoints=CHECKPOINT_IDS, layers=("conv", "relu", "scores")))
    steps = np.linspace(-0.3, 0.3, len(ATTACKED_IDS))[:, None]
    for dimensions, method in ((2, "pca"), (3, "pca3")):
        inputs = dict(zip(ATTACKED_IDS, np.repeat(steps, dimensions, axis=1), strict=True))
        flat = pictures.reshape(COUNT, -1) / 255
        add_embedding(path, principal(flat, dimensions), id_=f"{method}-pixels", inputs=inputs)
        for layer, at in (("conv", "002"), ("scores", "000"), ("scores", "001"), ("scores", "002")):
            if dimensions == 3 and layer == "scores":
                continue
            found = features_of(read, pass_of(read, survey_of(read), at), layer)
            assert found is not None
            placed = inputs if at == "002" else None
            points, id_ = principal(found, dimensions), f"{method}-{layer}@{at}"
            add_embedding(path, points, id_=id_, layer=layer, checkpoint=at, inputs=placed)
    return read_bundle(path)
