"""Images in a bundle of their own: what is kept of them, and what the manifest says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from exporter.bundle import Bundle, read_bundle, validate_bundle

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def one(one_path: Path) -> Bundle:
    return read_bundle(one_path)


def test_every_kept_step_is_an_input_that_begins_with_nothing(one: Bundle) -> None:
    assert validate_bundle(one.path) == []
    assert [each.step for each in one.manifest.inputs] == [0, 2, 4, 6]
    assert {(each.kind, each.parent, each.run) for each in one.manifest.inputs} == {("synthesised", None, "filter-0")}
    assert one.manifest.inputs[-1].label == "conv channel 1, step 6"


def test_the_run_says_what_was_asked_and_how_it_ended(one: Bundle) -> None:
    (run,) = one.manifest.runs
    assert (run.kind, run.method, run.parent) == ("synthesise", "filter", None)
    asked = {"layer": "conv", "channel": 1, "class": None, "at": None, "seed": 0, "keep": 4, "steps": 6}
    assert asked.items() <= run.options.items()
    losses = json.loads(str(run.result["losses"]))
    assert losses == sorted(losses)
    assert (losses[0], losses[-1]) == (run.result["first_loss"], run.result["last_loss"])
    assert (run.result["steps"], run.result["kept"], run.result["dead"], run.result["stopped"]) == (6, 4, False, None)
    last = one.capture(run.inputs[-1], run.checkpoint)
    assert run.result["predicted"] == last.predicted
    assert run.result["probability"] == pytest.approx(max(score for score in last.scores if score is not None))


def test_the_loss_is_what_the_kept_layer_says(one: Bundle) -> None:
    (run,) = one.manifest.runs
    kept = [float(one.output(id_, run.checkpoint, "conv")[..., 1].mean()) for id_ in run.inputs]
    np.testing.assert_allclose(json.loads(str(run.result["losses"])), kept, rtol=1e-4)


def test_all_layers_are_kept_as_the_model_makes_them_of_what_was_fed(one: Bundle, small: Any) -> None:
    fed = one.output("003", "001", "picture")
    assert set(one.capture("003", "001").outputs) == {"picture", "conv", "flat", "scores"}
    np.testing.assert_allclose(one.output("003", "001", "scores"), small(fed[None])[0], atol=1e-6)
    image = one.image("003")
    assert image is not None
    np.testing.assert_array_equal(image, np.rint(fed * 255).astype(np.uint8))


def test_statistics_are_of_the_images_where_there_is_nothing_else(one: Bundle) -> None:
    assert {entry.inputs for entry in one.manifest.derived} == {("000", "001", "002", "003")}
    kept = np.stack([one.output(each.id, "001", "conv") for each in one.manifest.inputs])
    largest = one.statistics("conv", "001")["max"]
    np.testing.assert_allclose(largest, kept.max(axis=(0, 1, 2)), rtol=1e-6)


def test_the_saved_picture_is_the_last_image(one: Bundle) -> None:
    saved = np.asarray(Image.open(one.path.parent / "png" / "filter-0.png"))
    image = one.image("003")
    assert image is not None
    np.testing.assert_array_equal(saved, image[..., 0])


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def several(small: Any, told: list[str], tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """An image of each filter, two made at a time."""
    from exporter.synthesising import making, synthesise

    path = tmp_path_factory.mktemp("made") / "several.bundle"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "LARGEST_BATCH", 2)
        chosen: dict[str, Any] = {"layer": "conv", "channels": ["all"], "steps": 6, "warn": told.append}
        ids = synthesise(small, "filter", out=path, png=path.parent / "png", **chosen)
    assert ids == ("filter-0", "filter-1", "filter-2")
    return read_bundle(path)


def test_of_several_only_the_last_is_kept_with_scores_and_what_was_fed(several: Bundle) -> None:
    assert validate_bundle(several.path) == []
    assert [each.step for each in several.manifest.inputs] == [6, 6, 0]
    captures = list(several.captures_at("001"))
    assert [set(capture.outputs) for capture in captures] == [{"picture"}] * 3
    assert [len(capture.scores) for capture in captures] == [4, 4, 4]
    assert several.manifest.derived == ()


def test_an_image_does_not_depend_on_its_neighbours(several: Bundle, one: Bundle) -> None:
    alone, beside = one.output("003", "001", "picture"), several.output("001", "001", "picture")
    np.testing.assert_allclose(alone, beside, atol=1e-6)
    assert np.abs(beside - several.output("000", "001", "picture")).max() > 1e-3


def test_a_dead_filter_is_kept_marked_and_warned_of(several: Bundle, told: list[str]) -> None:
    assert [run.result["dead"] for run in several.manifest.runs] == [False, False, True]
    (line,) = [line for line in told if "dead" in line]
    why = "its gradient is 0 everywhere, so that nothing moves it"
    assert line == f"filter-2: conv channel 2 is dead: {why}; --before-relu may wake it"


def test_several_are_saved_one_by_one_and_side_by_side(several: Bundle) -> None:
    folder = several.path.parent / "png"
    names = sorted(path.stem for path in folder.iterdir())
    assert names == ["filter-0", "filter-0-to-filter-2", "filter-1", "filter-2"]
    sheet = np.asarray(Image.open(folder / "filter-0-to-filter-2.png"))
    assert sheet.shape[2] == 3
    assert min(sheet.shape[:2]) > 100


def test_one_more_image_is_kept_whole_where_the_others_were_not(several: Bundle, small: Any) -> None:
    from exporter.synthesising import synthesise

    synthesise(small, "filter", into=several.path, layer="conv", channels=[0], steps=1)
    whole = list(read_bundle(several.path).captures_at("001"))[3:]
    assert [set(capture.outputs) for capture in whole] == [{"picture", "conv", "flat", "scores"}] * 2
