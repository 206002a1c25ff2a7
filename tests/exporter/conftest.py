"""Small Keras models and a small cluster that the exporter's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="session")
def keras() -> Any:
    """Keras, silenced, on TensorFlow."""
    from exporter.backend import keras

    return keras


@pytest.fixture(scope="session")
def branching(keras: Any) -> Any:
    """Two inputs, a shared layer, a residual sum, a bare operation, two outputs. Do not change."""
    keras.utils.set_random_seed(3)
    layers = keras.layers
    picture = keras.Input((8, 8, 1), name="picture")
    extra = keras.Input((4,), name="extra")
    x = layers.Conv2D(4, 3, padding="same", name="stem")(picture)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.ReLU(name="relu")(x)
    shared = layers.Conv2D(4, 3, padding="same", activation="relu", name="shared")
    y = shared(shared(x))
    x = layers.Add(name="sum")([x, y])
    x = layers.Activation("relu", name="after_sum")(x * 0.5)
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    x = layers.Concatenate(name="joined")([x, layers.Dense(3, activation="tanh", name="side")(extra)])
    x = layers.Dropout(0.5, name="dropped")(x)
    scores = layers.Softmax(name="scores")(layers.Dense(5, name="logits")(x))
    return keras.Model([picture, extra], [scores, layers.Dense(1, name="number")(x)], name="branching")


@pytest.fixture(scope="session")
def branching_inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three samples for `branching`, with their classes."""
    rng = np.random.default_rng(4)
    path = tmp_path_factory.mktemp("branching") / "samples.npz"
    picture, extra = rng.random((3, 8, 8, 1), np.float32), rng.normal(size=(3, 4)).astype(np.float32)
    np.savez(path, picture=picture, extra=extra, y=np.array([0, 4, 2]))
    return path


@pytest.fixture(scope="session")
def learned(keras: Any) -> tuple[Any, Any]:
    """The demo's network after one pass over the digits, and the recorder that watched. Do not change."""
    from exporter.capture import CheckpointRecorder
    from exporter.inputs.digits import digit_split
    from exporter.models import demo_cnn
    from exporter.training import fed

    keras.utils.set_random_seed(5)
    model = demo_cnn()
    recorder = CheckpointRecorder(steps=(3, 20))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    x, y = fed(digit_split().training)
    model.fit(x, y, batch_size=64, epochs=1, verbose=0, callbacks=[recorder])
    return model, recorder


@pytest.fixture(scope="session")
def learned_bundle(learned: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten digits through `learned`, exported with its checkpoints. Do not change."""
    from exporter.pipeline import export_model

    model, recorder = learned
    return export_model(model, "mnist:10", tmp_path_factory.mktemp("learned") / "digits.bundle", checkpoints=recorder)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Any]:
    """A cluster of two workers that runs: it is reached as one on another machine is."""
    distributed = pytest.importorskip("distributed")
    told = {"processes": False, "protocol": "tcp", "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, memory_limit=0, **told) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(scheduler: Any) -> Iterator[Any]:
    """Whoever asks that cluster to work."""
    from exporter.cluster import opened_cluster

    with opened_cluster(scheduler.scheduler_address) as opened:
        yield opened
