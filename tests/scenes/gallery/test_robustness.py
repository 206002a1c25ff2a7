"""Two checkpoints that see one perturbation: the numbers, the marks and the verdict are those of the captures."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from rival_attacks import add_attack, also_captured
from tiny_bundle import ATTACKED_IDS, CLASS_NAMES, EPSILONS, make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from exporter.bundle.schema import Input
from scenes.options import SceneOptions
from scenes.panels.numbers import percent
from scenes.registry import scene
from scenes.timeline import Timeline
from viewer.drift import flat_of
from viewer.labels import box_of
from viewer.layout import Layout
from viewer.state import REFERENCE_HEIGHT_PX, NetView, ViewState

SHAPES = {"16:9": (960, 540), "1:1": (600, 600), "9:16": (540, 960)}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The tiny bundle's attack on `002`, which it flips with the third step, seen by `001` as well."""
    path = make_tiny_bundle(tmp_path_factory.mktemp("two") / "two.bundle")
    return read_bundle(also_captured(path, ATTACKED_IDS, "001"))


def built(bundle: Bundle, **options) -> tuple[Layout, Timeline]:
    chosen = SceneOptions(**options)
    layout = scene("robustness").lay_out(bundle, chosen)
    return layout, scene("robustness").build(bundle, layout, chosen)


def at(timeline: Timeline, marker: str) -> ViewState:
    return timeline.state_at(next(each.at_secs for each in timeline.markers if each.name == marker))


def nets(state: ViewState) -> list[NetView]:
    return [net for net in state.nets if net.quantity == "activation"]


def texts(state: ViewState) -> list[str]:
    return [line.text for line in flat_of(state, 16 / 9).words if line.alpha > 0]


def first_flip(bundle: Bundle, checkpoint: str) -> float | None:
    """The smallest epsilon with another answer than of the clean input, by looking at every capture."""
    clean = bundle.capture("clean-0", checkpoint).predicted
    other = [i for i in ATTACKED_IDS if bundle.capture(i, checkpoint).predicted != clean]
    return min((bundle.input(i).epsilon or 0.0 for i in other), default=None)


def test_both_see_the_same_input_at_every_moment(bundle: Bundle) -> None:
    _, timeline = built(bundle)
    shown = []
    for t in np.linspace(0, timeline.duration_secs, 80):
        state = timeline.state_at(float(t))
        one, two = (net.capture for net in nets(state))
        assert one.input_id == two.input_id
        assert (one.checkpoint_id, two.checkpoint_id) == ("001", "002")
        shown.append(one.input_id)
    assert list(dict.fromkeys(shown)) == ["clean-0", *ATTACKED_IDS]


def test_camera_scale_and_gain_are_shared(bundle: Bundle) -> None:
    _, timeline = built(bundle)
    states = [timeline.state_at(float(t)) for t in np.linspace(0, timeline.duration_secs, 20)]
    assert len({state.camera for state in states}) == 1
    assert {(s.scale_of.input_id, s.scale_of.checkpoint_id) for s in states if s.scale_of} == {("clean-0", "002")}
    assert len({net.gains for state in states for net in state.nets if net.quantity == "difference"}) == 1
    assert len({drift.most_hidden for state in states for drift in state.drifts}) == 1, "both drifts have one axis"


def test_the_verdict_has_the_epsilons_of_the_captures(bundle: Bundle) -> None:
    _, timeline = built(bundle)
    said = " ".join(texts(at(timeline, "verdict")))
    flips = {checkpoint: first_flip(bundle, checkpoint) for checkpoint in ("001", "002")}
    assert flips["002"] == EPSILONS[-1]
    for checkpoint, flip in flips.items():
        label = bundle.checkpoint(checkpoint).label
        if flip is None:
            assert f"{label} not up to \u03b5 = {EPSILONS[-1] * 255:.1f}/255" in said
        else:
            assert f"another answer from \u03b5 = {flip * 255:.1f}/255" in said
    assert "robust" not in said.lower()
    assert f"{bundle.checkpoint('001').label} was not attacked itself." in said


def test_which_network_was_attacked_is_said(bundle: Bundle) -> None:
    state = at(built(bundle)[1], "clean")
    assert f"one perturbation, FGSM against {bundle.checkpoint('002').label}" in texts(state)
    assert {"attacked", "not attacked itself"} <= set(texts(state))


def test_predictions_confidences_and_drifts_are_those_of_the_captures(bundle: Bundle) -> None:
    layout, timeline = built(bundle)
    state = at(timeline, "verdict")
    said = texts(state)
    for checkpoint, drift in zip(("001", "002"), state.drifts, strict=True):
        capture = bundle.capture(ATTACKED_IDS[-1], checkpoint)
        assert {CLASS_NAMES[capture.predicted], percent(max(capture.scores))} <= set(said)
        for layer, change in zip(("picture", "conv", "relu", "pool", "flatten", "scores"), drift.changes, strict=True):
            clean, other = (
                bundle.output(name, checkpoint, layer).astype(np.float64) for name in ("clean-0", ATTACKED_IDS[-1])
            )
            assert change == pytest.approx(np.linalg.norm(other - clean) / np.linalg.norm(clean))
    assert len(state.drifts[0].places) == len(layout.plates)


def test_the_chart_has_the_confidence_in_the_right_class_up_to_now(bundle: Bundle) -> None:
    _, timeline = built(bundle)
    state = at(timeline, "verdict")
    axis = [line for line in state.hud.lines if line.role == "dim" and len(line.points_px) == 2]
    top, base = min(each.points_px[0][1] for each in axis), max(each.points_px[0][1] for each in axis)
    for role, checkpoint in (("accent", "001"), ("subtracts", "002")):
        (curve,) = [line for line in state.hud.lines if line.role == role and len(line.points_px) > 2]
        shares = [(base - y) / (base - top) for _, y in curve.points_px]
        expected = [bundle.capture(name, checkpoint).scores[0] for name in ("clean-0", *ATTACKED_IDS)]
        assert shares == pytest.approx(expected)
    early = timeline.state_at(0.0)
    assert not [line for line in early.hud.lines if line.role in ("accent", "subtracts") and len(line.points_px) > 2]


def test_where_both_change_it_is_said_who_first_and_how_much_further_the_other_goes(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle", attack=False)
    bundle = read_bundle(path)
    one, two = (bundle.output(name, "002", "picture") for name in ("clean-0", "clean-1"))
    blends = [one + np.float32(part) * (two - one) for part in np.linspace(0.05, 1.0, 20)]
    add_attack(path, "fgsm-0", "fgsm", blends, checkpoint="002", also=("001",))
    bundle = read_bundle(path)
    changed = {
        moment: min(bundle.input(i.id).epsilon or 0.0 for i in bundle.manifest.inputs if is_changed(bundle, i, moment))
        for moment in ("001", "002")
    }
    assert changed["001"] < changed["002"], "the one that was not attacked changes first"
    sizes = {moment: f"\u03b5 = {epsilon * 255:.1f}/255" for moment, epsilon in changed.items()}
    said = " ".join(texts(at(built(bundle)[1], "verdict")))
    assert f"epoch 1 changes its answer at {sizes['001']}, epoch 2 at {sizes['002']}" in said
    assert f"{changed['002'] / changed['001']:.1f} times as far" in said


def is_changed(bundle: Bundle, shown: Input, checkpoint: str) -> bool:
    clean = bundle.capture("clean-0", checkpoint).predicted
    return shown.kind == "attacked" and bundle.capture(shown.id, checkpoint).predicted != clean


def test_the_other_ones_own_attack_is_told(tmp_path: Path) -> None:
    path = also_captured(make_tiny_bundle(tmp_path / "a.bundle"), ATTACKED_IDS, "001")
    add_attack(path, "pgd-0", "pgd", [read_bundle(path).output("clean-1", "001", "picture")], checkpoint="001")
    bundle = read_bundle(path)
    assert bundle.capture("pgd-0-0", "001").predicted != bundle.capture("clean-0", "001").predicted
    epsilon = bundle.input("pgd-0-0").epsilon or 0.0
    said = " ".join(texts(at(built(bundle)[1], "verdict")))
    assert f"Attacked itself (PGD), epoch 1 changes at \u03b5 = {epsilon * 255:.1f}/255." in said


def test_without_two_checkpoints_the_remedy_is_told(tiny_bundle_path: Path) -> None:
    for options in ({}, {"run_id": "attack"}, {"input_id": "attack-1"}, {"checkpoint_id": "001"}):
        with pytest.raises(KerascopeError, match="two networks") as raised:
            built(read_bundle(tiny_bundle_path), **options)
        assert "kerascope attack BUNDLE --model MODEL --method fgsm --at all" in str(raised.value)
        assert "\n" not in str(raised.value)


def test_of_three_checkpoints_the_last_other_is_taken_or_the_chosen_one(tmp_path: Path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle")
    for checkpoint in ("000", "001"):
        also_captured(path, ATTACKED_IDS, checkpoint)
    bundle = read_bundle(path)

    def shown(**options) -> set[str]:
        return {net.capture.checkpoint_id for net in nets(built(bundle, **options)[1].state_at(0.0))}

    assert shown() == {"001", "002"}
    assert shown(checkpoint_id="000") == {"000", "002"}
    assert shown(checkpoint_id="002") == {"001", "002"}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_words_lie_beside_each_other_inside_the_frame(bundle: Bundle, shape: str) -> None:
    _, timeline = built(bundle, size_px=SHAPES[shape])
    aspect = SHAPES[shape][0] / SHAPES[shape][1]
    for marker in ("clean", "verdict"):
        words = [line for line in flat_of(at(timeline, marker), aspect).words if line.text and line.alpha > 0]
        for one, two in itertools.combinations(words, 2):
            a, b = box_of(one), box_of(two)
            assert min(a[2] - b[0], b[2] - a[0], a[3] - b[1], b[3] - a[1]) <= 5.0, (one.text, two.text)
        for line in words:
            left, top, right, bottom = box_of(line)
            assert 0 <= left <= right <= REFERENCE_HEIGHT_PX * aspect, line.text
            assert 0 <= top <= bottom <= REFERENCE_HEIGHT_PX, line.text
