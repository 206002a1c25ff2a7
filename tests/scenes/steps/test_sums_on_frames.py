"""Weighted sums, softmax and attention can be read on frames of any shape in both languages, and come by each step."""

from __future__ import annotations

import pytest
from overlap import overlaps
from step_states import grids_of
from taught_bundle import taught_bundle

from scenes.options import Language, SceneOptions
from scenes.registry import scene
from viewer.state import REFERENCE_HEIGHT_PX

SHAPES = [(1280, 720), (800, 600), (720, 720), (450, 800)]
SCENES = ["dense", "softmax", "attention"]


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", SCENES)
def test_words_keep_apart_and_boards_in_the_frame(name: str, language: Language, size: tuple[int, int]) -> None:
    """At the last stops, where all is there."""
    bundle, options = taught_bundle(), SceneOptions(size, language=language)
    layout = scene(name).lay_out(bundle, options)
    timeline = scene(name).build(bundle, layout, options)
    width_px = REFERENCE_HEIGHT_PX * options.aspect
    for at_secs in timeline.stops_secs[-7:]:
        state = timeline.state_at(at_secs)
        assert overlaps(layout, bundle, state, options.aspect) == []
        for each in (*state.grids, *state.loupes, *state.under.bars):
            left, top, wide, high = each.box_px
            assert 0 <= left <= left + wide <= width_px
            assert 0 <= top <= top + high <= REFERENCE_HEIGHT_PX


@pytest.mark.parametrize("name", SCENES)
def test_each_stop_shows_more_than_the_one_before(name: str) -> None:
    """While the chosen cell is worked out; and nothing moves during a pause."""
    bundle, options = taught_bundle(), SceneOptions((1280, 720))
    timeline = scene(name).build(bundle, scene(name).lay_out(bundle, options), options)
    start = next(marker.at_secs for marker in timeline.markers if marker.name == "chosen cell")
    end = next((marker.at_secs for marker in timeline.markers if marker.at_secs > start), timeline.duration_secs)
    stops = [at for at in timeline.stops_secs if start <= at < end]
    states = [timeline.state_at(at) for at in stops]
    sizes = [len(grids_of(state)) + len(state.hud.bars) + len(state.under.bars) for state in states]
    assert sizes == sorted(sizes)
    assert len(sizes) >= 5
    assert len({tuple(line.text for line in state.hud.words) for state in states}) == len(states)
    for at, state in zip(stops, states, strict=True):
        assert timeline.state_at(at + 0.1) == state
        if at - 0.1 > start:
            assert timeline.state_at(at - 0.1) != state
