"""A small residual net that reads digits: convolutions, batch normalisation, sums."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

_SURE = 10.0
"""How far apart the logits are, so that softmax is neither even nor saturated."""


def _normalised(keras: Any, x: Any, filters: int, strides: int = 1) -> Any:
    layers = keras.layers
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.AveragePooling2D(strides)(x) if strides > 1 else x
    return layers.BatchNormalization(momentum=0.0)(x)


def _block(keras: Any, x: Any, filters: int, strides: int) -> Any:
    layers = keras.layers
    inner = _normalised(keras, layers.ReLU()(_normalised(keras, x, filters, strides)), filters)
    passed = x if strides == 1 else layers.Conv2D(filters, 1)(layers.AveragePooling2D(strides)(x))
    return layers.ReLU()(layers.Add()([inner, passed]))


@cache
def residual_net(keras: Any) -> Any:
    """Three residual blocks of random filters, and a last layer that is fitted to what they make of a thousand digits.

    The least squares take a moment, training would take long. Do not change.
    """
    from exporter.inputs.digits import digit_split
    from exporter.training import fed

    keras.utils.set_random_seed(6)
    digit = keras.Input((28, 28, 1))
    x = keras.layers.ReLU()(_normalised(keras, digit, 8, strides=2))
    for filters, strides in ((8, 1), (16, 2), (16, 1)):
        x = _block(keras, x, filters, strides)
    features = keras.layers.Flatten()(keras.layers.AveragePooling2D(2)(x))
    last = keras.layers.Dense(10, activation="softmax")
    model = keras.Model(digit, last(features))
    pictures, classes = (values[:1000] for values in fed(digit_split().training))
    before = keras.Model(digit, features)
    before(pictures, training=True)  # the moving statistics are those of these digits
    known = np.c_[np.asarray(before(pictures)), np.ones(len(pictures))]
    fitted = np.linalg.solve(known.T @ known + np.eye(known.shape[1]), known.T @ np.eye(10)[classes]) * _SURE
    last.set_weights([fitted[:-1], fitted[-1]])
    return model
