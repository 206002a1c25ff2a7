"""Models as attacks see them, and batches of what they say."""

from __future__ import annotations

from typing import Any

import numpy as np


def victim_of(model: Any, shape: tuple[int, ...], low: float = 0.0, high: float = 1.0) -> Any:
    """A model that is fed inputs of this shape and range."""
    from exporter.attacks import Victim
    from exporter.bundle.schema import Preprocessing

    return Victim.of(model, Preprocessing(low=low, high=high), shape)


def batch_of(victim: Any, pixels: np.ndarray, **what: Any) -> Any:
    """These pixels (n, ...), with the classes that the model predicts for them."""
    from exporter.attacks import Batch

    return Batch(pixels, victim.judged(pixels).argmax(axis=1), **what)


def attacked(name: str, victim: Any, batch: Any, **options: Any) -> tuple[Any, ...]:
    """How the attack of this name went."""
    from exporter.attacks import attack_named, run_attack

    attack = attack_named(name)
    return run_attack(attack, victim, batch, attack.chosen(**options))


def crafted_pixels(name: str, victim: Any, batch: Any, **options: Any) -> np.ndarray:
    """The pixels (n, ...) that the attack of this name comes to."""
    from exporter.attacks import attack_named, crafted

    attack = attack_named(name)
    return np.asarray(crafted(attack, victim, batch, attack.chosen(**options)))


def dense_softmax(keras: Any, kernel: np.ndarray) -> Any:
    """softmax(x @ kernel)."""
    size, classes = kernel.shape
    layer = keras.layers.Dense(classes, use_bias=False, activation="softmax")
    model = keras.Sequential([keras.Input((size,)), layer])
    layer.set_weights([kernel])
    return model
