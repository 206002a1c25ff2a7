"""Scenes of the gallery, built and recorded from a small bundle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from decoded import decoded
from taught_bundle import bundle_for

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.frames import frame_times
from scenes.options import SceneOptions
from scenes.record import record, record_frame
from scenes.registry import scene, scene_names
from scenes.timeline import Timeline
from viewer.stage import Stage

SMALL = SceneOptions(size_px=(160, 90))
SCENES = scene_names()


@pytest.fixture(scope="module")
def bundle(sculpted_path: Path) -> Bundle:
    return read_bundle(sculpted_path)


def built(bundle: Bundle, name: str) -> Timeline:
    chosen, shown = scene(name), bundle_for(name, bundle)
    return chosen.build(shown, chosen.lay_out(shown, SMALL), SMALL)


@pytest.mark.parametrize("name", SCENES)
def test_every_state_is_whole_and_the_same_each_time(bundle: Bundle, name: str) -> None:
    timeline, again = built(bundle, name), built(bundle, name)
    for t_secs in frame_times(timeline.duration_secs, 10, timeline.loops):
        assert timeline.state_at(t_secs) == again.state_at(t_secs)
    if timeline.loops:
        assert timeline.state_at(0.0) == timeline.state_at(timeline.duration_secs)


@pytest.mark.gl
@pytest.mark.parametrize("name", SCENES)
def test_a_loop_has_no_seam_to_be_seen(bundle: Bundle, name: str) -> None:
    timeline = built(bundle, name)
    if not timeline.loops:
        pytest.skip("plays once")
    shown = bundle_for(name, bundle)
    with Stage(shown, scene(name).lay_out(shown, SMALL)) as stage:
        moments = (timeline.duration_secs - 1e-6, 0.0)
        last, first = (stage.render(timeline.state_at(t), SMALL.size_px).astype(int) for t in moments)
    assert np.abs(last - first).max() <= 2


@pytest.mark.gl
def test_a_recording_is_its_frames(bundle: Bundle, tmp_path: Path) -> None:
    report = record(bundle, "flow", tmp_path / "one", fps=1, options=SMALL)
    record(bundle, "flow", tmp_path / "two", fps=1, options=SMALL)
    timeline = built(bundle, "flow")
    times = frame_times(timeline.duration_secs, 1, timeline.loops)
    assert report.n_frames == len(times)
    for number, t_secs in enumerate(times):
        name = f"{number:04d}.png"
        frame = record_frame(bundle, "flow", tmp_path / name, at_secs=t_secs, options=SMALL)
        content = frame.read_bytes()
        assert content == (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert len({path.read_bytes() for path in (tmp_path / "one").iterdir()}) > 1


@pytest.mark.gl
def test_an_mp4_is_drawn_at_its_even_size(bundle: Bundle, tmp_path: Path) -> None:
    report = record(bundle, "flow", tmp_path / "a.mp4", fps=1, options=SceneOptions(size_px=(161, 91)))
    assert report.notes == (".mp4 needs even sides: recording 160x90",)
    assert {picture.shape for picture in decoded(tmp_path / "a.mp4")} == {(90, 160, 3)}


@pytest.mark.parametrize(
    ("name", "at_secs", "words"),
    [("a.jpg", 0.0, "a frame is a PNG file"), ("a.png", -1.0, "no such time"), ("a.png", 1e6, "no such time")],
)
def test_a_frame_is_refused_in_words(bundle: Bundle, tmp_path: Path, name: str, at_secs: float, words: str) -> None:
    with pytest.raises(KerascopeError, match=words):
        record_frame(bundle, "flow", tmp_path / name, at_secs=at_secs, options=SMALL)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_scene_is_refused_before_anything_is_made(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(KerascopeError, match="did you mean 'flow'"):
        record(bundle, "flwo", tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []
