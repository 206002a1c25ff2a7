"""Laws of every scene on the tiny bundle: pure, seamless, as it says it is, and its words can be read at any shape."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from net_scenes import NET_SCENES
from paper_bundle import layer, paper_bundle
from taught_bundle import bundle_for

from exporter.bundle import Bundle, read_bundle
from scenes.frames import frame_times
from scenes.options import SceneOptions
from scenes.registry import scene, scene_names
from scenes.timeline import Timeline
from viewer.drift import flat_of
from viewer.labels import Box, box_of, frame_labels
from viewer.layout import Layout
from viewer.scales import layer_scales
from viewer.scopes import Scales
from viewer.state import REFERENCE_HEIGHT_PX, ViewState

SCENES = scene_names()
SHAPES = {"16:9": (960, 540), "4:3": (800, 600), "1:1": (600, 600), "9:16": (540, 960)}
WIDE = SHAPES["16:9"]


@pytest.fixture(scope="module")
def bundle(sculpted_path) -> Bundle:
    return read_bundle(sculpted_path)


@pytest.fixture(scope="module")
def built(bundle: Bundle):
    """(layout, timeline) of a scene at a frame size, built once."""

    @cache
    def build(name: str, size_px: tuple[int, int] = WIDE, theme: str = "dark") -> tuple[Layout, Timeline]:
        options = SceneOptions(size_px=size_px, theme=theme)  # type: ignore[arg-type]
        made, shown = scene(name), bundle_for(name, bundle)
        layout = made.lay_out(shown, options)
        return layout, made.build(shown, layout, options)

    return build


def moments(timeline: Timeline) -> list[float]:
    """Some times of a timeline, among them where something has just arrived."""
    even = [timeline.duration_secs * k / 7 for k in range(8)]
    return sorted({*even, *(marker.at_secs for marker in timeline.markers)})


def same(one: ViewState, two: ViewState) -> bool:
    return one == two


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_a_function_of_time_alone(bundle: Bundle, built, name: str) -> None:
    layout, timeline = built(name)
    options = SceneOptions(size_px=WIDE)
    again = scene(name).build(bundle_for(name, bundle), layout, options)
    times = moments(timeline)
    forwards = [timeline.state_at(t) for t in times]
    backwards = [again.state_at(t) for t in reversed(times)][::-1]
    assert forwards == backwards
    assert again.duration_secs == timeline.duration_secs
    assert again.markers == timeline.markers


@pytest.mark.parametrize("name", SCENES)
def test_a_loop_ends_where_it_begins(built, name: str) -> None:
    _, timeline = built(name)
    start = timeline.state_at(0.0)
    assert start.nets or start.sculptures or start.clouds
    if not timeline.loops:
        return
    assert timeline.state_at(0.0) == timeline.state_at(timeline.duration_secs)
    assert timeline.state_at(0.5) == timeline.state_at(timeline.duration_secs + 0.5)


@pytest.mark.parametrize("name", SCENES)
def test_markers_stand_in_order_inside_the_timeline(built, name: str) -> None:
    _, timeline = built(name)
    longest_secs = 120.0 if name == "tour" else 30.0
    assert 1.0 <= timeline.duration_secs <= longest_secs, "a film of the demo is short"
    times = [marker.at_secs for marker in timeline.markers]
    assert times == sorted(times)
    assert all(0 <= t <= timeline.duration_secs for t in times)
    assert all(marker.name for marker in timeline.markers)


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_what_its_check_says(built, name: str) -> None:
    _, timeline = built(name)
    states = [timeline.state_at(t) for t in moments(timeline)]
    changes = any(state != states[0] for state in states)
    assert changes == (scene(name).check != "still")


@pytest.mark.parametrize("name", SCENES)
def test_the_theme_changes_colours_alone(built, name: str) -> None:
    dark, light = built(name)[1], built(name, theme="light")[1]
    for t in moments(dark):
        assert dark.state_at(t).theme == "dark"
        assert replace(dark.state_at(t), theme="light") == light.state_at(t)


@pytest.mark.parametrize("name", [name for name in SCENES if name != "tour"])  # two minutes of the others
def test_nothing_jumps_between_two_frames(built, name: str) -> None:
    """At 25 frames a second nothing moves further than an eased move of 200 ms does at its fastest."""
    _, timeline = built(name)
    states = [timeline.state_at(t) for t in frame_times(timeline.duration_secs, 25, timeline.loops)]
    pairs = list(itertools.pairwise(states)) + ([(states[-1], states[0])] if timeline.loops else [])
    for one, two in pairs:
        assert len(one.nets) == len(two.nets)
        assert abs((one.camera.azimuth_deg - two.camera.azimuth_deg + 180) % 360 - 180) < 10
        assert abs(one.camera.elevation_deg - two.camera.elevation_deg) < 10
        for here, there in zip(one.nets, two.nets, strict=True):
            if here.front is not None and there.front is not None:
                assert abs(here.front - there.front) < 1.5
        for here, there in zip(one.sculptures, two.sculptures, strict=True):
            assert here.step is None or abs(here.step - there.step) < 1.5
            if (here.focus, here.toward) == (there.focus, there.toward):
                assert abs(here.blend - there.blend) < 0.25


def boxes_of(state: ViewState, layout: Layout, bundle: Bundle, aspect: float) -> list[tuple[str, Box]]:
    """Every line of text of a frame with its box: labels of plates first, then what the scene says."""
    scales = layer_scales(bundle, layout, state.scale_of)
    labels = frame_labels(layout, state, aspect, Scales(scales))
    shown = [line for line in (*labels, *flat_of(state, aspect).words) if line.text.strip() and line.alpha > 0]
    return [(line.text, box_of(line)) for line in shown]


def overlap_px(a: Box, b: Box) -> float:
    return min(a[2] - b[0], b[2] - a[0], a[3] - b[1], b[3] - a[1])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", SCENES)
def test_no_word_leaves_the_frame(bundle: Bundle, built, name: str, shape: str) -> None:
    layout, timeline = built(name, SHAPES[shape])
    aspect = SHAPES[shape][0] / SHAPES[shape][1]
    outside = {
        text: tuple(round(side) for side in box)
        for t in moments(timeline)
        for text, box in boxes_of(timeline.state_at(t), layout, bundle_for(name, bundle), aspect)
        if box[0] < 0 or box[1] < 0 or box[2] > REFERENCE_HEIGHT_PX * aspect or box[3] > REFERENCE_HEIGHT_PX
    }
    assert outside == {}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", SCENES)
def test_no_two_words_overlap(bundle: Bundle, built, name: str, shape: str) -> None:
    layout, timeline = built(name, SHAPES[shape])
    aspect = SHAPES[shape][0] / SHAPES[shape][1]
    over = set()
    for t in moments(timeline):
        for (one, a), (two, b) in itertools.combinations(
            boxes_of(timeline.state_at(t), layout, bundle_for(name, bundle), aspect), 2
        ):
            # A line's box reaches from above its capitals to below its tails: a few pixels of it are empty.
            if overlap_px(a, b) > 5.0:
                over.add((one, two))
    assert over == set()


@pytest.mark.parametrize("name", ["flow", "structure"])
def test_labels_of_a_deep_net_keep_off_the_words_of_the_scene(name: str) -> None:
    kinds = ("conv", "normalisation", "activation")
    layers = [
        layer(f"conv{i // 30}_block{i // 3 % 10}_of_the_branch_{kinds[i % 3]}", kinds[i % 3], 14, 14, 256)
        for i in range(60)
    ]
    deep = paper_bundle([layer("picture", "input", 56, 56, 3), *layers, layer("predictions", "dense", 1000)])
    options = SceneOptions(size_px=WIDE)
    layout = scene(name).lay_out(deep, options)
    timeline = scene(name).build(deep, layout, options)
    for t in (0.0, timeline.duration_secs * 0.4, timeline.duration_secs * 0.7):
        boxes = boxes_of(timeline.state_at(t), layout, deep, 16 / 9)
        for (one, a), (two, b) in itertools.combinations(boxes, 2):
            assert overlap_px(a, b) <= 5.0, (one, two)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", SCENES)
def test_bars_ramps_and_lines_stay_in_the_frame(built, name: str, shape: str) -> None:
    _, timeline = built(name, SHAPES[shape])
    width_px = REFERENCE_HEIGHT_PX * SHAPES[shape][0] / SHAPES[shape][1]
    for t in moments(timeline):
        hud = flat_of(timeline.state_at(t), SHAPES[shape][0] / SHAPES[shape][1])
        boxes = [(x, y, x + w, y + h) for x, y, w, h in (each.box_px for each in (*hud.bars, *hud.ramps))]
        boxes += [(x, y, x, y) for line in hud.lines for x, y in line.points_px]
        for left, top, right, bottom in boxes:
            assert 0 <= left <= right <= width_px + 1e-6
            assert 0 <= top <= bottom <= REFERENCE_HEIGHT_PX + 1e-6


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", SCENES)
def test_the_whole_net_is_in_the_picture(built, name: str, shape: str) -> None:
    from viewer.camera import project

    layout, timeline = built(name, SHAPES[shape])
    aspect = SHAPES[shape][0] / SHAPES[shape][1]
    for t in moments(timeline):
        state = timeline.state_at(t)
        for net in state.nets:
            parts = net.emphasis or (1.0,) * len(layout.plates)
            there = [plate for plate, part in zip(layout.plates, parts, strict=True) if part > 0]
            if not there:
                assert state.loupes, "what is shown of it instead"
                continue
            corners = np.concatenate([plate.corners() for plate in there])
            seen = project(state.camera, corners + np.asarray(net.offset), aspect)
            assert (seen >= 0).all()
            assert (seen <= [REFERENCE_HEIGHT_PX * aspect, REFERENCE_HEIGHT_PX]).all()
            assert np.ptp(seen, axis=0).max() > 40, "and large enough to be seen"


@pytest.mark.parametrize("name", SCENES)
def test_words_are_large_enough_for_the_last_row(built, name: str) -> None:
    _, timeline = built(name)
    for t in moments(timeline):
        for line in timeline.state_at(t).hud.words:
            assert line.size_px * 720 / REFERENCE_HEIGHT_PX >= 14.0 - 1e-6, line.text


@pytest.mark.parametrize("name", NET_SCENES)
def test_every_colour_has_a_legend_with_numbers(built, name: str) -> None:
    _, timeline = built(name)
    state = timeline.state_at(0.0)
    shown = {"difference" if net.quantity == "difference" else "activation" for net in state.nets}
    assert shown <= {ramp.map_name for ramp in state.hud.ramps}
    assert any("scale" in line.text for line in state.hud.words)


@pytest.mark.gl
@pytest.mark.parametrize("name", SCENES)
def test_the_seam_of_a_loop_is_a_step_like_its_neighbours(bundle: Bundle, built, name: str) -> None:
    from viewer.stage import Stage

    layout, timeline = built(name)
    if not timeline.loops:
        return
    times = frame_times(timeline.duration_secs, 25, True)
    with Stage(bundle_for(name, bundle), layout) as stage:
        picked = [times[-2], times[-1], times[0], times[1]]
        a, b, c, d = (stage.render(timeline.state_at(t), (160, 90), supersample=1).astype(float) for t in picked)
    seam = np.abs(c - b).mean()
    assert seam <= 2 * max(np.abs(b - a).mean(), np.abs(d - c).mean()) + 0.5
