"""What goes wrong round a real window is told in it, and nothing that was there is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import mishap_driver
import numpy as np
import pytest
from virtual_screen import environment, virtual_screen

pytestmark = [pytest.mark.gl, pytest.mark.slow]

Shots = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with everything that the driver wrote."""
    folder = tmp_path_factory.mktemp("mishaps")
    command = [sys.executable, mishap_driver.__file__, str(folder)]
    with virtual_screen("1400x1000") as display:
        done = subprocess.run(
            command, env=environment(display), capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def facts(driven: Path) -> dict[str, Any]:
    return dict(json.loads((driven / "facts.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def shots(driven: Path) -> Shots:
    with np.load(driven / "shots.npz") as stored:
        return {name: stored[name] for name in stored.files}


def test_what_fails_once_is_drawn_anew_and_what_fails_again_is_told(facts: dict[str, Any], shots: Shots) -> None:
    assert facts["told_once"] == "unexpected RuntimeError while drawing: the context was lost; drawn anew"
    assert facts["told_twice"] == "unexpected RuntimeError while drawing: no context at all"
    for name in ("drawn anew", "drawn in the end"):
        np.testing.assert_array_equal(shots[name], shots["at first"], err_msg=name)


def test_another_context_shows_the_same(facts: dict[str, Any], shots: Shots) -> None:
    """Qt gives up the context of a widget that changes windows, and with it all textures and programs."""
    assert facts["contexts_made"] >= 1
    np.testing.assert_array_equal(shots["in another context"], shots["at first"])


def test_a_window_of_one_pixel_comes_back(facts: dict[str, Any], shots: Shots) -> None:
    assert facts["smallest_px"] == [1, 1]
    assert "a frame of this size cannot be drawn" in facts["told_of_one_pixel"]
    np.testing.assert_array_equal(shots["large again"], shots["at first"])


def test_a_damaged_file_is_told_and_other_inputs_are_shown(facts: dict[str, Any], shots: Shots) -> None:
    assert "a file of the bundle is damaged" in facts["told_of_damage"]
    assert facts["told_of_damage"].endswith("inputs/clean-1.npz)")
    assert (shots["another input"] != shots["at first"]).any()
    assert (shots["mended"] != shots["another input"]).any()


def test_a_picture_that_cannot_be_saved_is_told(facts: dict[str, Any]) -> None:
    assert "the picture cannot be saved: got Not a directory; Shift+S chooses another place" in facts["told_of_saving"]


def test_a_replaced_bundle_is_told_and_opened_anew_by_a_key(facts: dict[str, Any], shots: Shots) -> None:
    assert facts["title"] == facts["title_anew"] == "own.bundle – Kerascope"
    assert facts["title_when_replaced"] == "own.bundle (not as it was opened) – Kerascope"
    assert "was replaced after it was opened: what has been read stays; Ctrl L" in facts["told_of_replacement"]
    np.testing.assert_array_equal(shots["replaced"], shots["at first"])
    assert "replaced" in facts["told_of_reading"], "what was not read before is not taken from the other bundle"
    anew = shots["opened anew"]
    assert anew.shape != shots["replaced"].shape or (anew != shots["replaced"]).any()


def test_a_deleted_bundle_is_told_and_stays_on_the_screen(facts: dict[str, Any], shots: Shots) -> None:
    assert "no longer there: what has been read stays" in facts["told_of_deletion"]
    np.testing.assert_array_equal(shots["deleted"], shots["opened anew"])
    assert "nothing at this place" in facts["told_of_nothing"]
    assert facts["is_visible"]


def test_without_its_fonts_the_window_has_words(facts: dict[str, Any], shots: Shots) -> None:
    assert "cannot be read, words are drawn in another font" in facts["told_of_fonts"]
    usual, other = (shots[name].astype(int) for name in ("at first", "other letters"))
    assert usual.shape == other.shape
    assert 0.6 < (other.max(axis=2) > 150).sum() / (usual.max(axis=2) > 150).sum() < 1.5
    assert (usual != other).any()


def test_a_checkpoint_full_of_nan_is_drawn_and_named(facts: dict[str, Any], shots: Shots) -> None:
    assert facts["told_of_nan"].startswith("NaN or infinite numbers in conv, relu, scores and 2 more: drawn as 0")
    difference = np.abs(shots["NaN"].astype(int) - shots["other letters"].astype(int)).max(axis=2)
    assert 0 < (difference > 30).mean() < 0.2, "the same picture but for its values"
