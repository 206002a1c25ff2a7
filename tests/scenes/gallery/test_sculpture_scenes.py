"""What the scenes of sculptures show and say is what the bundle holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sculpture import EDGE_STEPS, NODE_STEPS, add_made_sculptures
from net_scenes import SCULPTURE_SCENES
from tiny_bundle import CLASS_NAMES, make_tiny_bundle

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.frames import frame_times
from scenes.options import SceneOptions
from scenes.panels.bundled import percent_of
from scenes.registry import scene
from scenes.sculptures.specific import own_share
from scenes.timeline import Timeline
from viewer.camera import project
from viewer.sculptures.read import read_sculpture
from viewer.state import REFERENCE_HEIGHT_PX, ViewState

LAYERS = (("picture", 1), ("conv", 4), ("scores", 3))
SHAPES = ((960, 540), (1080, 1080), (800, 1280))


@pytest.fixture(scope="module")
def bundle(sculpted_path: Path) -> Bundle:
    return read_bundle(sculpted_path)


def built(bundle: Bundle, name: str, **options) -> Timeline:
    chosen = SceneOptions(**options)
    return scene(name).build(bundle, scene(name).lay_out(bundle, chosen), chosen)


def said(state: ViewState) -> str:
    return " ".join(line.text for line in state.hud.words)


def at(timeline: Timeline, marker: str) -> ViewState:
    return timeline.state_at(next(each.at_secs for each in timeline.markers if each.name == marker) + 0.05)


@pytest.mark.parametrize("size_px", SHAPES)
@pytest.mark.parametrize("name", SCULPTURE_SCENES)
def test_the_whole_sculpture_is_in_the_picture_all_the_time(bundle: Bundle, name: str, size_px) -> None:
    timeline = built(bundle, name, size_px=size_px)
    aspect = size_px[0] / size_px[1]
    frame_px = np.array([REFERENCE_HEIGHT_PX * aspect, REFERENCE_HEIGHT_PX])
    for t in frame_times(timeline.duration_secs, 3, True):
        state = timeline.state_at(t)
        for view in state.sculptures:
            drawn = read_sculpture(bundle, view.sculpture_id)
            points = np.concatenate([drawn.units, drawn.paths.reshape(-1, 3)]) + np.asarray(view.offset)
            seen = project(state.camera, points, aspect) / frame_px
            assert (seen > 0).all()
            assert (seen < 1).all()
            assert np.ptp(seen, axis=0).max() > 0.1, "and large enough to be seen"


@pytest.mark.parametrize("name", ["sculpture", "trained_vs_untrained"])
@pytest.mark.parametrize("number", range(3))
def test_the_class_that_is_lit_is_named_in_its_colour(bundle: Bundle, name: str, number: int) -> None:
    state = at(built(bundle, name), CLASS_NAMES[number])
    assert {(view.focus, view.toward, view.blend) for view in state.sculptures} == {(number, None, 0.0)}
    coloured = {(line.text, line.of_class) for line in state.hud.words if line.of_class is not None}
    assert coloured == {(CLASS_NAMES[number], number)}


def test_chosen_classes_are_lit_and_no_others(bundle: Bundle) -> None:
    timeline = built(bundle, "sculpture", classes=(2,))
    lit = {view.focus for t in frame_times(timeline.duration_secs, 5, True) for view in timeline.state_at(t).sculptures}
    assert lit == {2}
    assert "lit: 1 of 3 classes" in said(timeline.state_at(0.0))


def test_a_list_of_some_classes_is_not_called_one_of_all(bundle: Bundle) -> None:
    some = said(built(bundle, "sculpture", classes=(2, 0)).state_at(0))
    every = said(built(bundle, "sculpture").state_at(0))
    assert "lit in turn" in some
    assert "all classes" not in some
    assert "all classes" in every


def test_the_foot_tells_method_checkpoint_edges_and_what_the_bundling_did(bundle: Bundle) -> None:
    text = said(built(bundle, "sculpture").state_at(0.0))
    edges = bundle.sculpture("002-weight").tensors["edges"].shape[0]
    for words in ("importance: sizes of weights", "weights: epoch 2", f"strongest {edges} of {2 * edges} edges"):
        assert words in text
    for words in ("90 % of the weights' sizes", "sampling rate 15", "ink \u221260 %", "paths 1.25\u00d7 as long"):
        assert words in text


def test_bundling_goes_through_every_iteration_and_back(bundle: Bundle) -> None:
    timeline = built(bundle, "bundling")
    steps = [timeline.state_at(t).sculptures[0].step for t in frame_times(timeline.duration_secs, 25, True)]
    assert (min(steps), max(steps)) == (0.0, NODE_STEPS + EDGE_STEPS)
    top = int(np.argmax(steps))
    assert steps[: top + 1] == sorted(steps[: top + 1])
    assert {round(step) for step in steps} == set(range(NODE_STEPS + EDGE_STEPS + 1))
    assert "straight edges" in said(timeline.state_at(0.0))
    assert f"edges {EDGE_STEPS}/{EDGE_STEPS}" in said(at(timeline, "bundled"))


def test_before_and_after_have_one_camera_and_their_names(bundle: Bundle) -> None:
    state = built(bundle, "trained_vs_untrained").state_at(0.0)
    assert [view.sculpture_id for view in state.sculptures] == ["000-weight", "002-weight"]
    one, two = (np.asarray(view.offset) for view in state.sculptures)
    np.testing.assert_allclose(one, -two)
    for words in (
        "untrained",
        "epoch 2",
        *(percent_of(own_share(bundle, each)) for each in bundle.manifest.sculptures),
    ):
        assert words in said(state)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [(0.7, 6.0, "Training parts the cables by class"), (6.0, 0.7, "Training mixes the classes here")],
)
def test_what_training_did_is_said_as_the_numbers_have_it(tmp_path: Path, before, after, words: str) -> None:
    path = add_made_sculptures(make_tiny_bundle(tmp_path / "a.bundle"), LAYERS, {"000": before, "002": after})
    made = read_bundle(path)
    shares = [own_share(made, each) for each in made.manifest.sculptures]
    assert (shares[1] > shares[0]) == (after > before)
    assert words in said(built(made, "trained_vs_untrained").state_at(0.0))


@pytest.mark.parametrize("name", SCULPTURE_SCENES)
def test_a_bundle_without_sculptures_says_what_to_do(tiny_bundle_path: Path, name: str) -> None:
    with pytest.raises(KerascopeError, match="kerascope sculpt") as caught:
        built(read_bundle(tiny_bundle_path), name)
    assert "\n" not in str(caught.value)
