"""The small bundle with a survey of a few pictures, and with their nearest by features and by pixels."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from surveyed_bundle import add_neighbours, add_survey
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, read_bundle
from viewer.learned.read import features_of, pass_of, survey_of

IMAGES, K = 24, 5


@cache
def near_bundle(*, classes: bool = True) -> Bundle:
    """A bundle of its own that nobody may change: rings, bars and noise, 24 of them, with 5 nearest each."""
    folder = TemporaryDirectory(prefix="near-")
    atexit.register(folder.cleanup)
    rng = np.random.default_rng(11)
    pictures = rng.integers(0, 180, (IMAGES, 6, 6, 1)).astype(np.uint8)
    true = np.arange(IMAGES) % 3
    pictures[true == 0, 1:5, 1:5] += 70
    pictures[true == 0, 2:4, 2:4] = 0
    pictures[true == 1, 1:5, 2:4] += 70
    names = [f"{('ring', 'bar', 'noise')[each]} {at:02}" for at, each in enumerate(true)]
    path = make_tiny_bundle(Path(folder.name) / "near.bundle")
    add_survey(path, pictures, true if classes else None, names=names)
    bundle = read_bundle(path)
    pooled = features_of(bundle, pass_of(bundle, survey_of(bundle)), "pool")
    assert pooled is not None
    add_neighbours(path, pictures, K, id_="pixels")
    return read_bundle(add_neighbours(path, pooled, K, id_="pool@002", layer="pool", checkpoint="002"))
