"""Small Keras networks that Unity cannot show, each with the layer that is the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unity_net import chained, scores, seeded
from zoo_feeds import numbers, words

from exporter.backend import keras

layers = keras.layers
Refused = tuple[Any, dict[str, Any], str]
"""A model, what it is fed by the names of its inputs, and the layer that cannot be shown."""

REFUSED: dict[str, Callable[[], Refused]] = {}


def refused(build: Callable[[], Refused]) -> Callable[[], Refused]:
    """Put a builder into `REFUSED`."""
    return seeded(build, REFUSED)


@refused
def lstm() -> Refused:
    return chained("series", (6, 3), layers.LSTM(4, name="remember"), scores()), {"x": numbers(6, 3)}, "remember"


@refused
def embedding() -> Refused:
    parts = layers.Embedding(9, 4, name="meanings"), layers.Flatten(name="flat"), scores()
    model = keras.Sequential([keras.Input((6,), name="x", dtype="int32"), *parts], name="words")
    return model, {"x": words(6, 9)}, "meanings"


@refused
def attention() -> Refused:
    x = keras.Input((5, 4), name="x")
    y = layers.MultiHeadAttention(2, 3, name="looks")(x, x)
    return keras.Model(x, scores()(layers.Flatten(name="flat")(y)), name="attentive"), {"x": numbers(5, 4)}, "looks"


@refused
def two_inputs() -> Refused:
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    joined = layers.Concatenate(name="joined")([layers.Dense(3, name="one")(left), layers.Dense(3, name="two")(right)])
    feeds = {"left": numbers(4), "right": numbers(4, seed=2)}
    return keras.Model([left, right], scores()(joined), name="two_inputs"), feeds, "joined"


@refused
def growing() -> Refused:
    parts = layers.Conv2DTranspose(2, 2, strides=2, name="grow"), layers.Flatten(name="flat"), scores()
    return chained("growing", (4, 4, 1), *parts), {"x": numbers(4, 4, 1)}, "grow"
