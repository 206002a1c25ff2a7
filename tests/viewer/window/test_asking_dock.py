"""Asking in the real window: the menu, an image that forms, a map over the picture, and what is left of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import asking_driver
import pytest
from fake_jobs import MAP, ODD_STEP, STEPS
from tiny_bundle import make_tiny_bundle
from virtual_screen import environment, virtual_screen

pytestmark = [pytest.mark.gl, pytest.mark.slow]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the driver wrote down."""
    folder = tmp_path_factory.mktemp("asking")
    bundle = make_tiny_bundle(folder / "tiny.bundle")
    command = [sys.executable, asking_driver.__file__, str(bundle), str(folder)]
    with virtual_screen("1280x800") as display:
        env = environment(display)
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(Path(folder / "facts.json").read_text("utf-8"))
    return found


def test_the_menu_asks_about_layers_and_classes_and_only_pixels_of_the_picture(facts: dict[str, Any]) -> None:
    both = {"What does it look for?", "Which pixels?"}
    assert both <= set(facts["menus"]["conv"])
    assert both <= set(facts["menus"]["scores"])
    assert both & set(facts["menus"]["picture"]) == {"Which pixels?"}


def test_nothing_is_started_before_somebody_asks_and_nothing_is_left(facts: dict[str, Any]) -> None:
    assert facts["hidden_at_first"]
    assert facts["toggled"]
    assert not facts["lives_at_first"]
    assert facts["lives"] == 1
    assert facts["left"] == []


def test_an_image_forms_rests_goes_on_and_is_kept(facts: dict[str, Any]) -> None:
    assert facts["seen"], "who asks sees the dock"
    assert facts["rests_at"] == facts["still_at"] == ODD_STEP - 1
    assert facts["pause"] == "Resume"
    assert facts["paused"].startswith(f"step {ODD_STEP - 1} of {STEPS}")
    assert facts["question"] == "What does conv, channel 3 look for?", "the channel that the model chose is said"
    assert facts["ask"] == ["filter", "conv", 3]
    assert facts["steps"] == facts["curve"] == STEPS + 1
    assert facts["done"].endswith("the network says one, 70.0 %")
    assert facts["saved"] == [[STEPS]], "the PNG is the picture"
    assert facts["kept"] == "in the bundle as filter-7"
    assert "Ctrl L" in facts["told"]
    assert not facts["keep_again"]


def test_a_map_lies_over_its_own_picture_in_the_scene_and_over_no_other(facts: dict[str, Any]) -> None:
    assert facts["no_heats"] == facts["not_laid"] == facts["elsewhere"] == facts["heats_of_an_image"] == []
    assert len(facts["heats"]) == 1
    assert facts["overlay"] == ["clean-0", "picture", "heat", [*MAP]]
    assert facts["legend"] == ["0", "", "4"]
    assert facts["asked"] == "Which pixels speak for “two”?"
    assert "another picture" in facts["note"]


def test_results_stay_and_are_there_again_when_the_bundle_is_opened_anew(facts: dict[str, Any]) -> None:
    assert facts["results"] == 3
    assert facts["back"] == facts["question"]
    assert facts["after_reopening"] == [True, True]
    assert len(facts["heats_after_reopening"]) == 1


def test_cancelled_and_without_a_model_it_says_so(facts: dict[str, Any]) -> None:
    assert facts["cancelled"].endswith("cancelled")
    assert not facts["cancel_again"]
    assert facts["without_model"].endswith("kerascope view tiny.bundle --model MODEL")
