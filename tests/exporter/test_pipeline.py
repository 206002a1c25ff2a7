"""From a model to a bundle, and an attack into it."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.bundle import Bundle, KerascopeError, read_bundle, validate_bundle

pytestmark = pytest.mark.tf


def files_of(path: Path) -> dict[str, bytes]:
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


@pytest.fixture
def copied(learned_bundle: Path, tmp_path: Path) -> Path:
    """The exported digits, to be changed."""
    return shutil.copytree(learned_bundle, tmp_path / "copied.bundle")


def test_a_branching_model_is_stored_whole(keras: Any, branching: Any, branching_inputs: Path, tmp_path: Path) -> None:
    from exporter.pipeline import export_model

    bundle = read_bundle(export_model(branching, branching_inputs, tmp_path / "b.bundle"))
    assert validate_bundle(bundle.path) == []
    with np.load(branching_inputs) as arrays:
        feeds = [arrays["picture"], arrays["extra"]]
    peer = keras.Model(branching.inputs, [branching.get_layer("sum").output, *branching.outputs])
    total, scores, number = (np.asarray(output) for output in peer(feeds, training=False))
    checkpoint = bundle.final_checkpoint.id
    for row, shown in enumerate(bundle.manifest.inputs):
        for name, values in (("sum", total), ("scores", scores), ("number", number), ("extra", feeds[1])):
            np.testing.assert_array_equal(bundle.output(shown.id, checkpoint, name), values[row])
        capture = bundle.capture(shown.id, checkpoint)
        assert capture.predicted == scores[row].argmax()
        np.testing.assert_array_equal(np.float32(capture.scores), scores[row])
    assert [shown.true_class for shown in bundle.manifest.inputs] == [0, 4, 2]
    assert bundle.manifest.model.outputs == ("scores", "number")
    np.testing.assert_array_equal(bundle.weight(checkpoint, "shared:1", "kernel"), branching.get_layer("shared").kernel)


def test_statistics_are_of_what_is_stored(learned_bundle: Path) -> None:
    from exporter.capture import channel_statistics

    bundle = read_bundle(learned_bundle)
    ids = [shown.id for shown in bundle.manifest.inputs]
    for layer in bundle.manifest.layers:
        values = np.stack([bundle.output(id_, bundle.final_checkpoint.id, layer.name) for id_ in ids])
        found = bundle.statistics(layer.name)
        assert found is not None
        for name, expected in channel_statistics(values).items():
            np.testing.assert_array_equal(found[name], expected, err_msg=f"{layer.name} {name}")


def test_little_memory_gives_the_same_moments_and_percentiles_of_fewer_values(
    learned: tuple[Any, Any], tmp_path: Path, learned_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter import writing
    from exporter.pipeline import export_model

    monkeypatch.setattr(writing, "SAMPLED_VALUES", 28 * 28 * 8 * 5)
    bundle, whole = (
        read_bundle(export_model(learned[0], "mnist:10", tmp_path / "few.bundle")),
        read_bundle(learned_bundle),
    )
    sampled = {entry.layer: entry.sampled for entry in bundle.manifest.derived if entry.sampled is not None}
    assert set(sampled) == {"conv_1", "relu_1"}
    assert all(0.5 * 28 * 28 * 5 < count <= 28 * 28 * 5 for count in sampled.values())
    assert all(entry.sampled is None for entry in whole.manifest.derived)
    exact = {"min", "max", "mean", "std", "zero_fraction", "nan_count", "histogram_edges"}
    for layer in (layer.name for layer in bundle.manifest.layers):
        one, other = bundle.statistics(layer), whole.statistics(layer)
        assert one is not None
        assert other is not None
        for name in exact if layer in sampled else one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=f"{layer} {name}")
        assert one["histogram"].sum(axis=1).tolist() == [sampled.get(layer, other["histogram"][0].sum())] * len(
            one["min"]
        )
    relu = bundle.statistics("relu_1"), whole.statistics("relu_1")
    assert relu[0] is not None
    assert relu[1] is not None
    spread = relu[1]["max"] - relu[1]["min"]
    assert (np.abs(relu[0]["percentiles"] - relu[1]["percentiles"]) <= 0.05 * spread[:, None]).all()


def test_a_recorder_gives_checkpoints_from_untrained_to_final(learned: tuple[Any, Any], learned_bundle: Path) -> None:
    model, recorder = learned
    bundle = read_bundle(learned_bundle)
    assert [(c.id, c.label, c.step) for c in bundle.manifest.checkpoints] == [
        ("000", "untrained", 0),
        ("001", "step 3", 3),
        ("002", "step 20", 20),
        ("003", "epoch 1", 63),
    ]
    assert bundle.final_checkpoint.metrics["accuracy"] == recorder.moments[-1].metrics["accuracy"]
    np.testing.assert_array_equal(bundle.weight("003", "conv_1", "kernel"), model.get_layer("conv_1").kernel)
    np.testing.assert_array_equal(
        bundle.weight("000", "conv_1", "kernel"), recorder.moments[0].weights()["conv_1/kernel"]
    )
    assert len(bundle.manifest.captures) == 4 * 10
    shallow, deep = (bundle.output("003", id_, "conv_1") for id_ in ("000", "003"))
    assert not np.array_equal(shallow, deep)


def test_earlier_checkpoints_are_captured_as_far_as_the_budget_goes(
    learned: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter import plan
    from exporter.pipeline import export_model

    monkeypatch.setattr(plan, "EARLIER_BYTES", 1)
    bundle = read_bundle(export_model(learned[0], "mnist:4", tmp_path / "b.bundle", untrained=True, seed=3))
    captured = [(capture.checkpoint, capture.input) for capture in bundle.manifest.captures]
    assert captured == [("000", "000"), *(("001", f"00{place}") for place in range(4))]
    assert validate_bundle(bundle.path) == []


def test_the_same_export_gives_the_same_bytes(learned: tuple[Any, Any], tmp_path: Path) -> None:
    from exporter.pipeline import export_model

    learned[0].save(tmp_path / "m.keras")
    one, other = (
        export_model(tmp_path / "m.keras", "mnist:3", tmp_path / name, untrained=True, seed=9) for name in ("a", "b")
    )
    assert files_of(one) == files_of(other)


def test_checkpoint_files_in_order(learned: tuple[Any, Any], tmp_path: Path) -> None:
    from exporter.models import ModelError, untrained_twin
    from exporter.pipeline import export_model

    model, _ = learned
    early, middle = untrained_twin(model, 1), untrained_twin(model, 2)
    early.save_weights(tmp_path / "early.weights.h5")
    middle.save(tmp_path / "middle.keras")
    files = [tmp_path / "early.weights.h5", tmp_path / "middle.keras"]
    bundle = read_bundle(export_model(model, "mnist:2", tmp_path / "b.bundle", checkpoints=files))
    assert [(c.id, c.label) for c in bundle.manifest.checkpoints] == [
        ("001", "early"),
        ("002", "middle"),
        ("003", "final"),
    ]
    for id_, expected in (("001", early), ("002", middle), ("003", model)):
        np.testing.assert_array_equal(bundle.weight(id_, "dense", "kernel"), expected.get_layer("dense").kernel)
    with pytest.raises(ModelError, match=r"no such (model|checkpoint) file"):
        export_model(model, "mnist:2", tmp_path / "c.bundle", checkpoints=[tmp_path / "nowhere.keras"])
    assert not (tmp_path / "c.bundle").exists()


def test_a_checkpoint_of_another_model_is_refused(keras: Any, learned: tuple[Any, Any], tmp_path: Path) -> None:
    from exporter.models import ModelError
    from exporter.pipeline import export_model

    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    other.save(tmp_path / "other.keras")
    other.save_weights(tmp_path / "other.weights.h5")
    for name in ("other.keras", "other.weights.h5"):
        with pytest.raises(ModelError, match=r"(of another model|do not fit the model).*other"):
            export_model(learned[0], "mnist:2", tmp_path / "b.bundle", checkpoints=[tmp_path / name])


def test_a_model_in_memory_keeps_its_weights(learned: tuple[Any, Any], learned_bundle: Path) -> None:
    model, recorder = learned
    assert learned_bundle.exists()
    for name, values in recorder.moments[-1].weights().items():
        layer, variable = name.split("/")
        np.testing.assert_array_equal(getattr(model.get_layer(layer), variable), values)


def test_float16_halves_the_outputs_but_not_what_was_fed(learned: tuple[Any, Any], tmp_path: Path) -> None:
    from exporter.pipeline import attack_bundle, export_model

    path = export_model(learned[0], "mnist:2", tmp_path / "b.bundle", dtype="float16")
    bundle = read_bundle(path)
    outputs = bundle.manifest.captures[0].outputs
    assert {name: ref.dtype for name, ref in outputs.items() if ref.dtype != "float16"} == {"digit": "float32"}
    attack_bundle(path, learned[0], "fgsm", keep=2, limit=0.05, warn=lambda line: None)
    assert read_bundle(path).manifest.captures[-1].outputs["conv_1"].dtype == "float16"
    assert validate_bundle(path) == []


def test_nan_in_the_weights_is_stored_counted_and_told(keras: Any, tmp_path: Path) -> None:
    from exporter.pipeline import export_model

    layer = keras.layers.Conv2D(2, 1, name="c")
    model = keras.Sequential([keras.Input((4, 4, 1)), layer, keras.layers.Flatten(), keras.layers.Dense(2, name="d")])
    layer.set_weights([np.array([np.nan, 1.0]).reshape(1, 1, 1, 2), np.zeros(2)])
    told: list[str] = []
    pictures = np.full((2, 4, 4, 1), 255, np.uint8)
    bundle = read_bundle(export_model(model, pictures, tmp_path / "b.bundle", warn=told.append))
    assert told == ["1 of 2 weights in c/kernel are NaN or infinite (checkpoint 001, final)"]
    assert np.isnan(bundle.weight("001", "c", "kernel")).ravel().tolist() == [True, False]
    statistics = bundle.statistics("c")
    assert statistics is not None
    assert statistics["nan_count"].tolist() == [32, 0]
    assert statistics["max"].tolist() == [0, 1]
    assert bundle.manifest.captures[0].scores == (None, None)
    assert bundle.manifest.captures[0].predicted is None
    assert validate_bundle(bundle.path) == []


def test_a_model_that_scales_by_itself_is_fed_pictures(keras: Any, tmp_path: Path) -> None:
    from exporter.pipeline import export_model

    layers = keras.layers
    inner = keras.Sequential([keras.Input((4, 4, 1)), layers.Rescaling(1 / 255)])
    pictures = np.full((1, 4, 4, 1), 255, np.uint8)
    for place, first in enumerate(
        [[layers.Rescaling(1 / 255)], [layers.ZeroPadding2D(), layers.Rescaling(2.0)], [inner]]
    ):
        model = keras.Sequential([keras.Input((4, 4, 1)), *first, layers.Flatten(), layers.Dense(2)])
        manifest = read_bundle(export_model(model, pictures, tmp_path / f"{place}.bundle")).manifest
        assert (manifest.preprocessing.scale, manifest.preprocessing.high) == (1, 255)
    late = keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(1, 3), layers.Rescaling(2.0), layers.Flatten()])
    assert read_bundle(export_model(late, pictures, tmp_path / "late.bundle")).manifest.preprocessing.scale == 1 / 255


def test_a_model_that_takes_bytes_is_fed_pictures(keras: Any, tmp_path: Path) -> None:
    from exporter.pipeline import export_model

    layers = keras.layers
    model = keras.Sequential([keras.Input((4, 4, 1), dtype="uint8"), layers.Flatten(), layers.Dense(2)])
    pictures = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1)
    bundle = read_bundle(export_model(model, pictures, tmp_path / "b.bundle"))
    np.testing.assert_array_equal(bundle.output("000", "001", model.layers[0].name).ravel(), np.arange(16))
    np.testing.assert_array_equal(bundle.output("000", "001", bundle.manifest.model.inputs[0]), pictures[0])


def test_what_is_wrong_leaves_nothing_behind(
    learned: tuple[Any, Any], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from exporter.pipeline import export_model

    out = tmp_path / "out" / "b.bundle"
    tmp_path_of_classes = tmp_path_factory.mktemp("classes") / "x.npz"
    np.savez(tmp_path_of_classes, x=np.zeros((1, 28, 28), np.uint8), y=np.array([10]))
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (np.zeros((2, 28, 27, 1), np.uint8), {}),
        ("mnist:2", {"labels": ["only", "two"]}),
        ("mnist:2", {"mean": (1, 2)}),
        (tmp_path_of_classes, {}),
        ("mnist:2", {"dtype": "float8"}),
        (tmp_path / "nowhere", {}),
        ("mnist:2", {"checkpoints": [tmp_path / "nowhere.keras"]}),
    ]
    for inputs, options in attempts:
        with pytest.raises(KerascopeError):
            export_model(learned[0], inputs, out, **options)
        assert list(tmp_path.iterdir()) == []


def test_an_attack_adds_a_run_and_changes_nothing_that_was_there(learned: tuple[Any, Any], copied: Path) -> None:
    from exporter.pipeline import attack_bundle

    before, old = files_of(copied), read_bundle(copied).manifest
    (run_id,) = attack_bundle(copied, learned[0], "fgsm")
    bundle = read_bundle(copied)
    assert validate_bundle(copied) == []
    after = files_of(copied)
    assert {name: after[name] for name in before if name != "manifest.json"} == {
        name: content for name, content in before.items() if name != "manifest.json"
    }
    assert bundle.manifest.inputs[: len(old.inputs)] == old.inputs
    assert bundle.manifest.captures[: len(old.captures)] == old.captures
    check_run(bundle, run_id, learned[0])


def check_run(bundle: Bundle, run_id: str, model: Any) -> None:
    """Every number that a run tells is the model's."""
    run = bundle.manifest.runs[-1]
    assert (run.id, run.checkpoint) == (run_id, bundle.final_checkpoint.id)
    assert run.parent is not None
    parent = bundle.input(run.parent)
    clean = bundle.output(run.parent, run.checkpoint, "digit")
    assert bundle.capture(run.parent, run.checkpoint).predicted == parent.true_class == run.result["original"]
    assert run.result["success"] is True
    assert run.result["steps"] == run.result["kept"] == len(run.inputs)
    predictions = []
    for place, id_ in enumerate(run.inputs):
        shown, capture = bundle.input(id_), bundle.capture(id_, run.checkpoint)
        fed = bundle.output(id_, run.checkpoint, "digit")
        assert (shown.kind, shown.parent, shown.run, shown.step) == ("attacked", run.parent, run_id, place)
        assert shown.epsilon is not None
        assert np.abs(fed - clean).max() <= shown.epsilon + 1e-7
        np.testing.assert_array_equal(bundle.image(id_), np.rint(fed * 255))
        np.testing.assert_allclose(capture.scores, model(fed[None])[0], atol=1e-5)
        predictions.append(capture.predicted)
    assert predictions == [run.result["original"]] * (len(predictions) - 1) + [run.result["predicted"]]
    assert bundle.input(run.inputs[-1]).epsilon == run.result["epsilon"]


def test_the_kept_steps_are_spread_evenly_with_first_and_last(learned: tuple[Any, Any], copied: Path) -> None:
    from exporter.pipeline import attack_bundle

    for keep, first in ((4, 0), (1, None), ("all", 0)):
        attack_bundle(copied, learned[0], "fgsm", input_id="003", keep=keep)
        bundle = read_bundle(copied)
        run = bundle.manifest.runs[-1]
        steps = [bundle.input(id_).step or 0 for id_ in run.inputs]
        tried = int(run.result["steps"] or 0)
        assert steps[-1] == tried - 1
        assert len(steps) == (tried if keep == "all" else keep)
        assert first is None or steps[0] == first
        if keep == 4:
            assert max(np.diff(steps)) - min(np.diff(steps)) <= 1
    assert [run.id for run in bundle.manifest.runs] == ["fgsm-0", "fgsm-1", "fgsm-2"]
    assert validate_bundle(copied) == []


def test_an_attack_that_fails_is_stored_and_told(learned: tuple[Any, Any], copied: Path) -> None:
    from exporter.pipeline import attack_bundle

    told: list[str] = []
    attack_bundle(copied, learned[0], "fgsm", start=1e-4, step=1e-4, limit=2e-4, warn=told.append)
    run = read_bundle(copied).manifest.runs[-1]
    assert run.result["success"] is False
    assert len(run.inputs) == 2
    said = f"did not change the prediction of input {run.parent} with changes of up to 0.051/255"
    assert told == [f"fgsm-0: fgsm {said}; a larger --limit tries more"]


def test_an_attack_that_needs_one_step_says_how_to_see_more(learned: tuple[Any, Any], copied: Path) -> None:
    from exporter.pipeline import attack_bundle

    told: list[str] = []
    attack_bundle(copied, learned[0], "fgsm", start=0.9, limit=1.0, warn=told.append)
    run = read_bundle(copied).manifest.runs[-1]
    assert (run.result["success"], len(run.inputs)) == (True, 1)
    assert len(told) == 1
    assert "--start" in told[0]


def test_what_cannot_be_attacked_is_told_and_the_bundle_stays(
    keras: Any, learned: tuple[Any, Any], copied: Path
) -> None:
    from exporter.models import demo_cnn
    from exporter.pipeline import attack_bundle

    before = files_of(copied)
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    attempts: list[tuple[Any, str, dict[str, Any], str]] = [
        (learned[0], "fgms", {}, "did you mean fgsm"),
        (learned[0], "fgsm", {"size": 1}, "expected epsilon, start, step, limit, got size"),
        (learned[0], "fgsm", {"input_id": "777"}, "no such input"),
        (learned[0], "fgsm", {"keep": 0}, "so many steps"),
        (learned[0], "fgsm", {"step": 0.0}, "make no sense"),
        (other, "fgsm", {}, "not the one that the bundle was made of"),
        (demo_cnn(), "fgsm", {}, "in no checkpoint"),
    ]
    for model, method, options, told in attempts:
        with pytest.raises(KerascopeError, match=told):
            attack_bundle(copied, model, method, **options)
        assert files_of(copied) == before


def test_an_earlier_checkpoint_can_be_attacked(learned: tuple[Any, Any], copied: Path) -> None:
    from exporter.capture import weights_as
    from exporter.pipeline import attack_bundle

    model, recorder = learned
    with weights_as(model, recorder.moments[2].weights()):
        attack_bundle(copied, model, "fgsm", keep=2)
    run = read_bundle(copied).manifest.runs[-1]
    assert run.checkpoint == "002"
    assert validate_bundle(copied) == []


def test_an_h5_file_exports_too(learned: tuple[Any, Any], tmp_path: Path) -> None:
    from exporter.pipeline import export_model

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learned[0].save(tmp_path / "m.h5")
    assert validate_bundle(export_model(tmp_path / "m.h5", "mnist:1", tmp_path / "b.bundle")) == []
