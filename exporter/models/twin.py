"""The untrained twin of a model."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from exporter.backend import keras


def untrained_twin(model: keras.Model, seed: int) -> keras.Model:
    """A new model of the same architecture with fresh weights; the same seed gives the same weights.

    Every random initialiser draws anew, also one that the model gives a seed of its own. Moving statistics start as
    they do in a new layer. What a `Normalization` layer has adapted to its data is preprocessing, not training: it is
    kept. The global random state is as it was afterwards.
    """
    with _python_random_seeded(seed):  # where Keras draws the seed of an initialiser that has none
        twin = keras.models.clone_model(model, clone_function=_fresh)
    for old, new in zip(model.layers, twin.layers, strict=True):
        if isinstance(old, keras.layers.Normalization):
            new.set_weights(old.get_weights())
            new.finalize_state()
    return twin


@contextmanager
def _python_random_seeded(seed: int) -> Iterator[None]:
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


def _fresh(layer: keras.layers.Layer) -> keras.layers.Layer:
    return layer.__class__.from_config(_without_seeds(layer.get_config()))


def _without_seeds(config: Any) -> Any:
    """The same configuration with the seed of every initialiser removed; nested layers included."""
    if isinstance(config, list | tuple):
        return type(config)(_without_seeds(part) for part in config)
    if not isinstance(config, dict):
        return config
    initialiser = "initializers" in str(config.get("module", ""))
    plain = {key: _without_seeds(value) for key, value in config.items()}
    if initialiser and isinstance(plain.get("config"), dict) and "seed" in plain["config"]:
        plain["config"]["seed"] = None
    return plain
