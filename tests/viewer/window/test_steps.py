"""A scene with steps in the real window: by keys and buttons from step to step, pointed at, clicked, and asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import steps_driver
from stepped_scene import LASTS_SECS, NAME, SIDE, STOPS_SECS
from virtual_screen import environment, virtual_screen

from viewer.study import Vantage
from viewer.window.playable import Wish, wish_of

pytestmark = [pytest.mark.gl, pytest.mark.slow]

Facts = dict[str, Any]
NOWHERE = [None, None, None]


@pytest.fixture(scope="module")
def driven(tiny_bundle_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with everything that the driver wrote."""
    folder = tmp_path_factory.mktemp("steps")
    command = [sys.executable, steps_driver.__file__, str(tiny_bundle_path), str(folder)]
    with virtual_screen("1000x700") as display:
        done = subprocess.run(
            command, env=environment(display), capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def facts(driven: Path) -> Facts:
    return dict(json.loads((driven / "facts.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def shots(driven: Path) -> dict[str, np.ndarray]:
    with np.load(driven / "shots.npz") as stored:
        return {name: stored[name] for name in stored.files}


def test_the_menu_of_a_layer_opens_the_scene_that_shows_it(facts: Facts) -> None:
    line = "How is this computed?"
    assert line in facts["menus"]["conv"]
    assert line not in facts["menus"]["picture"], "an input is not computed"
    assert line not in facts["menus"]["relu"], "this catalogue has no scene of activations"
    assert facts["opened"] == [NAME, "conv", None, None, "en", None]
    assert facts["begins"] == [STOPS_SECS[0], False], "it plays to the end of its first step and waits"


def test_keys_and_buttons_go_from_step_to_step(facts: Facts) -> None:
    assert not facts["buttons_in_flow"]
    assert facts["buttons_in_steps"]
    assert facts["stepped"] == [[STOPS_SECS[1], False], [STOPS_SECS[2], False]]
    assert facts["frames_of_a_step"] >= 2, "it is played, not jumped to"
    assert facts["hurried"] == [STOPS_SECS[4], False], "a second key goes on from the end of the first step"
    assert facts["last"] == facts["beyond"] == [LASTS_SECS, False]
    assert facts["back"] == [[STOPS_SECS[4], False], [STOPS_SECS[3], False]]
    assert facts["start"] == [0.0, False]


def test_what_is_pointed_at_is_told_until_the_pointer_leaves(facts: Facts, shots: dict[str, np.ndarray]) -> None:
    assert facts["pointed"] == [4, 1]
    assert facts["line"] == "row 4, column 1   a click keeps it"
    assert facts["beside"] == facts["left"] == [0, 0], "where it has nothing to tell the scene is as it is"
    assert np.array_equal(shots["left"], shots["at rest"])
    assert np.abs(shots["pointed"].astype(int) - shots["at rest"].astype(int)).max() > 60
    assert not facts["in_the_windows_thread"], "a scene that takes its time must not hold the window up"


def test_a_step_is_seen_although_the_pointer_rests_on_a_cell(facts: Facts) -> None:
    assert facts["while_stepping"] == [[0, 0]]
    assert facts["after_the_step"] == [0, 0]
    assert facts["pointed_again"] == [4, 2]


def test_flat_things_do_not_move_with_the_hand(facts: Facts) -> None:
    assert not facts["moved_by_the_board"], "a drag, the wheel and the keys over the board"
    assert "only the small net turns" in facts["refusal"]
    assert facts["moved"]
    assert facts["pointed_after_moving"] == [3, 4]


def test_a_click_keeps_the_cell_where_it_is_worked_out(facts: Facts) -> None:
    assert facts["kept"] == facts["kept_after_a_click_beside"] == [NAME, "conv", None, [4, 1], "en", None]
    assert facts["kept_at"] == [STOPS_SECS[3], False], "the last stop that is about it"
    assert facts["kept_about"] == [4, 1] != [SIDE - 1, SIDE - 1]
    assert '"layer":"conv","at":[4,1]' in facts["copied"]


def test_a_mistake_in_what_a_scene_tells_is_one_line_and_the_scene_stays(facts: Facts) -> None:
    assert "no such row" in facts["mistake"]
    assert facts["about_after_mistake"] == [4, 1]


def test_a_layer_is_set_otherwise_in_a_panel(facts: Facts) -> None:
    assert not facts["otherwise_of_relu"], "it slides no window"
    assert facts["layer"] == "conv"
    own, wider = facts["own"], facts["wider"]
    assert own["sums"].splitlines()[1] == "⌊(6 + 1 + 1 − 1·(3 − 1) − 1) / 1⌋ + 1 = 6"
    assert "4 places of padding, 2 before and 2 after" in wider["sums"]
    changed = {name: words.replace("\xa0", " ") for name, words in wider["facts"].items() if "→" in words}
    assert changed == {
        "Sees of its input": "3 × 3 → 5 × 5",
        "Weights": "40 → 104",
        "Products for one input": "1,296 → 3,600",
        "conv sees": "3 × 3 → 5 × 5",
        "pool sees": "4 × 4 → 6 × 6, more than all",
    }
    assert facts["drawn"]
    assert facts["marked"] == [2, 5], "pointed at, then one further by an arrow"
    assert not facts["scene_after_arrow"]


def test_what_cannot_be_is_explained_and_the_layer_comes_back(facts: Facts) -> None:
    assert facts["refused"]["problem"].startswith("Keras refuses a stride and a dilation")
    assert facts["refused"]["facts"] == {}
    assert not facts["drawn_when_refused"]
    assert facts["nothing"] == "The kernel must be at least 1 along each axis."
    assert facts["restored"] == facts["own"]
    assert not facts["can_restore"]
    assert facts["pinned"] == ["pool", False], "what is pinned is what the panel is about; a pool has no dilation"
    assert "the last place is never read" in facts["strided"]["sums"]
    assert facts["strided"]["facts"]["pool steps"].replace("\xa0", " ") == "2 places → 3 places"


def test_another_scene_chooses_its_own_layer_and_keeps_the_language(facts: Facts) -> None:
    assert facts["language"] == [NAME, "conv", None, [4, 1], "zh", None]
    assert facts["other_scene"] == ["structure", *NOWHERE, "zh", None]
    assert facts["undone"] == facts["language"]
    assert facts["gone_to"] == [STOPS_SECS[1], False], "a view of a moment rests at that"
    view = Vantage(NAME, layer="conv", channel=1, at=(2, 3), language="zh")
    assert view.of_scene("dense") == Vantage("dense", language="zh")
    assert wish_of(view) == Wish(NAME, layer="conv", channel=1, at=(2, 3), language="zh")
