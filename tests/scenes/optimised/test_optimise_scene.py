"""What the scene of an image that emerges shows: the kept steps, their answers and losses, and what was asked for."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from overlap import overlaps
from synthesised_bundle import ASKED, STEPS, add_images, synthesised_bundle
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.optimised.answers import listed
from scenes.optimised.chart import curve_at, number_text
from scenes.optimised.clock import START_SECS
from scenes.optimised.subject import Curve, subject_of
from scenes.options import SceneOptions
from scenes.panels.numbers import percent
from scenes.registry import scene
from scenes.timeline import Timeline
from viewer.layout import Layout
from viewer.state import ViewState

SHAPES = ((800, 600), (600, 600), (540, 960))


def built(bundle: Bundle, **chosen: Any) -> tuple[Layout, Timeline]:
    options = SceneOptions(**{"size_px": (960, 540), **chosen})
    made = scene("optimise")
    layout = made.lay_out(bundle, options)
    return layout, made.build(bundle, layout, options)


def texts(state: ViewState) -> list[str]:
    return [line.text for line in state.hud.words if line.alpha > 0]


def when(timeline: Timeline, name: str) -> float:
    return next(marker.at_secs for marker in timeline.markers if marker.name == name)


def images(state: ViewState) -> list[str]:
    return [loupe.capture.input_id for loupe in state.loupes if loupe.name == "image"]


def test_every_kept_step_is_there_with_its_own_answer_and_loss() -> None:
    bundle = synthesised_bundle()
    _, timeline = built(bundle)
    run = bundle.manifest.runs[-1]
    losses = json.loads(str(run.result["losses"]))
    first = bundle.capture(run.inputs[0], "002").scores
    whole = when(timeline, "after 40 steps") - START_SECS
    for number, (input_id, step, loss) in enumerate(zip(run.inputs, STEPS, losses, strict=True)):
        state = timeline.state_at(START_SECS + whole * number / (len(STEPS) - 1))
        assert images(state)[0] == input_id or state.loupes[-1].alpha > 0.999
        said, scores = texts(state), bundle.capture(input_id, "002").scores
        assert f"step {step} of 40" in said
        assert number_text(loss) in said
        assert f"one: {percent(first[1] or 0.0)} \u2192 {percent(scores[1] or 0.0)}" in said
        assert {percent(score or 0.0) for score in scores} <= set(said)


def test_the_net_goes_over_from_step_to_step() -> None:
    bundle = synthesised_bundle()
    _, timeline = built(bundle)
    run = bundle.manifest.runs[-1]
    pairs = set()
    for t_secs in np.linspace(0, timeline.duration_secs, 100):
        (net,) = timeline.state_at(float(t_secs)).nets
        if net.toward is not None:
            assert 0 < net.blend < 1
            pairs.add((run.inputs.index(net.capture.input_id), run.inputs.index(net.toward.input_id)))
    assert pairs == {(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)}, "and at the end back to the first"


def test_light_runs_through_the_net_of_the_last_image() -> None:
    layout, timeline = built(synthesised_bundle())
    start, end = when(timeline, "light"), when(timeline, "answer")
    fronts = [timeline.state_at(float(t)).nets[0].front for t in np.linspace(start + 0.41, end - 1e-3, 20)]
    assert all(front is not None for front in fronts)
    assert fronts == sorted(fronts, key=float)  # type: ignore[arg-type]
    assert float(fronts[-1] or 0) == pytest.approx(max(plate.station for plate in layout.plates), abs=0.1)
    assert timeline.state_at(end + 0.1).nets[0].front is None


@pytest.mark.parametrize(("method", "layer"), [("class_image", "scores"), ("filter", "conv"), ("deepdream", "pool")])
def test_a_frame_in_the_net_marks_what_is_asked_for(method: str, layer: str) -> None:
    layout, timeline = built(synthesised_bundle(method))
    (wire,) = timeline.state_at(0.0).wires
    points, plate = np.asarray(wire.points), layout.plate(layer)
    assert points[:, 0] == pytest.approx(plate.centre[0])
    middle = points[:4].mean(axis=0)
    if method == "filter":
        assert middle == pytest.approx(plate.tile_centres()[2])
    elif method == "class_image":
        assert middle[1] == pytest.approx(plate.unit_heights()[1])
    else:
        assert middle == pytest.approx(plate.corners().mean(axis=0))


def test_style_has_both_its_losses_and_the_pictures_that_it_is_to_be_like() -> None:
    bundle = synthesised_bundle("style")
    _, timeline = built(bundle)
    state = timeline.state_at(when(timeline, "answer") + 0.3)
    assert {"content loss", "style loss", "3.75", "7.5", "800"} <= set(texts(state))
    assert {loupe.name: loupe.capture.input_id for loupe in state.loupes if loupe.name != "image"} == {
        "content": "clean-0",
        "style": "clean-1",
    }
    assert "ring, in the style of bar" in texts(state)


def test_of_an_image_without_layers_the_net_is_dim_and_that_is_said() -> None:
    bundle = synthesised_bundle(one=True)
    _, timeline = built(bundle)
    state = timeline.state_at(when(timeline, "answer") + 0.3)
    assert max(state.nets[0].emphasis or (1.0,)) < 0.5
    assert any("only its answer was kept" in text for text in texts(state))
    assert {number_text(-1.5), number_text(8.5)} <= set(texts(state)), "the ends of the curve are known"
    assert "light" not in {marker.name for marker in timeline.markers}


@pytest.mark.parametrize(
    ("result", "words"),
    [({"dead": True}, "0 everywhere"), ({"stopped": "the loss is no number"}, "the loss is no number")],
)
def test_a_run_that_came_to_nothing_says_so(result: dict[str, Any], words: str, tmp_path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle", statistics=False)
    add_images(path, "filter", **result)
    _, timeline = built(read_bundle(path))
    every = (timeline.state_at(t) for t in (0.3, when(timeline, "answer") + 0.3))
    assert any(words in text for state in every for text in texts(state))


def test_the_last_run_with_layers_is_chosen_and_any_other_can_be_asked_for(tmp_path) -> None:
    path = make_tiny_bundle(tmp_path / "a.bundle", statistics=False)
    for method, keeps in (("class_image", True), ("filter", True), ("deepdream", False)):
        add_images(path, method, keeps_layers=keeps)
    bundle = read_bundle(path)
    assert subject_of(bundle, SceneOptions()).run.id == "filter-0"
    assert subject_of(bundle, SceneOptions(run_id="class_image-0")).run.id == "class_image-0"
    assert subject_of(bundle, SceneOptions(input_id="deepdream-0-20")).run.id == "deepdream-0"
    assert subject_of(bundle, SceneOptions(input_id="clean-0", run_id="attack")).run.id == "filter-0"
    with pytest.raises(KerascopeError, match=r"class_image-0 or filter-0 or deepdream-0.*got filter-9"):
        subject_of(bundle, SceneOptions(run_id="filter-9"))


def test_without_such_an_image_the_command_is_named(tiny_bundle_path) -> None:
    with pytest.raises(KerascopeError, match="kerascope synthesise MODEL --method class_image") as raised:
        built(read_bundle(tiny_bundle_path))
    assert "\n" not in str(raised.value)


def test_of_many_classes_the_target_and_the_likeliest_keep_their_lines() -> None:
    first, last = np.full(1000, 1e-3), np.full(1000, 1e-4)
    first[7], last[3], last[900] = 0.5, 0.6, 0.2
    shown = listed((tuple(first), tuple(last)), 55, 5)
    assert shown == (55, 3, 7, 900)
    assert listed(((0.1, 0.9),), None, 5) == (0, 1)


def test_a_curve_is_read_between_the_steps_that_were_kept() -> None:
    curve = Curve("", (0, 10, 20), (1.0, float("nan"), 3.0))
    assert [curve_at(curve, step) for step in (0, 5, 20, 30)] == [1.0, 1.5, 3.0, 3.0]


@pytest.mark.parametrize("size_px", SHAPES)
@pytest.mark.parametrize("method", ["filter", "style", "one"])
def test_words_find_room_at_any_shape(method: str, size_px: tuple[int, int]) -> None:
    bundle = synthesised_bundle(one=True) if method == "one" else synthesised_bundle(method)
    layout, timeline = built(bundle, size_px=size_px)
    aspect = size_px[0] / size_px[1]
    for part in (0.0, 0.3, 0.5, 0.8, 0.97):
        state = timeline.state_at(part * timeline.duration_secs)
        assert overlaps(layout, bundle, state, aspect) == []
        for left, top, wide, high in (loupe.box_px for loupe in state.loupes):
            assert min(left, top) >= 0
            assert left + wide <= 1080 * aspect
            assert top + high <= 1080


def test_every_method_of_the_fixture_is_known() -> None:
    from scenes.optimised.methods import METHODS

    assert set(ASKED) < set(METHODS)
