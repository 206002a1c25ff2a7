"""What a network for the tests of Unity folders is: a Keras model, its inputs, and what has to be in the folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras
from exporter.capture import Moment

layers = keras.layers
Chain = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Fed:
    """Pictures that are not fed as they are: `fed = 255 * drawn + shift`, where pictures are drawn in 0..1.

    Attributes
    ----------
    pictures : (n, rows, columns, 3) uint8.
    shift : of each channel, in the order in which it is fed.
    is_reversed : whether blue is fed first.
    options : of the export.
    """

    pictures: NDArray[np.uint8]
    shift: tuple[float, ...]
    is_reversed: bool
    options: dict[str, Any]


@dataclass(frozen=True)
class Net:
    """A model, what it is fed, and the chain that it becomes.

    Attributes
    ----------
    x : what is fed; also what is drawn of the input, unless `fed` tells how it was made.
    chain : the folder's layers in order, and the Keras layers that each of them stands for: what is computed, with what
        is folded into it; the values are those of the last one. A convolution with strides is two layers of the folder.
    notes : words that one line of the report has, with the name of a layer.
    moments : weights before the model's own.
    """

    model: Any
    x: NDArray[np.float32]
    chain: Chain
    notes: tuple[tuple[str, str], ...] = ()
    moments: tuple[Moment, ...] = ()
    classes: tuple[int, ...] = (0, 2, 1)
    labels: tuple[str, ...] = ("cat", "dög", "owl")
    fed: Fed | None = None


NETS: dict[str, Callable[[], Net]] = {}


def seeded(build: Callable[[], Any], into: dict[str, Callable[[], Any]]) -> Callable[[], Any]:
    """Put a builder into a table; what it builds is the same each time."""

    def same() -> Any:
        keras.utils.clear_session(free_memory=False)
        keras.utils.set_random_seed(23)
        return build()

    into[build.__name__] = same
    return same


def net(build: Callable[[], Net]) -> Callable[[], Net]:
    """Put a builder into `NETS`."""
    return seeded(build, NETS)


def chained(name: str, shape: tuple[int, ...], *parts: Any) -> Any:
    """A Sequential model that has learned something: its biases and statistics are no zeros and ones."""
    return learned(keras.Sequential([keras.Input(shape, name="x"), *parts], name=name))


def learned(model: Any) -> Any:
    """The model with biases and batch statistics as they are after training, some scales negative."""
    random = np.random.default_rng(9)
    for layer in model.layers:
        for variable in layer.weights:
            size = variable.shape
            values = {
                "bias": random.normal(0, 0.2, size),
                "beta": random.normal(0, 0.3, size),
                "moving_mean": random.normal(0, 0.3, size),
                "moving_variance": random.uniform(0.3, 2, size),
                "gamma": random.uniform(0.5, 1.5, size) * random.choice((-1, 1), size),
            }.get(variable.name)
            if values is not None:
                variable.assign(values.astype(np.float32))
    return model


def norm(name: str) -> Any:
    return layers.BatchNormalization(name=name, epsilon=0.01)


def scores(name: str = "scores", units: int = 3) -> Any:
    return layers.Dense(units, activation="softmax", name=name)
