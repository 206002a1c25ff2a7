"""The gallery as the window asks for it builds the very scenes that are recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from taught_bundle import bundle_for

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.options import SceneOptions
from scenes.present import Gallery
from scenes.registry import scene, scene_names
from scenes.viewed import run_of
from viewer.window.playable import Wish

SIZE_PX = (1280, 720)


@pytest.fixture(scope="module")
def bundle(sculpted_path: Path) -> Bundle:
    return read_bundle(sculpted_path)


@pytest.mark.parametrize("name", scene_names())
def test_a_playable_is_the_timeline_that_is_recorded(name: str, bundle: Bundle) -> None:
    bundle = bundle_for(name, bundle)
    playable = Gallery(bundle).build(Wish(name, SIZE_PX, "light"))
    options = SceneOptions(SIZE_PX, "light")
    layout = scene(name).lay_out(bundle, options)
    timeline = scene(name).build(bundle, layout, options)
    assert playable.layout == layout
    assert (playable.duration_secs, playable.loops) == (timeline.duration_secs, timeline.loops)
    assert playable.moments == timeline.markers
    assert playable.stops_secs == timeline.stops_secs
    assert (playable.pointed is None) == (timeline.pointed is None)
    for part in (0.0, 0.3, 0.8):
        t_secs = part * timeline.duration_secs
        assert playable.state_at(t_secs) == timeline.state_at(t_secs)


def test_every_scene_is_offered_with_its_line(bundle: Bundle) -> None:
    summaries = Gallery(bundle).summaries
    assert tuple(summaries) == scene_names()
    assert all(summaries.values())


def test_another_input_keeps_the_layout(bundle: Bundle) -> None:
    """The stage, and all that it uploaded, belongs to a layout."""
    gallery = Gallery(bundle)
    one, other = (gallery.build(Wish("flow", SIZE_PX, input_id=id_)) for id_ in ("clean-0", "clean-1"))
    assert one.layout is other.layout
    assert one.state_at(2.0).nets[0].capture != other.state_at(2.0).nets[0].capture
    assert gallery.build(Wish("flow", (600, 900))).layout is not one.layout


def test_an_attacked_input_chooses_its_attack(bundle: Bundle) -> None:
    assert [run_of(bundle, id_) for id_ in (None, "attack-2", "clean-0", "clean-1")] == [
        None,
        "attack",
        "attack",
        None,
    ]
    Gallery(bundle).build(Wish("adversarial", SIZE_PX, input_id="attack-2"))


def test_what_a_bundle_does_not_hold_is_one_line(bundle: Bundle) -> None:
    with pytest.raises(KerascopeError, match=r"no such input|no such capture"):
        Gallery(bundle).build(Wish("flow", SIZE_PX, input_id="nobody"))
