"""The drawing pad of the real window: what is drawn is answered, shown, hidden, attacked and kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pad_driver
import pytest
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
