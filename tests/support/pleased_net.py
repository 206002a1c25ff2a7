"""A small net that pictures are made to please, and what it is fed: each channel with its own mean and spread."""

from __future__ import annotations

from typing import Any

import numpy as np

SHAPE = (16, 12, 3)
DEAD = 2
"""The channel of `in/first` that no picture wakes."""


def pleased_net(keras: Any) -> Any:
    """A convolution with strides in a model in the model, another one, global pooling, four classes: each of them has a
    channel of its own, which the others are against.
    """
    layers = keras.layers
    keras.utils.set_random_seed(11)
    parts = [
        keras.Input(SHAPE, name="picture"),
        layers.Conv2D(5, 3, strides=2, activation="relu", name="first"),
        layers.Conv2D(6, 3, padding="same", activation="relu", name="second"),
    ]
    inner = keras.Sequential(parts, name="in")
    end = [layers.GlobalAveragePooling2D(), layers.Dense(4, name="logits"), layers.Softmax(name="scores")]
    net = keras.Sequential([keras.Input(SHAPE), inner, *end], name="pleased")
    kernel, bias = inner.get_layer("first").get_weights()
    bias[:] = np.where(np.arange(5) == DEAD, -1e4, 0.5)
    inner.get_layer("first").set_weights([kernel, bias])
    net.get_layer("logits").set_weights([16 * np.eye(6, 4) - 4, np.zeros(4)])
    return net


def pleased_canvas() -> Any:
    """Levels less a mean, by a spread, of each channel."""
    from exporter.synthesis import Canvas

    mean, spread = np.array([104, 117, 123], np.float32), np.array([57, 58, 60], np.float32)
    return Canvas(-mean / spread, (255 - mean) / spread, SHAPE)


def asking(
    count: int = 1, *, layer: str | None = None, units: Any = None, at: Any = None, start: Any = None, seed: int = 3
) -> Any:
    """A task of so many images, of `units` where they are said."""
    from exporter.synthesis import Task

    levels = np.zeros((count, *SHAPE), np.float32) if start is None else start
    numbers = None if units is None else np.asarray(units, np.int64)
    return Task(
        levels, start is not None, layer, numbers, seed=seed, at=None if at is None else np.asarray(at, np.int64)
    )


def made(probe: Any, method: str, task: Any, canvas: Any = None, **options: Any) -> list[Any]:
    """All steps of a method."""
    from exporter.synthesis import synthesis_named

    synthesis = synthesis_named(method)
    return list(synthesis.run(probe, canvas or pleased_canvas(), task, synthesis.chosen(**options)))
