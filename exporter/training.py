"""The training of the demo's network, watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from exporter.backend import keras
from exporter.capture import CheckpointRecorder
from exporter.inputs.digits import Digits, digit_split
from exporter.models import demo_cnn

EPOCHS = 5
_BATCH = 64
_SEED = 7
_EARLY_STEPS = (4, 16, 48, 128)
_SHIFTS_PX = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))


class _Ticker(keras.callbacks.Callback):
    def __init__(self, tick: Callable[[int], None]) -> None:
        super().__init__()
        self._tick = tick

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._tick(epoch + 1)


def train_demo(tick: Callable[[int], None]) -> tuple[keras.Model, CheckpointRecorder]:
    """The demo's network, trained on the training part of the digits, and what was recorded on the way.

    Each digit is shown at its place and shifted by a pixel in four directions: 4,000 are few to learn from.
    `tick` is told the number of epochs that are done, of `EPOCHS`. The same machine gives the same weights.
    """
    keras.utils.set_random_seed(_SEED)
    split = digit_split()
    pictures, classes = fed(split.training)
    pictures = np.concatenate([np.roll(pictures, shift_px, axis=(1, 2)) for shift_px in _SHIFTS_PX])
    classes = np.tile(classes, len(_SHIFTS_PX))
    model = demo_cnn()
    steps = EPOCHS * -(-len(classes) // _BATCH)
    rate = keras.optimizers.schedules.CosineDecay(4e-3, steps)
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"], jit_compile=False)
    held_out = fed(split.held_out)
    recorder = CheckpointRecorder(steps=_EARLY_STEPS, measure=lambda seen: {"val_accuracy": accuracy(seen, *held_out)})
    model.fit(
        pictures,
        classes,
        batch_size=_BATCH,
        epochs=EPOCHS,
        verbose=0,
        validation_data=held_out,
        validation_batch_size=500,
        callbacks=[recorder, _Ticker(tick)],
    )
    return model, recorder


def accuracy(model: keras.Model, pictures: Any, classes: Any) -> float:
    """The share of `pictures` that the model reads right, 0 to 1."""
    return float(np.mean(np.argmax(np.asarray(model(pictures, training=False)), axis=-1) == classes))


def fed(digits: Digits) -> tuple[Any, Any]:
    """The digits as the network is fed: (n, 28, 28, 1) float32 in [0, 1], and their classes."""
    return (digits.pictures / 255.0).astype(np.float32), digits.classes
