"""Explanations in a bundle: what is explained, what is asked, what is written, saved and told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import KEY, layer, paper_bundle
from PIL import Image

from exporter.bundle import Bundle, BundleWriter, KerascopeError, read_bundle, validate_bundle
from exporter.bundle.schema import Run

pytestmark = pytest.mark.tf

NAMES = tuple(f"digit {number}" for number in range(10))
Explain = Callable[..., tuple[str, ...]]


@pytest.fixture(scope="module")
def model(keras: Any) -> Any:
    """A network that is fed digits: a convolution in a model in the model, ten classes."""
    layers = keras.layers
    inner = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(3, 5, strides=3, activation="relu", name="conv")])
    inner.name = "inner"
    parts = [inner, layers.MaxPooling2D(name="pool"), layers.Flatten(), layers.Dense(10), layers.Softmax()]
    keras.utils.set_random_seed(4)
    return keras.Sequential([keras.Input((28, 28, 1), name="picture"), *parts])


@pytest.fixture(scope="module")
def exported(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three digits, with names for the classes."""
    from exporter.pipeline import export_model

    folder = tmp_path_factory.mktemp("explaining")
    (folder / "labels.txt").write_text("\n".join(NAMES))
    return export_model(model, "mnist:3", folder / "digits.bundle", labels=folder / "labels.txt")


@pytest.fixture(scope="module")
def explain(model: Any) -> Explain:
    from exporter.explaining import explain_bundle

    def work(path: Path, method: str = "saliency", **asked: Any) -> tuple[str, ...]:
        return explain_bundle(path, asked.pop("model", model), method, **{"warn": lambda _: None, **asked})

    return work


@pytest.fixture
def path(exported: Path, tmp_path: Path) -> Path:
    return shutil.copytree(exported, tmp_path / "digits.bundle")


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def explained(exported: Path, explain: Explain, told: list[str], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """All digits by saliency with pictures; one by Grad-CAM on every layer, and by a unit of the convolution."""
    folder = tmp_path_factory.mktemp("explained")
    path = shutil.copytree(exported, folder / "digits.bundle")
    assert explain(path, input_id="all", png=folder / "png", tell=told.append) == (
        "saliency-0",
        "saliency-1",
        "saliency-2",
    )
    assert explain(path, "grad_cam", input_id="001", layer="all", class_="digit 3") == ("grad_cam-0",)
    assert explain(path, "occlusion", layer="inner/conv", channel=2, at="3,4", square=7) == ("occlusion-0",)
    return read_bundle(path)


def test_a_bundle_holds_a_run_and_an_overlay_of_each_input(explained: Bundle, model: Any) -> None:
    assert list(validate_bundle(explained.path)) == []
    runs = {run.id: run for run in explained.manifest.runs}
    said = model(np.stack([explained.output(id_, "001", "picture") for id_ in ("000", "001", "002")])).numpy()
    for number, predicted in enumerate(said.argmax(axis=1)):
        run, overlay = runs[f"saliency-{number}"], explained.overlay(f"saliency-{number}")
        assert (run.kind, run.method, run.parent, run.inputs) == ("explain", "saliency", f"00{number}", ())
        assert run.options == {"layer": None, "channel": None, "at": None, "class": predicted, "seed": 0}
        assert run.result["predicted"] == predicted
        assert (overlay.run, overlay.input, overlay.layer, overlay.kind) == (run.id, run.parent, "picture", "heat")
        assert explained.load(overlay.values).shape == (28, 28)
        assert overlay.values.file == f"derived/overlays-{run.id}.npz"


def test_maps_are_those_of_the_method_for_what_was_fed(explained: Bundle, model: Any) -> None:
    from exporter.explain import Question, explanation_named
    from exporter.probing import Probe

    fed = explained.output("001", "001", "picture")[None]
    asked = Question(fed, None, np.array([3]))
    explanation = explanation_named("grad_cam")
    maps = explanation.run(Probe(model), asked, explanation.chosen(place="all")).maps
    ids = [overlay.id for overlay in explained.manifest.overlays if overlay.run == "grad_cam-0"]
    assert ids == ["grad_cam-0", "grad_cam-0@pool", "grad_cam-0@inner/conv"]
    for id_, found in zip(ids, maps, strict=True):
        assert explained.overlay(id_).layer == found.layer
        np.testing.assert_allclose(explained.load(explained.overlay(id_).values), found.values[0], atol=1e-6)
    run = next(run for run in explained.manifest.runs if run.id == "grad_cam-0")
    assert (run.options["class"], run.options["layer"], run.options["place"]) == (3, None, "all")


def test_a_unit_of_a_layer_is_asked_about(explained: Bundle) -> None:
    run = explained.manifest.runs[-1]
    asked = {"layer": "inner/conv", "channel": 2, "at": "3,4", "class": None, "square": 7, "stride": None}
    assert asked.items() <= run.options.items()
    assert run.result["score"] == pytest.approx(explained.output("000", "001", "inner/conv")[3, 4, 2], abs=1e-6)
    values = explained.load(explained.overlay(run.id).values)
    rows, columns = np.nonzero(values)
    assert rows.size
    reach = 7 - 1  # a square covers the kernel's pixels and others
    assert 3 * 3 - reach <= rows.min()
    assert rows.max() < 3 * 3 + 5 + reach
    assert 4 * 3 - reach <= columns.min()
    assert columns.max() < 4 * 3 + 5 + reach


def test_each_input_is_told_and_saved(explained: Bundle, told: list[str]) -> None:
    assert [line.partition(",")[0] for line in told] == [
        f"saliency-{number}: input 00{number} ({explained.input(f'00{number}').label})" for number in range(3)
    ]
    predicted = NAMES[int(explained.manifest.runs[0].result["predicted"] or 0)]
    assert f", {predicted}, score " in told[0]
    pictures = explained.path.parent / "png"
    assert sorted(each.name for each in pictures.iterdir()) == [f"saliency-{number}.png" for number in range(3)]
    with Image.open(pictures / "saliency-0.png") as picture:
        assert min(picture.size) > 600


def test_the_first_clean_input_is_explained_where_none_is_named_and_attacked_ones_where_they_are(
    path: Path, explain: Explain
) -> None:
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(path).manifest
        members: dict[str, Any] = {"method": "none", "checkpoint": "001", "parent": "001", "options": {}, "result": {}}
        runs = (Run(id="made", kind="attack", inputs=("000",), **members),)
        first = structs.replace(manifest.inputs[0], kind="attacked", parent="001", run="made")
        writer.commit(structs.replace(manifest, inputs=(first, *manifest.inputs[1:]), runs=runs))
    explain(path)
    explain(path, input_id=["000", "000"])
    assert [run.parent for run in read_bundle(path).manifest.runs[1:]] == ["001", "000"]


def test_a_digit_that_is_fed_as_a_vector_has_a_map_with_rows_and_columns(
    keras: Any, explain: Explain, tmp_path: Path
) -> None:
    from exporter.pipeline import export_model

    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(3)])
    path = export_model(model, "mnist:1", tmp_path / "flat.bundle")
    for method, options in (("saliency", {}), ("occlusion", {"square": 14, "stride": 14})):
        (run,) = explain(path, method, model=model, class_=1, **options)
        bundle = read_bundle(path)
        assert bundle.load(bundle.overlay(run).values).shape == (28, 28)
    squares = bundle.load(bundle.overlay(run).values)
    weights, fed = model.get_weights()[0][:, 1], bundle.output("000", "001", bundle.manifest.model.inputs[0])
    parts = (weights * (fed - 0.5)).reshape(2, 14, 2, 14).sum(axis=(1, 3))
    np.testing.assert_allclose(squares, np.kron(parts, np.ones((14, 14))), atol=1e-4)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"method": "salience"}, "no such explanation: .* did you mean saliency"),
        ({"samples": 3}, "saliency has no such option: expected none, got samples"),
        ({"class_": 10}, "no such class: expected 0 to 9, or one of digit 0, .* got 10"),
        ({"class_": "digit 11"}, "no such class"),
        ({"layer": "inner/con"}, "no such layer: .* did you mean inner/conv"),
        ({"layer": "inner/conv", "channel": 3}, "no such channel of 'inner/conv': expected 0 to 2, got 3"),
        ({"layer": "inner/conv", "channel": 1, "at": (9, 9)}, "no such place on 'inner/conv': expected a place in 8x8"),
        ({"layer": "inner/conv", "channel": 1, "at": "3;4"}, "no such place: expected a row and a column, such as 3,7"),
        ({"channel": 3}, "a channel needs its layer"),
        ({"layer": "inner/conv", "at": (1, 1)}, "a place needs its channel"),
        ({"layer": "pool", "class_": 1}, "one thing is asked about at a time"),
        ({"method": "grad_cam", "layer": "pool", "channel": 1}, "grad_cam explains classes: expected a class"),
        ({"method": "grad_cam", "layer": "dense"}, "needs a layer with feature maps: expected one of inner/conv, pool"),
        ({"method": "cam"}, "cam cannot explain this model: .* use grad_cam"),
        ({"input_id": "9"}, "no such input"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line_and_changes_nothing(
    exported: Path, explain: Explain, keras: Any, asked: dict[str, Any], said: str
) -> None:
    if asked.get("layer") == "dense":
        asked = {**asked, "layer": next(each.name for each in read_bundle(exported).manifest.layers if each.units)}
    before = sorted(each.name for each in exported.rglob("*")), (exported / "manifest.json").read_bytes()
    with pytest.raises(KerascopeError, match=said) as error:
        explain(exported, **asked)
    assert "\n" not in str(error.value)
    assert before == (sorted(each.name for each in exported.rglob("*")), (exported / "manifest.json").read_bytes())


def test_pictures_that_cannot_be_saved_are_told_before_the_work(
    path: Path, explain: Explain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.explaining import explain as module

    monkeypatch.setattr(module, "_add", lambda *_: pytest.fail("the work began"))
    (tmp_path / "saliency-0.png").write_bytes(b"mine")
    with pytest.raises(KerascopeError, match="a picture at this place already; pass --overwrite"):
        explain(path, png=tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KerascopeError, match="no pictures can be saved there: expected a folder, got a file"):
        explain(path, png=tmp_path / "file" / "deeper")
    assert (tmp_path / "saliency-0.png").read_bytes() == b"mine"


def test_a_model_with_several_inputs_is_refused(branching: Any, exported: Path, explain: Explain) -> None:
    with pytest.raises(KerascopeError, match="expected one input, got 2 inputs"):
        explain(exported, model=branching)


def test_an_input_of_which_nothing_was_kept_is_refused() -> None:
    from exporter.explaining.subjects import chosen_inputs

    bundle = paper_bundle([layer("picture", "input", 4, 4, 1), layer("scores", "dense", 3)])
    shown, checkpoint = KEY
    assert [each.id for each in chosen_inputs(bundle, checkpoint, ())] == [shown]
    capture = bundle.manifest.captures[0]
    for captures, got in (((), "no capture of it"), ((structs.replace(capture, outputs={}),), "scores only")):
        bare = paper_bundle([layer("picture", "input", 4, 4, 1), layer("scores", "dense", 3)], captures=captures)
        with pytest.raises(KerascopeError, match=f"input {shown} cannot be explained: .* got {got}"):
            chosen_inputs(bare, checkpoint, (shown,))
    with pytest.raises(KerascopeError, match="there is nothing to explain: expected a clean input"):
        chosen_inputs(paper_bundle([layer("picture", "input", 4, 4, 1)], captures=()), checkpoint, ("all",))


def test_maps_that_are_no_numbers_are_refused_and_empty_ones_told(explained: Bundle) -> None:
    from exporter.explain.contract import Explained, Map
    from exporter.explaining.overlays import maps_of
    from exporter.explaining.words import told_of_nothing

    values = np.zeros((1, 4), np.float32)
    (nothing,) = maps_of(Explained((Map("x", "heat", values),), ({},)), 0, "x", (2, 2, 1), "000")
    assert nothing.values.shape == (2, 2)
    warned: list[str] = []
    told_of_nothing(explained, explained.manifest.runs[0], nothing, warned.append)
    assert "the map of input 000 is 0 everywhere: nothing in it moves digit" in warned[0]
    advised = structs.replace(explained.manifest.runs[0], result={"advice": "take more steps"})
    told_of_nothing(explained, advised, Map("x", "heat", np.ones((2, 2), np.float32)), warned.append)
    assert warned[1:] == [f"{advised.id}: input 000: take more steps"]
    values[0, 1] = np.nan
    with pytest.raises(KerascopeError, match="input 000 cannot be explained: expected finite numbers, got NaN"):
        maps_of(Explained((Map("x", "heat", values),), ({},)), 0, "x", (2, 2, 1), "000")


def test_colours_that_are_fed_as_a_vector_make_one_map() -> None:
    from exporter.explain.contract import Explained, Map
    from exporter.explaining.overlays import maps_of

    values = np.arange(12, dtype=np.float32)[None] - 4
    for kind, by_hand in (("signed", "sum"), ("heat", "max")):
        (found,) = maps_of(Explained((Map("x", kind, values),), ({},)), 0, "x", (2, 2, 3), "000")  # type: ignore[arg-type]
        np.testing.assert_array_equal(found.values, getattr(values.reshape(2, 2, 3), by_hand)(axis=-1))
