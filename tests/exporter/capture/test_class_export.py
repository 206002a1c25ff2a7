"""A class that is watched while it learns, exported and attacked; then once more from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


def test_from_training_to_an_attack(keras: Any, tmp_path: Path) -> None:
    from containers import classifier_class

    from exporter.bundle import read_bundle
    from exporter.bundle.validate import validate_bundle
    from exporter.capture import CheckpointRecorder
    from exporter.pipeline import attack_bundle, export_model

    model = classifier_class(keras)
    rng = np.random.default_rng(1)
    x, y = rng.random((12, 6, 6, 1), np.float32), rng.integers(0, 3, 12)
    model.compile("sgd", "sparse_categorical_crossentropy", jit_compile=False)
    recorder = CheckpointRecorder()
    model.fit(x, y, batch_size=6, epochs=1, verbose=0, callbacks=[recorder])
    np.savez(tmp_path / "samples.npz", x=x[:3], y=np.asarray(model(x[:3], training=False)).argmax(axis=1))
    path = export_model(model, tmp_path / "samples.npz", tmp_path / "class.bundle", checkpoints=recorder, scale=1.0)
    model.save(tmp_path / "class.keras")
    with keras.saving.custom_object_scope({type(model).__name__: type(model)}):
        (run,) = attack_bundle(path, tmp_path / "class.keras", "fgsm", input_id="000", keep=2, limit=4.0, warn=str)
    bundle = read_bundle(path)
    assert validate_bundle(path) == []
    assert [checkpoint.label for checkpoint in bundle.manifest.checkpoints] == ["untrained", "epoch 1"]
    fed, captured = (bundle.output("000", bundle.manifest.checkpoints[-1].id, name) for name in ("input", "output"))
    np.testing.assert_allclose(captured, np.asarray(model(fed[None], training=False))[0], atol=1e-6)
    assert {group.name for group in bundle.manifest.groups} >= {"head"}
    assert run == "fgsm-0"
