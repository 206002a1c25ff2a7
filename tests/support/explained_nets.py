"""Small networks that are explained, questions about them, and what tf-keras-vis makes of them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

Array = np.ndarray[Any, Any]

SHAPE = 8, 8, 3
CLASSES = 5
MAKES = ["softmax layer", "rescaling", "nested", "class"]


def weighted(keras: Any, make: str = "fused", *, seed: int = 1, activation: Any = "relu") -> Any:
    """Two convolutions and five classes; the same weights for the same seed, however the network is made.

    `fused`: activations and softmax are arguments of layers. `softmax layer`: they are layers of their own.
    `rescaling`: it takes levels of 0 to 255 and scales them itself, and its ReLUs are bare operations. `nested`: the
    convolutions are a model in the model. `class`: with its own `call`.
    """
    parts = _parts(keras, make, activation)
    model = _own(keras, parts) if make == "class" else _chained(keras, parts, make)
    model(np.zeros((1, *SHAPE), np.float32))
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0.0, 0.5, each.shape).astype(np.float32) for each in model.get_weights()])
    return model


def _parts(keras: Any, make: str, activation: Any) -> list[Any]:
    layers = keras.layers
    own = {"softmax layer": lambda: layers.Activation(activation), "rescaling": lambda: keras.ops.relu}.get(make)
    inside, between = (activation, list) if own is None else (None, lambda: [own()])
    return [
        *([layers.Rescaling(1 / 255)] if make == "rescaling" else []),
        layers.Conv2D(4, 3, activation=inside, name="conv"),
        *between(),
        layers.Conv2D(6, 3, activation=inside, name="conv_2"),
        *between(),
        layers.Flatten(),
        layers.Dense(CLASSES, activation=None if make == "softmax layer" else "softmax"),
        *([layers.Softmax()] if make == "softmax layer" else []),
    ]


def _chained(keras: Any, parts: list[Any], make: str) -> Any:
    x = keras.Input(SHAPE, name="picture")
    if make != "nested":
        return keras.Model(x, _through(parts, x))
    inside = keras.Input(SHAPE)
    inner = keras.Model(inside, _through(parts[:2], inside), name="inner")
    return keras.Model(x, _through(parts[2:], inner(x)))


def _own(keras: Any, parts: list[Any]) -> Any:
    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name="own")
            self.parts = parts

        def call(self, inputs: Any) -> Any:
            return _through(self.parts, inputs)

    return Own()


def _through(parts: list[Any], x: Any) -> Any:
    for part in parts:
        x = part(x)
    return x


def pictures(count: int = 4) -> Array:
    """(count, 8, 8, 3) float32; each has all values from 0 to 1, so that its own range is the valid one."""
    values = np.random.default_rng(7).random((count, *SHAPE), np.float32)
    values[:, 0, 0, 0], values[:, 7, 7, 2] = 0.0, 1.0
    return values


def asked(fed: Array, layer: str | None = None, units: Any = None, **more: Any) -> Any:
    """A question about inputs (n, ...); with neither layer nor units another class of each."""
    from exporter.explain import Question

    if layer is None and units is None:
        units = np.arange(len(fed)) % CLASSES
    return Question(fed, layer, None if units is None else np.asarray(units, np.int64), **more)


def explained(name: str, model: Any, question: Any, **options: Any) -> Any:
    """What a method finds; `model` may be a probe."""
    from exporter.explain import explanation_named
    from exporter.probing import Probe

    explanation = explanation_named(name)
    probe = model if isinstance(model, Probe) else Probe(model)
    return explanation.run(probe, question, explanation.chosen(**options))


def mapped(name: str, model: Any, question: Any, **options: Any) -> Array:
    """The first map (n, ...) that a method finds."""
    values: Array = explained(name, model, question, **options).maps[0].values
    return values


def peer_map(model: Any, question: Any, *, is_guided: bool = False, **how: Any) -> Array:
    """Saliency as tf-keras-vis has it, on a copy of a flat model whose last layer has softmax for an argument."""
    pytest.importorskip("tf_keras_vis", reason="tf-keras-vis, the peer, is not installed")
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.model_modifiers import GuidedBackpropagation, ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

    modifiers = [*([GuidedBackpropagation()] if is_guided else []), ReplaceToLinear()]
    peer = Saliency(model, model_modifier=modifiers)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "[^a-z]*The structure of `inputs`|Exception encountered", UserWarning)
        found = peer(CategoricalScore(question.units.tolist()), question.fed, normalize_map=False, **how)
    return np.asarray(found)


def likeness(one: Array, other: Array) -> float:
    """Mean over maps of Spearman's rank correlation between two sets of maps (n, ...)."""
    from scipy.stats import spearmanr

    pairs = zip(one.reshape(len(one), -1), other.reshape(len(other), -1), strict=True)
    return float(np.mean([spearmanr(a, b).statistic for a, b in pairs]))
