"""What a scene shows when, read off its timeline: of every scene of the gallery and of made ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from net_scenes import NET_SCENES

from exporter.bundle import Bundle, read_bundle
from scenes.frames import frame_times
from scenes.gltf.reel import MOST_SAMPLES, Reel, Still, reel_of, shown_of
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.timeline import Timeline, grounded
from viewer.state import Camera, CaptureKey, Hud, NetView, ViewState, Words

KEYS = tuple(CaptureKey(str(k), "000") for k in range(60))


@pytest.fixture(scope="module")
def tiny(tiny_bundle_path: Path) -> Bundle:
    return read_bundle(tiny_bundle_path)


def built(bundle: Bundle, name: str) -> Timeline:
    options = SceneOptions()
    return grounded(scene(name).build(bundle, scene(name).lay_out(bundle, options), options))


def still_at(reel: Reel, net: int, t_secs: float) -> Still | None:
    found = [span.still for span in reel.nets[net].spans if span.from_secs <= t_secs + 1e-9][-1]
    return None if found is None else reel.nets[net].stills[found]


def made(*states: ViewState, loops: bool = True) -> Timeline:
    """One state a second."""
    return Timeline(float(len(states)), lambda t: states[min(int(t), len(states) - 1)], loops)


def state(*nets: NetView, camera: Camera | None = None, hud: Hud | None = None) -> ViewState:
    return ViewState(camera or Camera(), nets, hud=hud or Hud())


@pytest.mark.parametrize("name", NET_SCENES)
def test_at_every_time_each_net_shows_what_its_timeline_shows(tiny: Bundle, name: str) -> None:
    timeline = built(tiny, name)
    reel = reel_of(timeline)
    for t_secs in frame_times(timeline.duration_secs, 25, timeline.loops):
        now = timeline.state_at(t_secs)
        for index, net in enumerate(now.nets):
            still = still_at(reel, index, t_secs)
            assert still is not None
            assert still.key == Still(shown_of(net), now).key


@pytest.mark.parametrize("name", NET_SCENES)
def test_spans_and_captions_cover_the_scene_and_a_loop_ends_as_it_began(tiny: Bundle, name: str) -> None:
    timeline = built(tiny, name)
    reel = reel_of(timeline)
    for net in reel.nets:
        assert net.spans[0].from_secs == 0.0
        assert all(one.still != two.still for one, two in zip(net.spans, net.spans[1:], strict=False))
        assert all(one.from_secs < two.from_secs for one, two in zip(net.spans, net.spans[1:], strict=False))
        assert len({still.key for still in net.stills}) == len(net.stills)
        assert net.spans[-1].still == 0
    assert reel.captions[0].from_secs == 0.0
    assert reel.captions[-1].to_secs == reel.duration_secs
    assert all(one.to_secs == two.from_secs for one, two in zip(reel.captions, reel.captions[1:], strict=False))
    assert reel.captions[0].title
    assert reel.markers == timeline.markers


def test_scenes_have_the_states_that_they_tell_of(tiny: Bundle) -> None:
    counts = {name: [len(net.stills) for net in reel_of(built(tiny, name)).nets] for name in NET_SCENES}
    assert counts["structure"] == counts["flow"] == [1]
    assert counts["training"] == [len(tiny.manifest.checkpoints)]
    steps = 1 + len(tiny.manifest.runs[0].inputs)
    assert counts["adversarial"] == [1, steps, steps]


def test_a_front_is_that_of_the_timeline_and_none_where_there_is_none(tiny: Bundle) -> None:
    flow = built(tiny, "flow")
    reel = reel_of(flow)
    assert reel.nets[0].front is not None
    assert list(reel.nets[0].front) == [flow.state_at(t).nets[0].front for t in reel.times_secs]
    assert reel_of(built(tiny, "structure")).nets[0].front is None


def test_a_camera_that_never_moves_is_one_camera(tiny: Bundle) -> None:
    assert len(reel_of(built(tiny, "flow")).cameras) == 1
    turning = reel_of(built(tiny, "structure"))
    assert len(turning.cameras) == len(turning.times_secs)


@pytest.mark.parametrize(("blend", "seen"), [(0.0, 0), (0.49, 0), (0.5, 1), (1.0, 1)])
def test_a_blend_counts_as_what_it_is_nearer_to(blend: float, seen: int) -> None:
    assert shown_of(NetView(KEYS[0], KEYS[1], blend)) == NetView(KEYS[seen])


def test_a_difference_is_whole_or_none() -> None:
    near = NetView(KEYS[0], KEYS[1], 0.2, "difference", gains=(2.0,))
    assert shown_of(near) == replace(near, blend=0.0)
    assert shown_of(replace(near, blend=0.7)) == replace(near, blend=1.0)


def test_what_moves_makes_no_state_of_its_own() -> None:
    moved = []
    for k in map(float, range(5)):
        lit = NetView(KEYS[0], front=k, offset=(k, 0.0, 0.0), opacity=1 - k / 10, edge_width=k + 1)
        moved.append(state(replace(lit, heading=f"step {k}")))
    reel = reel_of(made(*moved))
    assert len(reel.nets[0].stills) == 1
    assert np.allclose(reel.nets[0].offsets[[0, -1], 0], [0.0, 4.0])


def test_gains_quantity_scale_and_edges_make_states() -> None:
    plain = NetView(KEYS[0])
    nets = plain, replace(plain, quantity="difference", toward=KEYS[1], gains=(1.0,)), replace(plain, edge_alpha=0.0)
    states = [state(net) for net in nets] + [
        replace(state(plain), scope="net"),
        replace(state(plain), scale_of=KEYS[0]),
    ]
    assert len(reel_of(made(*states)).nets[0].stills) == len(states)


def test_what_is_not_there_or_clear_is_not_seen() -> None:
    one, two = NetView(KEYS[0]), NetView(KEYS[1])
    reel = reel_of(made(state(one), state(one, two), state(one, replace(two, opacity=0.0)), state(one, two)))
    assert [span.still for span in reel.nets[0].spans] == [0]
    assert [(round(span.from_secs), span.still) for span in reel.nets[1].spans] == [
        (0, None),
        (1, 0),
        (2, None),
        (3, 0),
    ]


@pytest.mark.parametrize(("count", "most"), [(24, 24), (25, 24), (60, 24), (60, 7), (3, 2)])
def test_of_too_many_states_even_ones_are_kept(count: int, most: int) -> None:
    reel = reel_of(made(*(state(NetView(key)) for key in KEYS[:count])), most)
    kept = [int(still.net.capture.input_id) for still in reel.nets[0].stills]
    assert len(kept) == min(count, most)
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert max(np.diff(kept)) - min(np.diff(kept)) <= 1
    assert reel.left_out == count - len(kept)
    for k in range(count):
        still = still_at(reel, 0, k + 0.5)
        assert still is not None
        assert int(still.net.capture.input_id) == max(each for each in kept if each <= k)


def test_nets_that_change_share_the_room() -> None:
    clean = NetView(KEYS[0])
    states = (state(clean, NetView(KEYS[0], key, 1.0, "difference"), NetView(key)) for key in KEYS[:30])
    reel = reel_of(made(*states), 24)
    assert [len(net.stills) for net in reel.nets] == [1, 12, 12]
    assert [still.net.toward for still in reel.nets[1].stills] == [still.net.capture for still in reel.nets[2].stills]


def test_words_are_told_by_their_part_with_their_places_filled() -> None:
    words = (
        Words("A", (0, 0), part="title"),
        Words("one {percentile}", (0, 0), part="caption", fills=True),
        Words("two", (0, 0), part="caption"),
        Words("legend", (0, 0)),
    )
    found = reel_of(made(state(NetView(KEYS[0]), hud=Hud(words=words)))).captions
    assert [(each.title, each.subtitle, each.caption) for each in found] == [("A", "", "one 99th percentile two")]


def test_a_scene_that_does_not_loop_ends_at_its_end() -> None:
    states = [state(NetView(KEYS[0])), state(NetView(KEYS[1]))]
    assert reel_of(made(*states, loops=False)).times_secs[-1] == 2.0
    assert reel_of(made(*states)).times_secs[-1] < 2.0


def test_a_long_scene_is_looked_at_less_often() -> None:
    long = Timeline(10_000.0, lambda _: state(NetView(KEYS[0])), loops=True)
    assert len(reel_of(long).times_secs) == MOST_SAMPLES
