"""The callback that records a model while it learns."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


@pytest.fixture
def learner(keras: Any) -> Any:
    """A model of two weights that learns fast."""
    keras.utils.set_random_seed(6)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="d")])
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse", jit_compile=False)
    return model


def fit(model: Any, recorder: Any, epochs: int = 3) -> None:
    """Four steps an epoch."""
    x = np.random.default_rng(7).normal(size=(32, 2)).astype(np.float32)
    model.fit(x, x.sum(axis=1), batch_size=8, epochs=epochs, verbose=0, callbacks=[recorder])


def test_first_is_untrained_and_last_is_the_model(learner: Any) -> None:
    from exporter.capture import CheckpointRecorder, read_weights

    before = read_weights(learner)
    recorder = CheckpointRecorder()
    fit(learner, recorder)
    assert [(m.label, m.epoch, m.step) for m in recorder.moments] == [
        ("untrained", 0, 0),
        ("epoch 1", 1, 4),
        ("epoch 2", 2, 8),
        ("epoch 3", 3, 12),
    ]
    for moment, expected in ((recorder.moments[0], before), (recorder.moments[-1], read_weights(learner))):
        assert all(np.array_equal(moment.weights()[name], expected[name]) for name in expected)
    kernels = [moment.weights()["d/kernel"] for moment in recorder.moments]
    assert all(not np.array_equal(a, b) for a, b in pairwise(kernels))
    losses = [moment.metrics["loss"] for moment in recorder.moments[1:]]
    assert losses == learner.history.history["loss"]


def test_chosen_steps_and_epochs(learner: Any) -> None:
    from exporter.capture import CheckpointRecorder

    recorder = CheckpointRecorder(epochs=(2,), steps=(1, 6, 8), every_steps=5)
    fit(learner, recorder)
    # Step 8 ends epoch 2 and is there once; the end of training is always there.
    assert [(m.label, m.step) for m in recorder.moments] == [
        ("untrained", 0),
        ("step 1", 1),
        ("step 5", 5),
        ("step 6", 6),
        ("epoch 2", 8),
        ("step 10", 10),
        ("end of training", 12),
    ]


def test_a_second_fit_goes_on(learner: Any) -> None:
    from exporter.capture import CheckpointRecorder

    recorder = CheckpointRecorder(epochs=())
    fit(learner, recorder, epochs=1)
    fit(learner, recorder, epochs=1)
    assert [(m.epoch, m.step) for m in recorder.moments] == [(0, 0), (1, 4), (2, 8)]


def test_weights_can_be_kept_in_files(learner: Any, tmp_path: Path) -> None:
    from exporter.capture import CheckpointRecorder, read_weights

    recorder = CheckpointRecorder(folder=tmp_path / "kept", epochs=(1,))
    fit(learner, recorder, epochs=1)
    assert [path.name for path in sorted((tmp_path / "kept").iterdir())] == ["000.npz", "001.npz"]
    expected = read_weights(learner)
    assert all(np.array_equal(recorder.moments[-1].weights()[name], expected[name]) for name in expected)
