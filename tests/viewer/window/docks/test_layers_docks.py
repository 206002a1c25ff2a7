"""The layers dock and the inspector in the real window, driven by mouse and keys on a virtual screen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import layers_driver
import numpy as np
import pytest
from layers_driver import CELL
from tiny_bundle import CLASS_NAMES, LAYER_NAMES, make_tiny_bundle
from virtual_screen import environment, virtual_screen

from exporter.bundle import Bundle
from exporter.bundle.schema import Group
from viewer.forward.answers import answer
from viewer.state import CaptureKey, Mute
from viewer.window.docks.muting.mutes import percent_words
from viewer.window.docks.words import MINUS

pytestmark = [pytest.mark.gl, pytest.mark.slow]

Facts = dict[str, Any]


@pytest.fixture(scope="module")
def facts(tiny_bundle_path: Path, tmp_path_factory: pytest.TempPathFactory, timings: list[str]) -> Facts:
    """What the driver wrote down."""
    folder = tmp_path_factory.mktemp("layers")
    group = Group(name="features", kind="block", class_name="conv", layers=("conv", "relu", "pool"), output="pool")
    grouped = make_tiny_bundle(folder / "grouped.bundle", attack=False, groups=(group,))
    command = [sys.executable, layers_driver.__file__, *map(str, (tiny_bundle_path, grouped, folder))]
    with virtual_screen("1400x1000") as display:
        done = subprocess.run(
            command, env=environment(display), capture_output=True, text=True, timeout=300, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    found: Facts = json.loads((folder / "facts.json").read_text("utf-8"))
    took_ms = sorted(found["hover_ms"])
    timings.append(f"inspector, a hover: {took_ms[len(took_ms) // 2]:.1f} ms, at most {took_ms[-1]:.1f} ms")
    return found


def value_of(words: str) -> float:
    return float(words.replace(MINUS, "-"))


def stored(bundle: Bundle, facts: Facts, layer: str) -> np.ndarray:
    return np.asarray(bundle.load(bundle.capture(*facts["capture"]).outputs[layer]))


def test_it_says_what_to_do_before_anything_is_pointed_at(facts: Facts) -> None:
    assert facts["hint"].startswith("Point at anything")


def test_pointing_at_a_cell_tells_the_value_that_the_bundle_holds(facts: Facts, tiny_bundle: Bundle) -> None:
    hovered = facts["hovered"]
    value = stored(tiny_bundle, facts, "conv")[(*CELL.position, CELL.channel)]
    assert value_of(hovered["value"]) == pytest.approx(value, rel=1e-4)
    assert (hovered["title"], hovered["index"]) == ("conv", "channel 2 of 4, row 3, column 4")
    assert hovered["kind"] == "pre-activation"
    assert hovered["source"] == tiny_bundle.input(facts["capture"][0]).label
    assert hovered["audit"].startswith(f"recomputed from the weights: {hovered['value']}, the same")
    assert hovered["field"] == "rows 2–4, columns 3–5 of picture"
    assert hovered["terms"] > 3


def test_pointing_elsewhere_tells_of_that(facts: Facts, tiny_bundle: Bundle) -> None:
    elsewhere = facts["hovered_elsewhere"]
    assert elsewhere["index"] == f"class 1 of 3: {CLASS_NAMES[1]}"
    assert value_of(elsewhere["value"]) == pytest.approx(stored(tiny_bundle, facts, "scores")[1], rel=1e-4)


def test_a_click_pins_and_escape_lets_go(facts: Facts) -> None:
    assert facts["pinned"]
    assert facts["kept"] == facts["hovered"], "although the pointer went on"
    assert not facts["pinned_after_escape"]
    assert facts["after_escape"] == facts["hovered_elsewhere"]


def test_a_click_on_a_term_walks_back_through_the_net(facts: Facts) -> None:
    assert facts["walked_to"] == "picture"
    assert facts["copied"].startswith("picture, ")


def test_muting_the_winner_changes_the_prediction_as_the_forward_pass_does(facts: Facts, tiny_bundle: Bundle) -> None:
    key = CaptureKey(*facts["capture"])
    before = answer(tiny_bundle, key)
    after = answer(tiny_bundle, CaptureKey(*facts["capture"], (Mute("scores", before.predicted),)))
    told = [f"{given.class_name} {percent_words(given.score)}" for given in (before, after)]
    assert facts["answer"] == " → ".join(told)
    assert after.predicted != before.predicted
    assert facts["mute_lines"] == [f"Mute channel {before.predicted}", "Mute the whole layer"]
    assert (facts["muted"], facts["value_when_muted"]) == (1, "0")
    assert facts["strip_is_visible"]
    assert facts["drawn_without"], "the picture is that of the network without it"


def test_clearing_restores_everything(facts: Facts) -> None:
    assert facts["muted_after_clear"] == 0
    assert facts["answer_after_clear"] == ""
    assert facts["value_restored"]


def test_the_tree_pins_closes_and_opens(facts: Facts) -> None:
    assert facts["clicked"]
    assert facts["forms_before"]["relu"] == facts["forms_opened"]["relu"] == "maps"
    assert facts["forms_closed"]["relu"] == "closed"
    others = {name: kind for name, kind in facts["forms_closed"].items() if name != "relu"}
    assert others == {name: kind for name, kind in facts["forms_before"].items() if name != "relu"}


def test_searching_finds_and_enter_flies_there(facts: Facts) -> None:
    assert facts["search_has_the_keys"]
    assert facts["found"] == ["pool"]
    assert facts["flown_to"] == "pool"
    x, y = facts["flown_part"]
    assert x == pytest.approx(0.5, abs=0.06), "in the middle of the picture"
    assert y == pytest.approx(0.5, abs=0.06)
    assert facts["zoom"] > 1.2
    assert facts["rows_again"] == len(LAYER_NAMES)


def test_flying_to_a_layer_in_a_folded_group_opens_the_group(facts: Facts) -> None:
    assert "conv" not in facts["folded"]
    assert set(facts["unfolded"]) == set(LAYER_NAMES)
    assert facts["zoom_in_group"] > 1.2


def test_health_says_over_how_many_inputs_it_was_measured(facts: Facts) -> None:
    assert "2 inputs" in facts["health_note"]
    assert facts["health"]
