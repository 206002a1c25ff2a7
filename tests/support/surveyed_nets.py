"""Small Keras models with layers of every kind that a survey looks at, and pictures for them. Import it in tests only
that may load TensorFlow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from exporter.backend import keras

Array = np.ndarray[Any, Any]


def mixed_net() -> keras.Model:
    """Strided, padded, dilated, pooled, depthwise and dense layers; whole weights, so that values are exact and many
    are equal.
    """
    layers = keras.layers
    image = layers.Input((13, 11, 1), name="image")
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="strided")(image)
    wide = layers.Conv2D(3, 2, dilation_rate=2, padding="valid", name="dilated")(x)
    x = layers.ReLU(name="relu")(wide)
    x = layers.DepthwiseConv2D(2, padding="same", depth_multiplier=2, activation="relu", name="depthwise")(x)
    peak = layers.MaxPooling2D(2, padding="same", name="peak")(x)
    mean = layers.AveragePooling2D(2, padding="same", name="average")(x)
    x = layers.Concatenate(name="joined")([peak, mean])
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(6, activation="relu", name="hidden")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    model = keras.Model(image, layers.Dense(4, name="scores")(x), name="mixed")
    random = np.random.default_rng(5)
    model.set_weights([random.integers(-2, 3, each.shape).astype(np.float32) for each in model.weights])
    return model


def mixed_pictures(count: int = 21, *, labelled: bool = True) -> dict[str, Array]:
    """Pictures (count, 13, 11, 1) of few shades, and, where asked for, their classes 0, 1 and 3."""
    random = np.random.default_rng(count)
    x = random.integers(0, 3, (count, 13, 11, 1)).astype(np.uint8)
    return {"x": x, "y": random.choice([0, 1, 3], count)} if labelled else {"x": x}


def save_mixed(folder: Path, count: int = 21, *, labelled: bool = True) -> tuple[Path, Path]:
    """The paths of the model and of the pictures."""
    model, pictures = folder / "mixed.keras", folder / f"pictures{count}{'' if labelled else '-bare'}.npz"
    if not model.exists():
        mixed_net().save(model)
    np.savez(pictures, **mixed_pictures(count, labelled=labelled))
    return model, pictures


def all_outputs(model: keras.Model, fed: Array) -> dict[str, Array]:
    """The output of every layer, by name, all at once."""
    whole = keras.Model(model.inputs, [layer.output for layer in model.layers])
    return dict(zip([layer.name for layer in model.layers], map(np.asarray, whole([fed])), strict=True))
