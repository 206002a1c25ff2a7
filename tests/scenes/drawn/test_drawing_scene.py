"""A saved drawing is played as it was answered, and a drawing that is made now is shown as a saved one would be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_bundle import STROKES, add_drawing, drawn_bundle, moments_of
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.errors import KerascopeError
from scenes.drawn.film import FADE_SECS, Film, film_of
from scenes.drawn.kept import kept_drawing
from scenes.drawn.studio import INVITATION, UNKNOWN, studio_of
from scenes.film import film_of as whole_film_of
from scenes.gltf.convert import glb_of
from scenes.options import SceneOptions
from scenes.panels.numbers import percent
from scenes.registry import scene
from viewer.camera import project
from viewer.layout import Layout
from viewer.live.overlay import Overlay
from viewer.live.reply import Reply
from viewer.live.saving import save_drawing
from viewer.state import CaptureKey, ViewState

OPTIONS = SceneOptions(size_px=(1280, 720))
AT = "002"


@pytest.fixture(scope="module")
def layout() -> Layout:
    return scene("drawing").lay_out(drawn_bundle(), OPTIONS)


@pytest.fixture(scope="module")
def film(layout: Layout) -> Film:
    bundle = drawn_bundle()
    kept = kept_drawing(bundle, OPTIONS)
    assert kept is not None
    return film_of(studio_of(bundle, layout, OPTIONS), layout, kept)


def texts(state: ViewState) -> list[str]:
    return [line.text for line in state.hud.words]


def list_bars(state: ViewState) -> list[float]:
    """The share that each bar of the list has of its track."""
    tracks = [bar for bar in state.hud.bars if bar.role == "track"]
    full = [bar for bar in state.hud.bars if bar.role in ("bar", "accent") and bar.box_px[3] == tracks[0].box_px[3]]
    return [bar.box_px[2] / track.box_px[2] for bar, track in zip(full, tracks, strict=True)]


def test_at_each_moment_that_capture_and_its_scores_are_shown(film: Film) -> None:
    bundle = drawn_bundle()
    for key, at_secs in zip(film.kept.keys, film.times.moments, strict=True):
        state, scores = film.state_at(at_secs), bundle.capture(key.input_id, key.checkpoint_id).scores
        (net,), (sheet,) = state.nets, state.loupes
        assert (net.capture, net.toward, net.front, sheet.capture) == (key, None, None, key)
        np.testing.assert_allclose(list_bars(state), [max(score, 4 / (0.19 * 1920)) for score in scores], atol=1e-9)
        for score in scores:
            assert percent(score) in texts(state)


def test_between_moments_all_goes_over_evenly(film: Film) -> None:
    start, end = film.times.moments[1:3]
    state = film.state_at(start + 0.25 * (end - start))
    (net,), (below, above) = state.nets, state.loupes
    assert (net.capture, net.toward) == film.kept.keys[1:3] == (below.capture, above.capture)
    assert net.blend == pytest.approx(0.25) == above.alpha
    expected = 0.75 * np.array(film.scores[1]) + 0.25 * np.array(film.scores[2])
    np.testing.assert_allclose(list_bars(state), expected, atol=1e-9)


def test_the_pen_is_where_the_strokes_say_on_the_sheet_and_on_the_plate(film: Film, layout: Layout) -> None:
    points = [point for stroke in STROKES for point in stroke.points]
    left, top, wide, high = film.studio.frame.sheet
    picture = drawn_bundle().image(film.kept.keys[-1].input_id)
    assert picture is not None
    for (x, y), at_secs in zip(points[:-1], film.way.at_secs[:-1], strict=True):
        state = film.state_at(at_secs)
        dot = next(bar for bar in state.hud.bars if bar.box_px[2] == bar.box_px[3])
        middle = dot.box_px[0] + dot.box_px[2] / 2, dot.box_px[1] + dot.box_px[3] / 2
        assert middle == pytest.approx((left + x * wide, top + y * high))
        tip = project(state.camera, state.wires[-1].points[:1], 16 / 9)[0]
        plate = layout.plates[0]
        size = np.array((0.0, plate.form.tile_size[1], plate.form.tile_size[0]))
        across = np.array(plate.centre) + size * (0.0, 0.5 - y, x - 0.5)
        np.testing.assert_allclose(tip, project(state.camera, [across], 16 / 9)[0], atol=0.5)


def test_a_moment_is_there_when_the_pen_has_come_to_it(film: Film) -> None:
    for points, at_secs in zip(film.kept.points[1:], film.times.moments[1:], strict=True):
        assert at_secs == pytest.approx(film.way.at_secs[points - 1])
    assert list(film.way.at_secs) == sorted(film.way.at_secs)


def test_the_pen_is_gone_before_and_after(film: Film) -> None:
    for t_secs in (0.0, film.times.moments[-1], film.times.light, film.times.fade + 0.1):
        assert film.state_at(t_secs).wires == ()


def test_light_runs_through_the_finished_drawing(film: Film) -> None:
    times = film.times
    run = np.linspace(times.light, times.through, 9)[:-1]
    nets = [film.state_at(t).nets[0] for t in run]
    assert {net.capture for net in nets} == {film.kept.keys[-1]}
    fronts = [net.front for net in nets]
    assert None not in fronts
    assert min(fronts) < 1.0  # type: ignore[type-var]
    assert fronts[-1] > 3.0  # type: ignore[operator]


def test_a_change_of_the_answer_is_noted_when_it_is_seen(film: Film) -> None:
    assert film.changes, "the drawing of these tests changes its answer"
    for at in film.changes:
        turn_secs = film.turn_secs(at)
        before, after = (film.state_at(turn_secs + step) for step in (-1e-3, 1e-3))
        old, new = (film.studio.winner(film.scores[one])[0] for one in (at - 1, at))
        assert _answer_in(before) == old
        assert _answer_in(after) == new
        assert f"until now: {old}" in texts(film.state_at(turn_secs + 0.05))


def _answer_in(state: ViewState) -> str:
    return next(line.text for line in state.hud.words if line.size_px == 48.0)


def test_it_fades_back_to_the_empty_sheet(film: Film) -> None:
    net = film.state_at(film.times.fade + FADE_SECS / 2).nets[0]
    assert (net.capture, net.toward, net.blend) == (film.kept.keys[-1], film.kept.keys[0], pytest.approx(0.5))
    end = film.timeline.state_at(film.timeline.duration_secs - 1e-6)
    assert end.nets[0].blend == 1.0
    assert replace(end, nets=(), loupes=()) == replace(film.state_at(0.0), nets=(), loupes=())


@pytest.fixture(scope="module")
def overlay() -> tuple[Overlay, tuple[CaptureKey, ...]]:
    """The bundle without a saved drawing, and the same moments as drawings that were answered just now."""
    overlay = Overlay(drawn_bundle())
    keys = tuple(overlay.show(m.asked.picture, m.asked.fed, m.reply) for m in moments_of(drawn_bundle()))
    return overlay, keys


def test_live_is_as_saved(film: Film, layout: Layout, overlay) -> None:
    shown, keys = overlay
    live = scene("drawing").build(shown, layout, OPTIONS).live
    assert live is not None
    for key, saved, at_secs in zip(keys, film.kept.keys, film.times.moments, strict=True):
        now, then = live(1.0, key), film.state_at(at_secs)
        as_saved = tuple(replace(net, capture=saved) for net in now.nets)
        assert as_saved == then.nets
        assert tuple(replace(sheet, capture=saved) for sheet in now.loupes) == then.loupes
        assert (now.camera, now.under, list_bars(now)) == (then.camera, then.under, list_bars(then))
        assert _answer_in(now) == _answer_in(then)


@pytest.mark.gl
def test_live_is_drawn_as_saved(layout: Layout, overlay) -> None:
    from viewer.stage import Stage

    shown, keys = overlay
    studio = studio_of(shown, layout, OPTIONS)
    kept = kept_drawing(drawn_bundle(), OPTIONS)
    assert kept is not None
    with Stage(shown, layout) as stage:
        frames = [stage.render(studio.live(key), (320, 180)) for key in (keys[-1], kept.keys[-1], keys[0])]
    np.testing.assert_array_equal(frames[0], frames[1])
    assert not np.array_equal(frames[0], frames[2]), "another drawing is another picture"


def test_an_answer_that_is_kept_back_is_nowhere(layout: Layout) -> None:
    """Guess first: the reply comes without scores and without the last layer."""
    overlay = Overlay(drawn_bundle())
    moment = moments_of(drawn_bundle())[-1]
    outputs = {name: values for name, values in moment.reply.outputs.items() if name != "scores"}
    key = overlay.show(moment.asked.picture, moment.asked.fed, Reply(1, outputs, np.zeros(0, np.float32), 0.0))
    state = studio_of(overlay, layout, OPTIONS).live(key)
    assert _answer_in(state) == UNKNOWN
    assert not any("%" in text for text in texts(state) if "percentile" not in text)


def test_without_a_drawing_it_waits_for_one_and_there_is_nothing_to_record(tiny_bundle_path) -> None:
    bundle = read_bundle(tiny_bundle_path)
    chosen = scene("drawing")
    layout = chosen.lay_out(bundle, OPTIONS)
    timeline = chosen.build(bundle, layout, OPTIONS)
    state = timeline.state_at(0.0)
    assert INVITATION in texts(state)
    assert bundle.input(state.nets[0].capture.input_id).kind == "clean"
    for make in (lambda: whole_film_of(bundle, None, "drawing", OPTIONS), lambda: glb_of(bundle, scene="drawing")):
        with pytest.raises(KerascopeError, match=r"waits for a drawing.*pad") as caught:
            make()
        assert "\n" not in str(caught.value)


def test_the_drawing_that_is_asked_for(tmp_path) -> None:
    path = make_tiny_bundle(tmp_path / "two.bundle")
    first, second = (add_drawing(path, label) for label in ("one", "another"))
    bundle = read_bundle(path)
    assert _run(bundle, OPTIONS) == second
    assert _run(bundle, replace(OPTIONS, run_id=first)) == first
    moment = next(run for run in bundle.manifest.runs if run.id == first).inputs[2]
    assert _run(bundle, replace(OPTIONS, input_id=moment)) == first
    assert _run(bundle, replace(OPTIONS, input_id="clean-0")) is None


def test_a_picture_without_a_stroke_is_a_drawing_of_one_moment(tmp_path) -> None:
    """It was dropped on the pad, and saved as it was."""
    path = make_tiny_bundle(tmp_path / "dropped.bundle")
    save_drawing(path, (), moments_of(read_bundle(path), ()))
    bundle = read_bundle(path)
    layout = scene("drawing").lay_out(bundle, OPTIONS)
    timeline = scene("drawing").build(bundle, layout, OPTIONS)
    states = [timeline.state_at(timeline.duration_secs * k / 9) for k in range(10)]
    assert {state.nets[0].capture.input_id for state in states} == set(bundle.manifest.runs[-1].inputs)
    assert all(state.nets[0].blend == 0 and not state.wires for state in states)


def _run(bundle: Bundle, options: SceneOptions) -> str | None:
    kept = kept_drawing(bundle, options)
    return None if kept is None else kept.run.id
