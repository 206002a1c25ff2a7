"""Importance in bundles: which checkpoints and classes, what is told, and that nothing else changes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import read_bundle, validate_bundle
from exporter.bundle.errors import KerascopeError

pytestmark = pytest.mark.tf
CLASSES = 3


def network(keras: Any, *last: Any, seed: int = 4) -> Any:
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    parts = (layers.Conv2D(4, 3, name="conv"), layers.ReLU(name="relu"), layers.Flatten(name="flat"))
    answer = last or (layers.Dense(6, activation="relu", name="hidden"), layers.Dense(CLASSES, name="out"))
    return keras.Sequential([keras.Input((6, 6, 1), name="picture"), *parts, *answer], name="net")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("samples") / "samples.npz"
    random = np.random.default_rng(2)
    np.savez(path, x=random.normal(size=(30, 6, 6, 1)).astype(np.float32), y=np.arange(30) % CLASSES)
    return path


@pytest.fixture(scope="module")
def made(keras: Any, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A bundle with an untrained checkpoint and the final one, and the model it is of. Copy it."""
    from exporter.pipeline import export_model

    model = network(keras)
    out = tmp_path_factory.mktemp("bundle") / "net.bundle"
    first = np.load(samples)["x"][:2]
    return export_model(model, first, out, untrained=True, labels=("cat", "dog", "fox")), model


@pytest.fixture
def bundle(made: tuple[Path, Any], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "net.bundle"))


def weighed(path: Path, model: Any, inputs: Any, **options: Any) -> tuple[Any, list[str]]:
    """The bundle with importance in it, and what was told."""
    from exporter.weighing import importance_bundle

    told: list[str] = []
    importance_bundle(path, model, inputs=inputs, warn=told.append, **options)
    assert validate_bundle(path) == []
    return read_bundle(path), told


def units(bundle: Any, layer: str, method: str = "gradient", checkpoint: str | None = None) -> Any:
    found = bundle.importance(layer, checkpoint or bundle.final_checkpoint.id, method)
    assert found is not None
    return found["units"]


@pytest.mark.parametrize("method", ["gradient", "batch_norm", "weight"])
def test_each_layer_of_units_has_importance_at_the_first_and_the_last_checkpoint(
    bundle: Path, made: tuple[Path, Any], samples: Path, method: str
) -> None:
    model = made[1]
    before = model.get_weights()
    few = {"epochs": 1} if method == "batch_norm" else {}
    there, told = weighed(bundle, model, samples, method=method, **few)
    assert told == []
    ids = [checkpoint.id for checkpoint in there.manifest.checkpoints]
    entries = [entry for entry in there.manifest.derived if entry.kind == "importance"]
    layers = ["picture", "conv", "hidden", "out"]
    assert [(entry.checkpoint, entry.layer) for entry in entries] == [(id_, name) for id_ in ids for name in layers]
    assert {(entry.method, entry.classes) for entry in entries} == {(method, ())}
    for entry in entries:
        values = units(there, entry.layer, method, entry.checkpoint)
        assert values.max() == 1.0
        assert values.min() >= 0.0
    np.testing.assert_array_equal(units(there, "out", method), np.eye(CLASSES))
    assert units(there, "conv", method).shape == (4, CLASSES)
    assert not np.array_equal(units(there, "conv", method, ids[0]), units(there, "conv", method, ids[-1]))
    for weight, was in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, was)


def test_the_same_again_takes_the_place_of_what_was_there_with_the_same_numbers(
    bundle: Path, made: tuple[Path, Any], samples: Path
) -> None:
    once, _ = weighed(bundle, made[1], samples, checkpoint_ids=("000",))
    before = units(once, "hidden", checkpoint="000").tobytes()
    thrice = weighed(bundle, made[1], samples)[0], weighed(bundle, made[1], samples)[0]
    assert len([each for each in thrice[1].manifest.derived if each.kind == "importance"]) == 8
    assert units(thrice[1], "hidden", checkpoint="000").tobytes() == before


def test_without_classes_the_models_own_answers_count_and_that_is_told(
    bundle: Path, made: tuple[Path, Any], samples: Path
) -> None:
    with np.load(samples) as arrays:
        x = arrays["x"]
    there, told = weighed(bundle, made[1], x, checkpoint_ids=("001",))
    assert "each counts for the class that the model takes it for" in told[0]
    answers = made[1].predict(x, verbose=0).argmax(axis=1)
    missing = sorted(set(range(CLASSES)) - set(answers.tolist()))
    assert not units(there, "hidden")[:, missing].any()


def test_a_class_without_samples_is_told_by_its_name(bundle: Path, made: tuple[Path, Any], tmp_path: Path) -> None:
    some = tmp_path / "some.npz"
    np.savez(some, x=np.random.default_rng(0).random((8, 6, 6, 1), np.float32), y=np.arange(8) % 2 * 2)
    there, told = weighed(bundle, made[1], some)
    assert told == ["there are no inputs of class dog: nothing is important for it"]
    assert not units(there, "hidden")[:, 1].any()
    np.testing.assert_array_equal(units(there, "out"), np.eye(CLASSES))


def exported(model: Any, out: Path, inputs: Any) -> Path:
    from exporter.pipeline import export_model

    return export_model(model, inputs, out, warn=lambda line: None)


def test_of_very_many_classes_only_those_that_occur_have_columns(keras: Any, tmp_path: Path) -> None:
    model = network(keras, keras.layers.Dense(300, activation="softmax", name="out"))
    x, classes = np.random.default_rng(0).random((6, 6, 6, 1), np.float32), np.array([299, 7, 7, 299, 7, 40])
    some = tmp_path / "some.npz"
    np.savez(some, x=x, y=classes)
    there, told = weighed(exported(model, tmp_path / "many.bundle", x[:1]), model, some)
    assert told == ["3 of the 300 classes occur in the inputs: the importance is for these"]
    assert {entry.classes for entry in there.manifest.derived if entry.kind == "importance"} == {(7, 40, 299)}
    assert units(there, "conv").shape == (4, 3)
    answers = units(there, "out")
    assert answers.shape == (300, 3)
    assert [int(row) for row in answers.argmax(axis=0)] == [7, 40, 299]
    assert answers.sum() == 3


def test_a_model_of_one_number_has_one_column(keras: Any, tmp_path: Path) -> None:
    model = network(keras, keras.layers.Dense(1, name="price"))
    x = np.random.default_rng(0).random((6, 6, 6, 1), np.float32)
    path = exported(model, tmp_path / "price.bundle", x[:1])
    there, told = weighed(path, model, x)
    assert told == []
    assert units(there, "conv").shape == (4, 1)
    assert units(there, "price").tolist() == [[1.0]]
    with pytest.raises(KerascopeError, match="choose gradient"):
        weighed(path, model, x, method="batch_norm")


def test_a_class_with_its_own_call_works_as_well(tmp_path: Path) -> None:
    from zoo import ZOO

    model, feeds = ZOO["subclassed"]()
    (x,) = feeds.values()
    there, told = weighed(exported(model, tmp_path / "own.bundle", x), model, x)
    assert len([entry for entry in there.manifest.derived if entry.kind == "importance"]) > 2
    assert all("\n" not in line for line in told)


def test_weights_that_are_no_numbers_give_zeros_and_are_told(keras: Any, tmp_path: Path) -> None:
    model = network(keras)
    kernel, bias = model.get_layer("hidden").get_weights()
    kernel[:, 0] = np.nan
    model.get_layer("hidden").set_weights([kernel, bias])
    x = np.random.default_rng(0).random((6, 6, 6, 1), np.float32)
    there, told = weighed(exported(model, tmp_path / "nan.bundle", x[:1]), model, x)
    assert any("no number" in line for line in told)
    assert np.isfinite(units(there, "hidden")).all()


def refused(path: Path, model: Any, inputs: Any, **options: Any) -> str:
    """What is said of what cannot be done; the bundle is as it was."""
    before = (path / "manifest.json").read_bytes(), sorted(path.rglob("*"))
    with pytest.raises(KerascopeError) as error:
        weighed(path, model, inputs, **options)
    assert (before[0], before[1]) == ((path / "manifest.json").read_bytes(), sorted(path.rglob("*")))
    assert "\n" not in str(error.value)
    return str(error.value)


REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"method": "gradients"}, "did you mean gradient?"),
    ({"method": "gradient", "epochs": 3}, "gradient has no such option"),
    ({"method": "batch_norm", "rate": -1.0}, "make no sense"),
    ({"checkpoint_ids": ("777",)}, "777"),
    ({"labels": ("one", "two")}, "the labels do not fit the model"),
]


@pytest.mark.parametrize(("options", "said"), REFUSALS)
def test_what_makes_no_sense_is_refused(
    bundle: Path, made: tuple[Path, Any], samples: Path, options: Any, said: str
) -> None:
    assert said in refused(bundle, made[1], samples, **options)


def test_another_model_another_shape_and_wrong_classes_are_refused(
    bundle: Path, made: tuple[Path, Any], keras: Any, tmp_path: Path
) -> None:
    x = np.zeros((4, 6, 6, 1), np.float32)
    other = network(keras, keras.layers.Dense(CLASSES, name="out"))
    assert "not the one that the bundle was made of" in refused(bundle, other, x)
    assert "does not take arrays of this shape" in refused(bundle, made[1], np.zeros((4, 5, 5, 1), np.float32))
    wrong = tmp_path / "wrong.npz"
    np.savez(wrong, x=x, y=np.array([0, 1, 2, 3]))
    assert "the true classes do not fit" in refused(bundle, made[1], wrong)
    assert "cannot be measured" in refused(bundle, made[1], x, prune=tmp_path / "curves")
    assert not (tmp_path / "curves").exists()


def test_weights_that_are_not_in_the_bundle_are_the_models_own_if_it_is_the_same(
    keras: Any, samples: Path, tmp_path: Path
) -> None:
    from exporter.pipeline import export_model

    model = network(keras)
    first = np.load(samples)["x"][:2]
    path = export_model(model, first, tmp_path / "light.bundle", weights="none", warn=lambda line: None)
    there, told = weighed(path, model, samples)
    assert units(there, "hidden").any()
    assert "keeps no weights" in told[0]
    assert "no checkpoint" in refused(path, network(keras, seed=5), samples)
