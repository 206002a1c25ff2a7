"""Small networks that learn to read digits in seconds, trained from a seed: what pruning is tried on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from exporter.backend import keras
from exporter.importance.contract import Labelled
from exporter.inputs.digits import CLASS_NAMES, Digits, digit_split
from exporter.models import demo_cnn
from exporter.training import fed

SHIFTS_PX = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
BATCH = 64
layers = keras.layers


def dense_net() -> Any:
    """784-81-49-10, the network that nn_vis shows."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="digit"),
            layers.Flatten(name="flatten"),
            layers.Dense(81, activation="relu", name="dense_1"),
            layers.Dense(49, activation="relu", name="dense_2"),
            layers.Dense(10, activation="softmax", name="output"),
        ],
        name="784-81-49-10",
    )


def residual_net() -> Any:
    """Convolutions with batch normalisation, means instead of maxima, and a branch that is added to what it left."""
    digit = keras.Input((28, 28, 1), name="digit")
    x = _convolution(digit, 24, "conv_1", size=5, strides=2)
    x = layers.AveragePooling2D(2, name="pool_1")(x)
    x = _convolution(x, 32, "conv_2")
    branch = layers.Conv2D(32, 3, padding="same", use_bias=False, name="conv_3")(x)
    branch = layers.BatchNormalization(momentum=0.9, name="conv_3_norm")(branch)
    x = layers.ReLU(name="added_relu")(layers.Add(name="added")([x, branch]))
    x = layers.Flatten(name="flatten")(layers.AveragePooling2D(2, name="pool_2")(x))
    return keras.Model(digit, layers.Dense(10, activation="softmax", name="output")(x), name="residual_CNN")


def _convolution(x: Any, filters: int, name: str, *, size: int = 3, strides: int = 1) -> Any:
    x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


DENSE = "784-81-49-10"
NETS: dict[str, tuple[Callable[[], Any], int]] = {
    DENSE: (dense_net, 2),
    "demo CNN": (demo_cnn, 2),
    "residual CNN": (residual_net, 1),
}
"""How each network is built, and how many epochs it learns."""


def digits_of(digits: Digits) -> Labelled:
    """Digits as importance takes them."""
    pictures, classes = fed(digits)
    return Labelled((pictures,), classes, CLASS_NAMES)


def trained(build: Callable[[], Any], seed: int, epochs: int, shifts_px: Sequence[tuple[int, int]] = SHIFTS_PX) -> Any:
    """A network that has seen each digit of the training part so often, and each time shifted in four directions."""
    keras.utils.set_random_seed(seed)
    pictures, classes = fed(digit_split().training)
    pictures = np.concatenate([np.roll(pictures, shift_px, axis=(1, 2)) for shift_px in shifts_px])
    classes = np.tile(classes, len(shifts_px))
    model = build()
    rate = keras.optimizers.schedules.CosineDecay(4e-3, epochs * -(-len(classes) // BATCH))
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss, jit_compile=False)
    model.fit(pictures, classes, batch_size=BATCH, epochs=epochs, verbose=0)
    return model
