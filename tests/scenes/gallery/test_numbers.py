"""The numbers in the pictures are those of the bundle."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tiny_bundle import ATTACKED_IDS, CHECKPOINT_IDS, CLASS_NAMES, EPSILONS, LAYER_NAMES

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.options import SceneOptions
from scenes.panels.numbers import percent
from scenes.registry import scene
from scenes.timeline import Timeline
from viewer.drift import flat_of
from viewer.labels import frame_labels, scale_text
from viewer.layout import Layout
from viewer.scales import difference_gains, layer_scales
from viewer.scopes import Scales
from viewer.state import CaptureKey, ViewState


@pytest.fixture(scope="module")
def bundle(tiny_bundle_path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def built(bundle: Bundle, name: str, **options) -> tuple[Layout, Timeline]:
    chosen = SceneOptions(**options)
    layout = scene(name).lay_out(bundle, chosen)
    return layout, scene(name).build(bundle, layout, chosen)


def at(timeline: Timeline, marker: str) -> ViewState:
    return timeline.state_at(next(each.at_secs for each in timeline.markers if each.name == marker))


def texts(state: ViewState) -> list[str]:
    return [line.text for line in flat_of(state, 16 / 9).words]


def scores(bundle: Bundle, shown: str, checkpoint: str = "002") -> tuple[float, ...]:
    return bundle.capture(shown, checkpoint).scores


@pytest.mark.parametrize("shown", ["clean-0", "clean-1", "attack-3"])
@pytest.mark.parametrize("checkpoint", ["002"])
def test_flow_ends_with_the_prediction(bundle: Bundle, shown: str, checkpoint: str) -> None:
    _, timeline = built(bundle, "flow", input_id=shown, checkpoint_id=checkpoint)
    state = timeline.state_at(timeline.markers[-1].at_secs + 0.5)
    said = texts(state)
    for name, score in zip(CLASS_NAMES, scores(bundle, shown), strict=True):
        assert name in said
        assert percent(score) in said
    bold = [line.text for line in state.hud.words if line.role == "accent"]
    assert bold == [CLASS_NAMES[bundle.capture(shown, checkpoint).predicted], percent(max(scores(bundle, shown)))]


def test_flow_tells_nothing_before_the_light_has_arrived(bundle: Bundle) -> None:
    _, timeline = built(bundle, "flow")
    said = texts(timeline.state_at(0.0))
    assert not {percent(score) for score in scores(bundle, "clean-0")} & set(said)
    assert [line.text for line in timeline.state_at(0.0).hud.words if line.role == "accent"] == []


def test_flow_passes_every_layer_in_order(bundle: Bundle) -> None:
    layout, timeline = built(bundle, "flow")
    assert [marker.name for marker in timeline.markers][: len(LAYER_NAMES)] == list(LAYER_NAMES)
    for marker in timeline.markers:
        if marker.name in LAYER_NAMES:
            state = timeline.state_at(marker.at_secs)
            assert state.nets[0].front == pytest.approx(layout.plate(marker.name).station, abs=1e-6)
            assert any(marker.name in text for text in texts(state))


def test_flow_shows_what_was_asked_for(bundle: Bundle) -> None:
    _, timeline = built(bundle, "flow", input_id="clean-1", checkpoint_id="000")
    capture = timeline.state_at(1.0).nets[0].capture
    assert (capture.input_id, capture.checkpoint_id) == ("clean-1", "000")
    with pytest.raises(KerascopeError):
        built(bundle, "flow", input_id="nobody")


def epsilon_of(state: ViewState) -> float:
    (text,) = [text for text in texts(state) if re.match(r"\u03b5 = ", text)]
    levels, of = re.fullmatch(r"\u03b5 = ([\d.]+)/(\d+)", text).groups()  # type: ignore[union-attr]
    return float(levels) / float(of)


def test_adversarial_begins_clean_and_ends_with_the_last_step(bundle: Bundle) -> None:
    _, timeline = built(bundle, "adversarial")
    clean, attacked = timeline.state_at(0.0), at(timeline, "attacked")
    assert epsilon_of(clean) == 0.0
    assert epsilon_of(attacked) == pytest.approx(EPSILONS[-1], abs=5e-5)
    assert {net.capture.input_id for net in clean.nets} == {"clean-0"}
    assert {net.capture.input_id for net in attacked.nets} == {"clean-0", ATTACKED_IDS[-1]}
    assert {net.toward.input_id for net in attacked.nets if net.toward} == {ATTACKED_IDS[-1]}
    before, after = scores(bundle, "clean-0"), scores(bundle, ATTACKED_IDS[-1])
    assert percent(before[int(np.argmax(before))]) in texts(attacked)
    assert percent(after[int(np.argmax(after))]) in texts(attacked)
    for score in (*before, *after):
        assert percent(score, unit=False) in texts(attacked)


def test_adversarial_tells_its_story_in_three_sentences(bundle: Bundle) -> None:
    _, timeline = built(bundle, "adversarial")
    first, last = (next(m.at_secs for m in timeline.markers if m.name == name) for name in ("clean", "attacked"))
    between = (timeline.state_at(t) for t in np.linspace(first, last, 60))
    said = [" ".join(line.text for line in state.hud.words if line.size_px == 27.0) for state in between]
    assert CLASS_NAMES[bundle.capture("clean-0", "002").predicted] in said[0]
    assert "another answer" in said[-1]
    assert len(dict.fromkeys(said)) == 3


def test_adversarial_visits_every_step_with_its_own_numbers(bundle: Bundle) -> None:
    _, timeline = built(bundle, "adversarial")
    seen = {}
    for t in np.arange(0, timeline.duration_secs, 0.01):
        state = timeline.state_at(float(t))
        seen[state.nets[-1].capture.input_id] = epsilon_of(state)
    assert seen == {
        "clean-0": 0.0,
        **{name: pytest.approx(e, abs=5e-5) for name, e in zip(ATTACKED_IDS, EPSILONS, strict=True)},
    }


def test_adversarial_alarms_only_where_the_answer_has_changed(bundle: Bundle) -> None:
    _, timeline = built(bundle, "adversarial")
    for t in np.arange(0, timeline.duration_secs, 0.05):
        state = timeline.state_at(float(t))
        shown = state.nets[-1].capture.input_id
        has_flipped = bundle.capture(shown, "002").predicted != bundle.capture("clean-0", "002").predicted
        assert (state.nets[-1].heading_role == "alarm") == has_flipped


def test_adversarial_is_coloured_by_the_clean_input_alone(bundle: Bundle) -> None:
    layout, timeline = built(bundle, "adversarial")
    parent = CaptureKey("clean-0", "002")
    states = [timeline.state_at(float(t)) for t in np.linspace(0, timeline.duration_secs, 30)]
    assert {state.scale_of for state in states} == {parent}
    attacked = at(timeline, "attacked")
    scales = layer_scales(bundle, layout, parent)
    gains = difference_gains(bundle, layout, scales, parent, CaptureKey(ATTACKED_IDS[-1], "002"))
    assert {net.gains for state in states for net in state.nets if net.quantity == "difference"} == {gains}
    said = [line.text for line in frame_labels(layout, attacked, 16 / 9, Scales(scales))]
    conv = np.abs(bundle.output("clean-0", "002", "conv").astype(np.float32))
    assert scale_text(float(np.percentile(conv, 99))) in said
    assert "clean input" in " ".join(texts(attacked))


@pytest.mark.parametrize("name", ["structure", "flow", "training"])
def test_other_scenes_are_coloured_by_all_inputs(bundle: Bundle, name: str) -> None:
    assert built(bundle, name)[1].state_at(1.0).scale_of is None


def test_adversarial_drift_is_the_relative_distance_of_each_layer(bundle: Bundle) -> None:
    _, timeline = built(bundle, "adversarial")
    said = texts(at(timeline, "attacked"))
    drifts = []
    for layer in LAYER_NAMES:
        clean, other = (
            bundle.output(shown, "002", layer).astype(np.float64) for shown in ("clean-0", ATTACKED_IDS[-1])
        )
        drifts.append(np.linalg.norm(other - clean) / np.linalg.norm(clean) * 100)
    assert f"{drifts[-1]:.0f} %" in said
    shown = [text for text in said if re.fullmatch(r"\d+\.\d", text)]
    assert sum(f"{drift:.1f}" in shown for drift in drifts[:-1]) >= 3, "as many as there is room for"
    sentence = " ".join(said)
    assert f"{min(drifts[1:-1]):.0f} to {max(drifts[1:-1]):.0f} %" in sentence


def test_training_visits_every_checkpoint_with_its_own_answers(bundle: Bundle) -> None:
    _, timeline = built(bundle, "training", input_id="clean-0")
    labels = [checkpoint.label for checkpoint in bundle.manifest.checkpoints]
    assert [marker.name for marker in timeline.markers] == labels
    losses = [checkpoint.metrics["loss"] for checkpoint in bundle.manifest.checkpoints]
    for marker, checkpoint, loss in zip(timeline.markers, CHECKPOINT_IDS, losses, strict=True):
        state = timeline.state_at(marker.at_secs)
        said = texts(state)
        assert any(marker.name in text for text in said)
        for score in scores(bundle, "clean-0", checkpoint):
            assert percent(score) in said
        assert f"{loss:.3f}" in said
        (net,) = state.nets
        seen = net.capture if net.blend == 0 else net.toward
        assert net.blend in (0.0, 1.0)
        assert (seen.input_id, seen.checkpoint_id) == ("clean-0", checkpoint)


def test_training_needs_two_checkpoints(bundle: Bundle) -> None:
    with pytest.raises(KerascopeError, match="checkpoint"):
        built(bundle, "training", input_id="attack-1")


def test_structure_lists_every_layer_with_its_parameters(bundle: Bundle) -> None:
    _, timeline = built(bundle, "structure")
    said = texts(timeline.state_at(0.0))
    for layer in bundle.manifest.layers:
        assert layer.name in said
        assert str(layer.parameters) in said
    assert any("6 layers" in text and "151 parameters" in text for text in said)


def test_structure_turns_once_and_evenly(bundle: Bundle) -> None:
    _, timeline = built(bundle, "structure")
    times = np.linspace(0, timeline.duration_secs, 13)[:-1]
    azimuths = np.array([timeline.state_at(float(t)).camera.azimuth_deg for t in times])
    np.testing.assert_allclose(np.diff(np.unwrap(np.radians(azimuths))), 2 * np.pi / 12, atol=1e-6)


def test_a_scene_without_what_it_needs_says_so(tmp_path) -> None:
    from tiny_bundle import make_tiny_bundle

    plain = read_bundle(make_tiny_bundle(tmp_path / "a.bundle", attack=False))
    with pytest.raises(KerascopeError, match="attack"):
        built(plain, "adversarial")


def test_an_attack_reads_only_the_steps_that_are_shown(tiny_bundle_path, monkeypatch) -> None:
    """The clean input and the last step, by which gains and the axis are chosen; others when their moment comes."""
    bundle = read_bundle(tiny_bundle_path)
    read: set[str] = set()
    load = bundle.load
    monkeypatch.setattr(bundle, "load", lambda ref: (read.add(ref.file), load(ref))[1])
    _, timeline = built(bundle, "adversarial")
    timeline.state_at(0.0)
    between = {f"inputs/{name}.npz" for name in ATTACKED_IDS[:-1]}
    assert f"inputs/{ATTACKED_IDS[-1]}.npz" in read
    assert not read & between
    for t in np.linspace(0, timeline.duration_secs, 50):
        timeline.state_at(float(t))
    assert between <= read
