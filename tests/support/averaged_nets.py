"""Small networks that end in the mean of their feature maps, with the same weights however they are made."""

from __future__ import annotations

from typing import Any

import numpy as np

SHAPE = 12, 10, 3
CLASSES = 4
PLACES = 10 * 8


def averaged(keras: Any, make: str = "fused", *, has_dense: bool = True) -> Any:
    """A convolution with ReLU, a second one, the mean of its maps, four classes.

    `fused`: softmax is an argument. `nested`: the convolutions are a model in the model, then come dropout and softmax
    as layers of their own. `class`: with its own `call`, softmax alike. Without dense layer each map is a class.
    """
    layers = keras.layers
    last = {"activation": "softmax"} if make == "fused" and has_dense else {}
    found = [
        layers.Conv2D(5, 3, activation="relu", name="conv"),
        layers.Conv2D(CLASSES if not has_dense else 6, 3, padding="same", activation="relu", name="conv_2"),
    ]
    said = [layers.GlobalAveragePooling2D(name="mean"), *([layers.Dense(CLASSES, **last)] if has_dense else [])]
    said += [layers.Softmax()] if make != "fused" or not has_dense else []
    if make == "nested":
        said.insert(1, layers.Dropout(0.5))
    model = _own(keras, [*found, *said]) if make == "class" else _chained(keras, found, said, make)
    model(np.zeros((1, *SHAPE), np.float32))
    rng = np.random.default_rng(3)
    model.set_weights([rng.normal(0.0, 0.4, each.shape).astype(np.float32) for each in model.get_weights()])
    return model


def views(count: int = 3) -> np.ndarray[Any, Any]:
    """(count, 12, 10, 3) float32 in 0..1."""
    return np.random.default_rng(11).random((count, *SHAPE), np.float32)


def _chained(keras: Any, found: list[Any], said: list[Any], make: str) -> Any:
    inner = [keras.Sequential([keras.Input(SHAPE), *found], name="inner")] if make == "nested" else found
    return keras.Sequential([keras.Input(SHAPE, name="picture"), *inner, *said])


def _own(keras: Any, parts: list[Any]) -> Any:
    class Averaged(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name="averaged")
            self.parts = parts

        def call(self, inputs: Any) -> Any:
            for part in self.parts:
                inputs = part(inputs)
            return inputs

    return Averaged()
