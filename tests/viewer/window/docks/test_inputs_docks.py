"""The docks of inputs, attack and look in the real window on a virtual screen, driven by mouse and keys."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import inputs_driver
import numpy as np
import pytest
from tiny_bundle import make_tiny_bundle
from virtual_screen import environment, virtual_screen

from exporter.bundle import read_bundle
from viewer.inspect.samples import ordered, samples_at
from viewer.scales import relative_change
from viewer.state import CaptureKey

pytestmark = [pytest.mark.gl, pytest.mark.slow]

Facts = dict[str, Any]
Shots = dict[str, np.ndarray]
NOTICEABLE = 8.0


@pytest.fixture(scope="module")
def driven(tiny_bundle_path: Path, tmp_path_factory: pytest.TempPathFactory, timings: list[str]) -> Path:
    """The folder with everything that the driver wrote."""
    folder = tmp_path_factory.mktemp("docks")
    bare = make_tiny_bundle(folder / "bare.bundle", attack=False)
    command = [sys.executable, inputs_driver.__file__, *map(str, (tiny_bundle_path, bare, folder))]
    with virtual_screen("1400x1000") as display:
        done = subprocess.run(
            command, env=environment(display), capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    steps = ", ".join(f"{took_ms:.0f}" for took_ms in json.loads((folder / "facts.json").read_text())["step_ms"])
    timings.append(f"epsilon slider, hand to built scene while the window draws: {steps} ms")
    return folder


@pytest.fixture(scope="module")
def facts(driven: Path) -> Facts:
    return dict(json.loads((driven / "facts.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def shots(driven: Path) -> Shots:
    with np.load(driven / "shots.npz") as stored:
        return {name: stored[name] for name in stored.files}


def changed(one: np.ndarray, two: np.ndarray) -> float:
    """Mean difference of the pixels that differ most, a hundredth of all; 0 for equal pictures."""
    difference = np.abs(one.astype(int) - two.astype(int)).max(axis=2).ravel()
    return float(np.sort(difference)[-len(difference) // 100 :].mean())


def test_a_click_on_the_third_thumbnail_shows_that_input(facts: Facts, shots: Shots) -> None:
    assert facts["at_first"] is None
    assert facts["marked"] == "clean-0", "what the scene chose itself is marked"
    assert facts["third"] == facts["clicked"] == "attack-2"
    assert facts["words"] == "ring, attacked with epsilon 0.125", "the bar above tells the same"
    assert changed(shots["at first"], shots["third"]) > NOTICEABLE
    assert facts["pictures"] == 3


def test_the_keys_go_to_wrong_doubtful_and_shifted_inputs(facts: Facts, tiny_bundle_path: Path) -> None:
    samples = samples_at(read_bundle(tiny_bundle_path), "002")
    by_id = {sample.input_id: sample for sample in samples}
    assert by_id[facts["wrong"]].predicted != by_id[facts["wrong"]].true_class
    row = [sample.input_id for sample in ordered(samples, "margin")]
    here = row.index(facts["wrong"])
    assert facts["margin"] == [row[(here + 1) % len(row)], row[(here + 2) % len(row)]]
    shifts = {sample.input_id: sample.shift for sample in samples if sample.shift is not None}
    assert facts["shift"] == max(shifts, key=lambda id_: shifts[id_])


def test_the_filter_finds_and_the_navigator_stays_among_what_it_found(facts: Facts) -> None:
    assert facts["found"] == facts["among_found"] == "clean-1"
    assert facts["summary"] == "1 input"


def test_the_epsilon_slider_comes_to_the_flip_and_says_the_other_class(facts: Facts, tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    assert facts["flip"] == 3
    assert facts["slid_to"] == "attack-3"
    capture = bundle.capture("attack-3", "002")
    name = bundle.manifest.model.class_names[capture.predicted]
    assert facts["answer"] == f"{name}  {max(capture.scores):.1%}".replace("%", " %")
    assert facts["alarming"]
    assert facts["weaker"] == "attack-2"


def test_the_spine_shows_the_relative_change_of_each_layer(facts: Facts, tiny_bundle_path: Path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    clean, other = CaptureKey("clean-0", "002"), CaptureKey("attack-3", "002")
    assert set(facts["clean_drift"]) == {0.0}
    assert list(facts["drift"]) == [layer.name for layer in bundle.manifest.layers]
    for layer, change in facts["drift"].items():
        assert change == pytest.approx(relative_change(bundle, layer, clean, other), rel=1e-12)


def test_the_spine_pins_and_flies_to_what_is_clicked_and_to_the_turn(facts: Facts) -> None:
    assert facts["pinned"] == "conv"
    assert facts["flew"]
    assert facts["turn"] == "scores"
    assert facts["turn_words"].startswith("scores: only the answer turns")


@pytest.mark.parametrize(
    ("slider", "field", "is_more"),
    [
        ("clip", "clip_percentile", False),
        ("opacity", "opacity", False),
        ("spread", "spread", True),
        ("strength", "edge_alpha", False),
    ],
)
def test_a_slider_of_the_look_dock_sets_the_study_and_the_picture(
    slider: str, field: str, is_more: bool, facts: Facts, shots: Shots
) -> None:
    before, after = facts["restored"], facts["sets"][slider]
    assert (after[field] > before[field]) if is_more else (after[field] < before[field])
    assert {name for name in before if before[name] != after[name]} == {field}
    assert changed(shots["look: before"], shots[f"look: {slider}"]) > NOTICEABLE


def test_the_count_of_edges_is_set_and_said(facts: Facts, shots: Shots) -> None:
    assert facts["sets"]["count"]["edge_count"] > 56, "more than were drawn at first"
    assert facts["edges"].startswith("strongest 56 of 156 drawn; they carry")
    assert changed(shots["look: before"], shots["look: count"]) > 0


def test_the_look_is_as_it_was_once_it_is_restored(facts: Facts, shots: Shots) -> None:
    assert np.array_equal(shots["look: before"], shots["look: restored"])
    assert facts["safe"] == "safe"
    assert facts["theme"] == "light"
    assert shots["look: theme"].mean() > 180 > 80 > shots["look: restored"].mean()
    assert facts["restored"]["edge_count"] is None


def test_the_end_keys_are_those_of_a_slider_that_has_the_focus_and_else_those_of_the_window(facts: Facts) -> None:
    (least, at_secs), (most, still_secs), (shown, start_secs), (still_shown, end_secs) = facts["end_keys"]
    assert least < most
    assert at_secs == still_secs, "the keys of the window rest meanwhile"
    assert shown == still_shown == most
    assert (start_secs, end_secs > 1.0) == (0.0, True)


def test_in_a_scene_that_plays_the_attack_the_slider_moves_its_time(facts: Facts) -> None:
    assert facts["played_to"] == "attack-2"
    assert facts["wished"] is None, "the scene's own choice stays"


def test_what_was_not_captured_at_a_checkpoint_is_grey_and_says_why(facts: Facts) -> None:
    assert facts["can_be_chosen"] == {"clean-1": True, "attack-1": False}
    assert "not captured at checkpoint 000" in facts["tip"]


def test_without_an_attack_nothing_of_attacks_is_offered(facts: Facts) -> None:
    assert facts["attack_is_shown"]
    assert not facts["attack_is_enabled_without_one"]
    assert not facts["shift_is_offered_without_one"]
