"""A small net of three scales that is fed colours less a mean, blue first, and what is fed to it."""

from __future__ import annotations

from typing import Any

import numpy as np

SHAPE = (12, 12, 3)
MEAN = (104.0, 117.0, 123.0)


def matched_net(keras: Any) -> Any:
    """Two scales with one convolution each, one with two, then global pooling and four classes."""
    layers = keras.layers
    keras.utils.set_random_seed(7)
    same = {"padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input(SHAPE, name="picture"),
            layers.Conv2D(6, 3, **same, name="fine"),
            layers.MaxPooling2D(2, name="pool_1"),
            layers.Conv2D(8, 3, **same, name="middle"),
            layers.MaxPooling2D(2, name="pool_2"),
            layers.Conv2D(8, 1, **same, name="narrow"),
            layers.Conv2D(10, 3, **same, name="coarse"),
            layers.Conv2D(4, 1, name="classes"),
            layers.GlobalAveragePooling2D(name="pooled"),
            layers.Softmax(name="scores"),
        ],
        name="matched",
    )


def matched_canvas(shape: tuple[int, ...] = SHAPE, mean: tuple[float, ...] = MEAN) -> Any:
    """Levels less the mean."""
    from exporter.synthesis.contract import Canvas

    low = -np.array(mean, np.float32)
    return Canvas(low, low + np.float32(255), shape)


def stripes(shape: tuple[int, ...] = SHAPE) -> Any:
    """A picture of diagonal stripes in two colours."""
    rows, columns = np.indices(shape[:2])
    is_on = ((rows + columns) // 2 % 2).astype(bool)
    levels = np.where(is_on[..., None], np.array([200.0, 40.0, 90.0]), np.array([20.0, 180.0, 240.0]))
    return levels[..., : shape[-1]].astype(np.float32)


def blob(shape: tuple[int, ...] = SHAPE) -> Any:
    """A picture of a bright round thing before a dark sky."""
    rows, columns = np.indices(shape[:2]) - (np.array(shape[:2]).reshape(2, 1, 1) - 1) / 2
    bright = np.exp(-(rows**2 + columns**2) / 10)
    return (np.stack([bright * 200, bright * 120, 60 + 0 * bright], axis=-1)[..., : shape[-1]] + 20).astype(np.float32)
