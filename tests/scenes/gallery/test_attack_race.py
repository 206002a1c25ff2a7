"""A race shows of every attack what its captures hold, all at one clock, and ranks them by their own numbers."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from rival_attacks import add_attack
from tiny_bundle import CLASS_NAMES, make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.attack.names import words_of
from scenes.options import SceneOptions
from scenes.panels.numbers import percent
from scenes.race.clock import Clock
from scenes.registry import scene
from scenes.timeline import Timeline
from viewer.camera import project
from viewer.drift import flat_of
from viewer.labels import box_of
from viewer.layout import Layout
from viewer.state import REFERENCE_HEIGHT_PX, NetView, ViewState

SHAPES = {"16:9": (960, 540), "1:1": (600, 600), "9:16": (540, 960)}
METHODS = ("ifgsm", "pgd", "targeted-l2", "noise")


def towards(clean: np.ndarray, other: np.ndarray, *parts: float) -> list[np.ndarray]:
    """Pictures between two: clean + part * (other - clean)."""
    return [np.clip(clean + np.float32(part) * (other - clean), 0, 1) for part in parts]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FGSM (steps 1 to 3), one of a step, one of ten, one that kept 3 of 400 and never succeeds, and noise."""
    path = make_tiny_bundle(tmp_path_factory.mktemp("race") / "race.bundle")
    bundle = read_bundle(path)
    clean, flipped = (bundle.output(name, "002", "picture") for name in ("clean-0", "attack-3"))
    add_attack(path, "ifgsm-1", "ifgsm", towards(clean, flipped, 1.0))
    add_attack(path, "pgd-2", "pgd", towards(clean, flipped, *np.linspace(0.1, 1.2, 10)))
    add_attack(path, "t-3", "targeted-l2", towards(clean, flipped, 0.1, 0.2, 0.3), steps=(0, 200, 399), tried=400)
    rng = np.random.default_rng(0)
    noise = np.clip(clean + rng.uniform(-0.05, 0.05, clean.shape), 0, 1).astype(np.float32)
    return add_attack(path, "noise-4", "noise", [noise])


@pytest.fixture(scope="module")
def bundle(path: Path) -> Bundle:
    return read_bundle(path)


def built(bundle: Bundle, **options) -> tuple[Layout, Timeline]:
    chosen = SceneOptions(**options)
    layout = scene("attack_race").lay_out(bundle, chosen)
    return layout, scene("attack_race").build(bundle, layout, chosen)


@pytest.fixture(scope="module")
def timeline(bundle: Bundle) -> Timeline:
    return built(bundle)[1]


def lanes(state: ViewState) -> list[NetView]:
    return [net for net in state.nets if net.quantity == "activation"]


def at(timeline: Timeline, marker: str) -> ViewState:
    return timeline.state_at(next(each.at_secs for each in timeline.markers if each.name == marker))


def texts(state: ViewState) -> list[str]:
    return [line.text for line in state.hud.words if line.alpha > 0]


def first_changed(bundle: Bundle, run) -> int | None:
    """The step with which the answer changed, by looking at every capture."""
    clean = bundle.capture(run.parent, run.checkpoint).predicted
    changed = [i for i in run.inputs if bundle.capture(i, run.checkpoint).predicted != clean]
    return bundle.input(changed[0]).step + 1 if changed else None


def test_each_lane_is_stamped_with_the_first_step_that_changes_the_answer(bundle: Bundle, timeline: Timeline) -> None:
    said = texts(at(timeline, "ranking"))
    stamps = sorted(int(text.rpartition(" ")[2]) for text in said if text.startswith("another answer at step"))
    found = [first_changed(bundle, run) for run in bundle.manifest.runs if run.method != "noise"]
    assert sorted(step for step in found if step is not None) == stamps
    assert len(stamps) == 3
    assert found.count(None) == 1
    assert "same answer after 400 steps" in said
    assert any("never: targeted L2 (400 steps)" in text for text in said)


def test_a_lane_stops_where_its_answer_changes_and_shows_these_numbers(bundle: Bundle, timeline: Timeline) -> None:
    end = at(timeline, "ranking")
    for run, net in zip(bundle.manifest.runs, lanes(end), strict=True):
        step = first_changed(bundle, run)
        last = run.inputs[-1] if step is None else next(i for i in run.inputs if bundle.input(i).step + 1 == step)
        assert net.capture.input_id == last
        capture = bundle.capture(last, "002")
        change = bundle.output(last, "002", "picture") - bundle.output("clean-0", "002", "picture")
        said = texts(end)
        assert percent(capture.scores[capture.predicted]) in said
        assert f"L\u221e {np.abs(change).max() * 255:.1f}/255" in said
        assert any(text == f"L2 {np.linalg.norm(change):.2f}" for text in said)


def test_all_lanes_are_shown_at_one_clock(bundle: Bundle, timeline: Timeline) -> None:
    """Of every lane the last kept step that the clock has passed, and none that it has not."""
    for t in np.linspace(0, timeline.duration_secs, 50):
        state = timeline.state_at(float(t))
        (clock,) = {int(text[5:].replace(",", "")) for text in texts(state)[:60] if _is_clock(state, text)}
        for run, net in zip(bundle.manifest.runs, lanes(state), strict=True):
            stop = first_changed(bundle, run) or 10**9
            steps = {bundle.input(i).step + 1: i for i in run.inputs if bundle.input(i).step + 1 <= min(clock, stop)}
            assert net.capture.input_id == (steps[max(steps)] if steps else "clean-0")


def _is_clock(state: ViewState, text: str) -> bool:
    largest = max(line.size_px for line in state.hud.words if re.fullmatch(r"step [\d,]+", line.text))
    return any(line.text == text and line.size_px == largest for line in state.hud.words) and text.startswith("step ")


def test_lanes_share_camera_scale_and_gain(bundle: Bundle, timeline: Timeline) -> None:
    states = [timeline.state_at(float(t)) for t in np.linspace(0, timeline.duration_secs, 20)]
    assert len({state.camera for state in states}) == 1
    assert {state.scale_of.input_id for state in states if state.scale_of} == {"clean-0"}
    changes = [net for state in states for net in state.nets if net.quantity == "difference"]
    assert len({net.gains for net in changes}) == 1
    for net in changes:
        assert net.capture.input_id == "clean-0"
        assert [part for part in net.emphasis or () if part > 0] == [1.0], "nothing but the input"
    for state in states:
        shown = [net.toward for net in state.nets if net.quantity == "difference"]
        assert shown == [net.capture for net in lanes(state)], "each change is that of its own lane"


def test_nets_of_all_lanes_have_one_size_on_the_picture(bundle: Bundle) -> None:
    layout, timeline = built(bundle)
    state = timeline.state_at(0.0)
    sizes = [
        np.ptp(project(state.camera, layout.corners() + np.asarray(net.offset), 16 / 9), axis=0) for net in lanes(state)
    ]
    np.testing.assert_allclose(sizes, np.broadcast_to(sizes[0], np.shape(sizes)), rtol=0.12)


def test_the_ranking_names_the_fewest_steps_and_the_smallest_change(bundle: Bundle, timeline: Timeline) -> None:
    end = " ".join(texts(at(timeline, "ranking")))
    runs = [run for run in bundle.manifest.runs if run.method != "noise" and first_changed(bundle, run) is not None]
    fewest = min(runs, key=lambda run: first_changed(bundle, run) or 0)
    assert f"fewest steps: {words_of(fewest.method)} {first_changed(bundle, fewest)}" in end

    def length(run) -> float:
        stop = next(i for i in run.inputs if bundle.input(i).step + 1 == first_changed(bundle, run))
        return float(np.linalg.norm(bundle.output(stop, "002", "picture") - bundle.output("clean-0", "002", "picture")))

    shortest = min(runs, key=length)
    assert f"smallest L2: {words_of(shortest.method)} {length(shortest):.2f}" in end
    assert "uniform noise" not in end.partition("fewest")[2], "the control is no racer"


def test_a_race_in_which_nobody_succeeds_says_so(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle", attack=False)
    clean = read_bundle(path).output("clean-0", "002", "picture")
    for method in ("pgd", "ifgsm"):
        add_attack(path, method, method, [clean, clean])
    _, timeline = built(read_bundle(path))
    end = " ".join(texts(at(timeline, "ranking")))
    assert "None of the attacks changed the answer." in end
    assert "another answer" not in end


def test_where_steps_were_not_kept_the_stamp_does_not_claim_the_step(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle")
    bundle = read_bundle(path)
    clean, flipped = (bundle.output(name, "002", "picture") for name in ("clean-0", "attack-3"))
    add_attack(path, "pgd-1", "pgd", [clean, flipped], steps=(0, 39), tried=40)
    _, timeline = built(read_bundle(path))
    said = texts(at(timeline, "ranking"))
    assert "another answer by step 40" in said
    assert "another answer at step 40" not in said


def test_an_attack_that_only_shrinks_its_change_runs_to_its_end_and_is_not_ranked_by_steps(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle")
    bundle = read_bundle(path)
    clean, flipped = (bundle.output(name, "002", "picture") for name in ("clean-0", "attack-3"))
    add_attack(path, "cw-1", "cw", towards(clean, flipped, 1.3, 1.2, 1.1))
    end = at(built(read_bundle(path))[1], "ranking")
    assert lanes(end)[1].capture.input_id == "cw-1-2", "the smallest change, not the first one"
    said = " ".join(texts(end))
    assert "made smaller until step 3" in said
    assert "fewest steps: FGSM" in said
    assert "C&W 3" not in said
    assert "C&W" in said.partition("smallest L2")[2]


def test_one_attack_is_no_race(tiny_bundle_path: Path) -> None:
    with pytest.raises(KerascopeError, match="no race") as raised:
        built(read_bundle(tiny_bundle_path))
    assert "kerascope attack BUNDLE --model MODEL --method pgd --input clean-0" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_input_without_attacks_is_refused_and_one_that_was_made_stands_for_its_parent(bundle: Bundle) -> None:
    with pytest.raises(KerascopeError, match="--input clean-1"):
        built(bundle, input_id="clean-1")
    _, timeline = built(bundle, input_id="pgd-2-3")
    assert {net.capture.input_id for net in lanes(timeline.state_at(0.0))} == {"clean-0"}


def test_of_more_than_six_attacks_the_first_of_each_method_are_shown_and_it_is_said(path: Path, tmp_path: Path) -> None:
    import shutil

    many = Path(shutil.copytree(path, tmp_path / "many.bundle"))
    clean = read_bundle(many).output("clean-0", "002", "picture")
    for number in range(3):
        add_attack(many, f"again-{number}", "pgd", [clean])
    state = built(read_bundle(many))[1].state_at(0.0)
    assert len(lanes(state)) == 6
    assert any("(6 of 8 runs)" in text for text in texts(state))
    assert {"FGSM", "I-FGSM", "PGD 1", "PGD 2", "targeted L2", "uniform noise"} <= set(texts(state))


def test_the_clock_speeds_up_where_the_race_is_long_and_says_so(timeline: Timeline, sculpted_path: Path) -> None:
    assert "logarithmic clock" in texts(timeline.state_at(0.0))
    assert "logarithmic clock" not in texts(built(read_bundle(sculpted_path))[1].state_at(0.0))
    for last in (1, 10, 40, 400, 100_000):
        clock = Clock(last)
        steps = [clock.step_at(place) for place in np.linspace(0, 1, 500)]
        assert steps[0] == 0
        assert steps[-1] == last
        assert all(two >= one for one, two in itertools.pairwise(steps))
        assert clock.duration_secs <= 30.0


@pytest.mark.parametrize("shape", SHAPES)
def test_the_words_of_five_lanes_lie_beside_each_other_inside_the_frame(bundle: Bundle, shape: str) -> None:
    _, timeline = built(bundle, size_px=SHAPES[shape])
    aspect = SHAPES[shape][0] / SHAPES[shape][1]
    for t in (0.0, timeline.markers[1].at_secs, timeline.markers[-1].at_secs):
        state = timeline.state_at(t)
        words = [line for line in flat_of(state, aspect).words if line.text and line.alpha > 0]
        assert {words_of(run.method) for run in bundle.manifest.runs} <= {line.text for line in words}
        for one, two in itertools.combinations(words, 2):
            a, b = box_of(one), box_of(two)
            over = min(a[2] - b[0], b[2] - a[0], a[3] - b[1], b[3] - a[1])
            assert over <= 5.0, (one.text, two.text)
        for line in words:
            left, top, right, bottom = box_of(line)
            assert 0 <= left <= right <= REFERENCE_HEIGHT_PX * aspect, line.text
            assert 0 <= top <= bottom <= REFERENCE_HEIGHT_PX, line.text


def test_names_of_classes_and_confidence_follow_the_lane(bundle: Bundle, timeline: Timeline) -> None:
    start, end = texts(timeline.state_at(0.0)), texts(at(timeline, "ranking"))
    clean = bundle.capture("clean-0", "002")
    assert start.count(percent(max(clean.scores))) == 5
    assert start.count(CLASS_NAMES[clean.predicted]) == 5
    assert end.count(CLASS_NAMES[clean.predicted]) == 2, "the one that failed and the control"
