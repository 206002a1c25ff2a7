"""The drawing pad of the real window: what is drawn is answered, shown, hidden, attacked and kept; and in the same
window the dock to ask: the menu, an image that forms, a map over the picture, and what is left of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pad_driver
import pytest
from fake_jobs import MAP, ODD_STEP, STEPS
from tiny_bundle import CLASS_NAMES, make_tiny_bundle
from virtual_screen import environment, virtual_screen

from exporter.inputs.pictures import read_picture

pytestmark = [pytest.mark.gl, pytest.mark.slow]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder with everything that the driver wrote, and its facts."""
    folder = tmp_path_factory.mktemp("pad")
    bundle = make_tiny_bundle(folder / "tiny.bundle")
    command = [sys.executable, pad_driver.__file__, str(bundle), str(folder)]
    with virtual_screen("1280x800") as display:
        done = subprocess.run(
            command, env=environment(display), capture_output=True, text=True, timeout=200, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    return folder, json.loads((folder / "facts.json").read_text("utf-8"))


@pytest.fixture
def facts(drawn: tuple[Path, dict[str, Any]]) -> dict[str, Any]:
    return drawn[1]


@pytest.fixture
def asked(facts: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = facts["asked"]
    return found


def test_a_stroke_is_answered_as_the_network_answers_the_same_picture(facts: dict[str, Any]) -> None:
    assert facts["scores_apart"] < 1e-6
    assert "numpy" in facts["status"]
    assert facts["top"].endswith("%")
    assert facts["latency_ms"] > 0


def test_the_scene_shows_the_drawing_and_becomes_fine_when_the_hand_is_lifted(facts: dict[str, Any]) -> None:
    assert facts["scene"] == "drawing"
    assert facts["shows_drawing"]
    assert facts["picture_is_the_sheet's"]
    assert not facts["held"]
    assert facts["played_before"]
    assert not facts["plays"], "frames of a scene that plays would stay coarse, and take their time from the hand"


def test_a_veil_leaves_nothing_to_read(facts: dict[str, Any]) -> None:
    assert facts["top"] in facts["words"], "the control: it can be read without the veil"
    assert "%" not in facts["veiled_words"]
    assert facts["top"].split()[0] not in facts["veiled_words"]
    names = [name for name in CLASS_NAMES if name in facts["veiled_words"].splitlines()]
    assert len(names) in (0, len(CLASS_NAMES)), "all classes or none, not the winner alone"
    assert facts["veiled_scores"] == []
    assert "no such captured output" in facts["veiled_output"]
    assert facts["still_veiled"]
    assert facts["revealed"].endswith("%")


def test_strokes_are_undone_and_erased(facts: dict[str, Any]) -> None:
    assert facts["undone_sum"] == facts["drawn_sum"] != facts["ground_sum"]
    assert abs(facts["erased_sum"] - facts["ground_sum"]) < abs(facts["drawn_sum"] - facts["ground_sum"])


def test_a_picture_is_scaled_as_an_export_scales_it(drawn: tuple[Path, dict[str, Any]]) -> None:
    folder, facts = drawn
    exported = read_picture(folder / "picture.png", "L", (6, 6))
    assert np.array_equal(facts["dropped"], exported)
    assert np.array_equal(facts["pasted"], exported)
    assert facts["no_picture"].startswith("this is no picture")
    assert "\n" not in facts["no_picture"]


def test_a_camera_is_one_step_and_its_absence_one_line(facts: dict[str, Any]) -> None:
    assert facts["camera"] == [90, 90]
    assert facts["camera_steps"] <= 1
    assert facts["no_camera"] == "no camera answers"


def test_a_drawing_is_saved_and_stays_when_its_bundle_is_opened_anew(facts: dict[str, Any]) -> None:
    assert facts["png"]
    assert facts["runs"][-1] == "drawing"
    assert any("saved into the bundle" in line for line in facts["saved"])
    assert facts["kept"]


def test_an_attack_is_seen_beside_the_drawing_and_left_again(facts: dict[str, Any]) -> None:
    assert not facts["attack_enabled"], "numpy has no gradients"
    assert facts["model_attacks"]
    assert facts["attacked_is_turned"]
    assert facts["attacked_is_seen"]
    assert facts["back"]


def test_a_model_that_breaks_is_told_of_and_followed_by_numpy(facts: dict[str, Any]) -> None:
    assert "TensorFlow" in facts["model_status"]
    assert set(facts["nan"]) == {"relu puts out NaN"}
    assert "started again" in facts["restarting"]
    assert facts["failed"].startswith("the worker died three times")
    assert facts["drawing_stays"]
    assert "without TensorFlow" in facts["numpy_follows"]


# --- Asking ----------------------------------------------------------------------------------------------------------


def test_the_menu_asks_about_layers_and_classes_and_only_pixels_of_the_picture(asked: dict[str, Any]) -> None:
    both = {"What does it look for?", "Which pixels?"}
    assert both <= set(asked["menus"]["conv"])
    assert both <= set(asked["menus"]["scores"])
    assert both & set(asked["menus"]["picture"]) == {"Which pixels?"}


def test_nothing_is_started_before_somebody_asks_and_nothing_is_left(asked: dict[str, Any]) -> None:
    assert asked["hidden_at_first"]
    assert asked["toggled"]
    assert not asked["lives_at_first"]
    assert asked["lives"] == 1
    assert asked["left"] == []


def test_an_image_forms_rests_goes_on_and_is_kept(asked: dict[str, Any]) -> None:
    assert asked["seen"], "who asks sees the dock"
    assert asked["rests_at"] == asked["still_at"] == ODD_STEP - 1
    assert asked["pause"] == "Resume"
    assert asked["paused"].startswith(f"step {ODD_STEP - 1} of {STEPS}")
    assert asked["question"] == "What does conv, channel 3 look for?", "the channel that the model chose is said"
    assert asked["ask"] == ["filter", "conv", 3]
    assert asked["steps"] == asked["curve"] == STEPS + 1
    assert asked["done"].endswith("the network says one, 70.0 %")
    assert asked["saved"] == [[STEPS]], "the PNG is the picture"
    assert asked["kept"] == "in the bundle as filter-7"
    assert "Ctrl L" in asked["told"]
    assert not asked["keep_again"]


def test_a_map_lies_over_its_own_picture_in_the_scene_and_over_no_other(asked: dict[str, Any]) -> None:
    assert asked["no_heats"] == asked["not_laid"] == asked["elsewhere"] == asked["heats_of_an_image"] == []
    assert len(asked["heats"]) == 1
    assert asked["overlay"] == ["clean-0", "picture", "heat", [*MAP]]
    assert asked["legend"] == ["0", "", "4"]
    assert asked["asked"] == "Which pixels speak for “two”?"
    assert "another picture" in asked["note"]


def test_results_stay_and_are_there_again_when_the_bundle_is_opened_anew(asked: dict[str, Any]) -> None:
    assert asked["results"] == 3
    assert asked["back"] == asked["question"]
    assert asked["after_reopening"] == [True, True]
    assert len(asked["heats_after_reopening"]) == 1


def test_cancelled_and_without_a_model_it_says_so(asked: dict[str, Any]) -> None:
    assert asked["cancelled"].endswith("cancelled")
    assert not asked["cancel_again"]
    assert asked["without_model"].endswith("kerascope view tiny.bundle --model MODEL")
