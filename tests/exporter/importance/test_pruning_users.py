"""A user's own model and inputs: `importance_bundle` with a folder for curves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle.errors import KerascopeError

pytestmark = [pytest.mark.tf, pytest.mark.slow]
NAMES = ("cat", "dog", "fox")


@pytest.fixture(scope="module")
def made(keras: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any, Any]:
    """A bundle, its model, inputs, and the classes that the model takes them for."""
    from exporter.pipeline import export_model

    keras.utils.set_random_seed(1)
    layers = keras.layers
    hidden = layers.Dense(12, activation="relu", name="hidden")
    model = keras.Sequential([keras.Input((5,), name="x"), hidden, layers.Dense(3, name="out")], name="tiny")
    x = np.random.default_rng(3).normal(size=(400, 5)).astype(np.float32)
    path = export_model(model, x[:2], tmp_path_factory.mktemp("users") / "tiny.bundle", labels=NAMES)
    return path, model, x, np.asarray(model(x)).argmax(axis=1)


def pruned(made: tuple[Path, Any, Any, Any], folder: Path, rows: Any, **options: Any) -> list[str]:
    """What was told."""
    from exporter.weighing import importance_bundle

    path, model, x, classes = made
    np.savez(folder / "inputs.npz", x=x[rows], y=classes[rows])
    told: list[str] = []
    importance_bundle(path, model, inputs=folder / "inputs.npz", prune=folder / "out", warn=told.append, **options)
    return told


def test_half_of_the_inputs_are_held_out_and_curves_written(made: tuple[Path, Any, Any, Any], tmp_path: Path) -> None:
    assert pruned(made, tmp_path, slice(None)) == []
    (curves,) = json.loads((tmp_path / "out/curves.json").read_text(encoding="utf-8"))["networks"]
    assert (curves["title"], tuple(curves["classes"])) == ("tiny", NAMES)
    assert 200 <= curves["held_out"] <= 202
    assert set(curves["curves"]) == {"gradient", "weight", "norm", "random"}
    whole = {run[0] for method in curves["curves"].values() for run in method["overall"]}
    assert whole == {1.0}, "with nothing off it says what it said"
    left = curves["at half"]
    assert left["gradient"]["balanced"]["mean"] > left["random"]["balanced"]["mean"]
    assert (tmp_path / "out/curves.png").stat().st_size > 10_000


def test_few_inputs_are_told_and_too_few_refused(made: tuple[Path, Any, Any, Any], tmp_path: Path) -> None:
    told = pruned(made, tmp_path, slice(40), method="weight")
    assert any("inputs only" in line for line in told)
    (tmp_path / "few").mkdir()
    first = [int(np.flatnonzero(made[3] == each)[0]) for each in range(3)]
    with pytest.raises(KerascopeError, match="too few inputs to hold half of them out"):
        pruned(made, tmp_path / "few", first)
    assert not (tmp_path / "few/out").exists()
