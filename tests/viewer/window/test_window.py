"""The real window on a virtual screen, driven by Qt's events: what it shows is what a recording would show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import window_driver
from PIL import Image
from tiny_bundle import make_tiny_bundle
from virtual_screen import environment, virtual_screen

from exporter.bundle import read_bundle
from exporter.bundle.schema import Group
from scenes.present import Gallery
from viewer.stage import Stage
from viewer.window.playable import Wish

pytestmark = [pytest.mark.gl, pytest.mark.slow]

Shots = dict[str, np.ndarray]
NOTICEABLE = 8.0


@pytest.fixture(scope="module")
def driven(tiny_bundle_path: Path, tmp_path_factory: pytest.TempPathFactory, timings: list[str]) -> Path:
    """The folder with everything that the driver wrote."""
    folder = tmp_path_factory.mktemp("driven")
    bare = make_tiny_bundle(folder / "bare.bundle", attack=False)
    group = Group(name="features", kind="block", class_name="conv", layers=("conv", "relu", "pool"), output="pool")
    grouped = make_tiny_bundle(folder / "grouped.bundle", attack=False, groups=(group,))
    command = [sys.executable, window_driver.__file__, *map(str, (tiny_bundle_path, bare, grouped, folder))]
    with virtual_screen("1400x1000") as display:
        done = subprocess.run(
            command, env=environment(display), capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    facts = json.loads((folder / "facts.json").read_text("utf-8"))
    timings.append(f"window, process to first frame of the tiny bundle: {facts['first_frame_secs']:.2f} s")
    frames = ", ".join(f"{took_ms:.0f}" for took_ms in facts["drag_ms"])
    timings.append(f"window, frames that followed a drag at {facts['size_px']}: {frames} ms")
    return folder


@pytest.fixture(scope="module")
def facts(driven: Path) -> dict[str, Any]:
    return dict(json.loads((driven / "facts.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def shots(driven: Path) -> Shots:
    with np.load(driven / "shots.npz") as stored:
        return {name: stored[name] for name in stored.files}


def changed(one: np.ndarray, two: np.ndarray) -> float:
    """Mean difference of the pixels that differ most, a hundredth of all; 0 for equal pictures."""
    difference = np.abs(one.astype(int) - two.astype(int)).max(axis=2).ravel()
    return float(np.sort(difference)[-len(difference) // 100 :].mean())


def drawn_without_a_screen(bundle_path: Path, wish: Wish, at_secs: float) -> np.ndarray:
    """What a recording has at that time."""
    bundle = read_bundle(bundle_path)
    playable = Gallery(bundle).build(wish)
    with Stage(bundle, playable.layout) as stage:
        return stage.render(playable.state_at(at_secs), wish.size_px)


def test_it_plays_at_once_and_rests_on_space(facts: dict[str, Any], shots: Shots) -> None:
    assert facts["plays_at_first"]
    assert not facts["plays_after_space"]
    assert changed(shots["playing"], shots["playing later"]) > NOTICEABLE


def test_scrubbing_shows_the_frame_of_a_recording(facts: dict[str, Any], shots: Shots, tiny_bundle_path: Path) -> None:
    assert facts["scrubbed_secs"] == pytest.approx(facts["wanted_secs"], abs=0.01)
    assert facts["clock"].startswith(f"{facts['scrubbed_secs']:.1f} / ")
    wish = Wish("flow", tuple(facts["size_px"]))
    recorded = drawn_without_a_screen(tiny_bundle_path, wish, facts["scrubbed_secs"])
    # The window's framebuffer and the recording's differ in nothing but, on some drivers, the last bit.
    assert np.abs(recorded.astype(int) - shots["scrubbed"].astype(int)).max() <= 2
    assert changed(recorded, shots["playing"]) > NOTICEABLE, "this picture is not any other one"


def test_frames_are_stepped_and_the_end_is_the_last_of_them(facts: dict[str, Any]) -> None:
    assert 0 < facts["stepped_secs"] - facts["scrubbed_secs"] <= 0.061
    assert facts["end_secs"] == pytest.approx(facts["duration_secs"] - 0.04)


def test_another_input_is_another_picture(facts: dict[str, Any], shots: Shots, tiny_bundle_path: Path) -> None:
    ids = [shown.id for shown in read_bundle(tiny_bundle_path).manifest.inputs]
    assert facts["input"] == ids[1], "the choice begins before the first input, at the scene's own"
    assert changed(shots["scrubbed"], shots["other input"]) > NOTICEABLE


def test_the_hand_turns_moves_and_zooms_and_comes_back(facts: dict[str, Any], shots: Shots) -> None:
    start = shots["other input"]
    for name in ("orbited", "panned", "zoomed"):
        assert changed(start, shots[name]) > NOTICEABLE, name
    assert np.array_equal(start, shots["reset"])
    assert np.array_equal(start, shots["double clicked"])
    height = facts["size_px"][1]
    assert facts["orbit"] == pytest.approx([120 * 180 / height, 40 * 180 / height])
    assert facts["zoom"] == pytest.approx(1.15**3)
    assert facts["drag_ms"], "frames followed the hand while it moved"


def test_the_saved_picture_is_the_rendered_one(driven: Path, facts: dict[str, Any], shots: Shots) -> None:
    assert facts["saved"] == [f"tiny-flow-{facts['scrubbed_secs']:.2f}s.png"]
    saved = np.asarray(Image.open(driven / facts["saved"][0]))
    assert saved.shape == shots["zoomed"].shape
    assert np.abs(saved.astype(int) - shots["zoomed"].astype(int)).max() <= 2


def test_the_help_lies_over_the_picture_and_escape_closes_it(facts: dict[str, Any], shots: Shots) -> None:
    assert facts["help_is_visible"]
    assert not facts["help_is_visible_after_escape"]
    left, top, width, height = facts["help_box"]
    assert left > 0
    assert top > 0
    assert abs(2 * left + width - facts["window_px"][0]) <= 1
    assert abs(2 * top + height - facts["window_px"][1]) <= 1
    assert len(np.unique(shots["help"].reshape(-1, 3), axis=0)) > 50, "words on a panel"


def test_the_light_theme_is_light(shots: Shots) -> None:
    assert shots["other input"].mean() < 60
    assert shots["light"].mean() > 200


@pytest.mark.parametrize(("name", "size"), [("resized", "resized_px"), ("without bars", "bare_px")])
def test_another_size_is_filled(name: str, size: str, facts: dict[str, Any], shots: Shots) -> None:
    width, height = facts[size]
    shot = shots[name]
    assert shot.shape == (height, width, 3)
    assert width < 900 < facts["window_px"][0]
    rows, columns = np.nonzero(np.abs(shot.astype(int) - np.median(shot, axis=(0, 1))).max(axis=2) > 60)
    assert columns.min() < 0.12 * width
    assert columns.max() > 0.88 * width
    assert rows.min() < 0.12 * height
    assert rows.max() > 0.88 * height


def test_hidden_bars_leave_their_room_to_the_picture(
    facts: dict[str, Any], shots: Shots, tiny_bundle_path: Path
) -> None:
    assert facts["bare_px"][1] > facts["resized_px"][1] + 80
    wish = Wish("flow", tuple(facts["bare_px"]), "light", facts["input"])
    recorded = drawn_without_a_screen(tiny_bundle_path, wish, facts["scrubbed_secs"])
    assert np.abs(recorded.astype(int) - shots["without bars"].astype(int)).max() <= 2


def test_a_scene_that_cannot_be_built_is_greyed_out_with_its_reason(facts: dict[str, Any]) -> None:
    assert "no attack to show" in facts["bare_message"]
    assert facts["bare_scene"] == "flow"
    assert not facts["bare_adversarial_enabled"]
    assert "kerascope attack" in facts["bare_adversarial_tip"]


def test_a_stack_opens_by_a_double_click_and_folds_from_its_menu(facts: dict[str, Any], shots: Shots) -> None:
    assert facts["fold_is_offered"]
    assert facts["folded"] == ["picture", "features", "flatten", "scores"]
    assert facts["opened"] == ["picture", "conv", "relu", "pool", "flatten", "scores"]
    assert facts["opened_choice"] == "by hand"
    assert changed(shots["folded"], shots["opened"]) > NOTICEABLE
    assert facts["scene_elsewhere"] != "flow"
    assert set(facts["opened"]) <= set(facts["opened_elsewhere"]), "it stays open in another scene, of another input"
    assert facts["menu"][0] == "Fold features, 3 layers"
    assert facts["folded_again"] == facts["folded"]
    assert not [words for words in facts["menu_of_a_plain_plate"] if "Fold" in words]
    assert facts["fold_after_key"] in ("auto", "all", "none")
