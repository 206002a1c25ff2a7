"""What is drawn of a sculpture: balls where units are, in the colour of their class; tubes along the stored paths; and
nothing uploaded where only the class, the step or the camera is another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_sculpture import add_made_sculptures
from tiny_bundle import make_tiny_bundle

from exporter.bundle import read_bundle
from viewer.camera import Rect, fit, gentle_camera, project
from viewer.colour import class_colours
from viewer.layout import place
from viewer.sculptures.read import Drawn, read_sculpture
from viewer.stage import Stage
from viewer.state import SculptureView, Theme, ViewState
from viewer.visuals import sculptures as module

pytestmark = pytest.mark.gl

SIZE = 640, 480
ASPECT = SIZE[0] / SIZE[1]
SHOWN = "002-weight"
AT_MIDDLE = 0.4 + 0.7 * 0.72
"""How bright a ball is in its middle: what is lit from the front."""
NEAR = 18
"""The middle of a ball lies up to half a pixel beside that of the pixel, where it is lit a little differently."""


@pytest.fixture(name="stage", scope="module")
def sculpted_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    path = make_tiny_bundle(tmp_path_factory.mktemp("drawn") / "tiny.bundle")
    names = [layer.name for layer in read_bundle(path).manifest.layers]
    layers = [(names[1], 4), (names[2], 5), (names[-1], 3)]
    bundle = read_bundle(add_made_sculptures(path, layers, {"002": 3.0}))
    with Stage(bundle, place(bundle)) as stage:
        yield stage


@pytest.fixture(name="drawn", scope="module")
def read_drawn(stage: Stage) -> Drawn:
    return read_sculpture(stage.bundle, SHOWN)


def seen(drawn: Drawn, view: SculptureView, theme: Theme = "dark", **camera: float) -> ViewState:
    outline = drawn.outline()
    chosen = gentle_camera(outline, camera.get("azimuth_deg", 30.0), camera.get("elevation_deg", 10.0), 15.0)
    return ViewState(fit(chosen, outline, ASPECT, Rect()), (), theme, bloom=0, sculptures=(replace(view, names=False),))


def frame_of(stage: Stage, state: ViewState) -> np.ndarray:
    return stage.render(state, SIZE).astype(int)


def pixels(state: ViewState, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    at = project(state.camera, points, ASPECT) * SIZE[1] / 1080
    return at[:, 1].astype(int), at[:, 0].astype(int)


def unhidden(state: ViewState, units: np.ndarray, apart_px: float = 14.0) -> np.ndarray:
    """The units that no other lies near on the picture."""
    at = project(state.camera, units, ASPECT) * SIZE[1] / 1080
    apart = np.linalg.norm(at[:, None] - at[None], axis=2) + 1e9 * np.eye(len(at))
    return np.flatnonzero(apart.min(axis=1) > apart_px)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("step", [None, 0.0, 5.5])
def test_units_have_the_colour_of_their_class_where_they_are(
    stage: Stage, drawn: Drawn, theme: Theme, step: float | None
) -> None:
    state = seen(drawn, SculptureView(SHOWN, step=step, edges=0), theme)
    units = drawn.units_at(step)
    classes = np.arange(9, 12)
    free = [unit for unit in classes if unit in unhidden(state, units)]
    assert free
    found = frame_of(stage, state)[pixels(state, units[free])]
    wanted = class_colours(3, theme)[np.array(free) - 9] * 255 * AT_MIDDLE
    np.testing.assert_allclose(found, wanted, atol=NEAR)


def test_a_ball_hides_the_ends_of_its_edges(stage: Stage, drawn: Drawn) -> None:
    state = seen(drawn, SculptureView(SHOWN, edges="all", unit_size=1.5))
    units = drawn.units
    free = [unit for unit in range(9, 12) if unit in unhidden(state, units, 24)]
    bare = frame_of(stage, replace(state, sculptures=(replace(state.sculptures[0], edges=0),)))
    with_edges = frame_of(stage, state)
    at = pixels(state, units[free])
    assert free
    assert np.abs(with_edges[at] - bare[at]).max() <= 45  # the haze of nearer tubes


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("step", [None, 0.0, 7.0])
def test_tubes_lie_on_the_paths(stage: Stage, drawn: Drawn, theme: Theme, step: float | None) -> None:
    state = seen(drawn, SculptureView(SHOWN, edges=1, unit_size=0.01, step=step), theme)
    without = replace(state, sculptures=(replace(state.sculptures[0], edges=0),))
    changed = np.abs(frame_of(stage, state) - frame_of(stage, without)).max(axis=2)
    path = drawn.paths[0] if step is None else drawn.steps[int(step), 0]
    assert changed[pixels(state, path[1:-1])].min() > 30
    rows, columns = np.nonzero(changed > 30)
    on_picture = project(state.camera, path, ASPECT) * SIZE[1] / 1080
    fine = np.concatenate([np.linspace(a, b, 20) for a, b in itertools.pairwise(on_picture)])
    off = np.linalg.norm(np.stack([columns, rows], axis=1)[:, None] + 0.5 - fine[None], axis=2).min(axis=1)
    assert off.max() < 6


def test_the_end_of_the_steps_is_the_end(stage: Stage, drawn: Drawn) -> None:
    """The history is of half floats and fewer points: the same picture to the eye."""
    state = seen(drawn, SculptureView(SHOWN, edges=35))
    last = replace(state, sculptures=(replace(state.sculptures[0], step=float(drawn.last_step)),))
    first = replace(state, sculptures=(replace(state.sculptures[0], step=0.0),))
    end = frame_of(stage, state)
    assert np.abs(end - frame_of(stage, last)).mean() < 1.0
    assert np.abs(end - frame_of(stage, first)).mean() > 4.0


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_class_alone_keeps_its_colour_and_all_else_recedes(stage: Stage, drawn: Drawn, theme: Theme) -> None:
    every = seen(drawn, SculptureView(SHOWN, edges=0), theme)
    focused = replace(every, sculptures=(replace(every.sculptures[0], focus=1),))
    at = pixels(every, drawn.units[9:12])
    free = unhidden(every, drawn.units)
    assert 10 in free
    before, after = frame_of(stage, every)[at], frame_of(stage, focused)[at]
    np.testing.assert_allclose(before[1], after[1], atol=2)
    for other in (0, 2):
        if 9 + other in free:
            assert np.ptp(after[other]) < 0.6 * np.ptp(before[other])  # hardly a colour


def test_a_blend_of_classes_lies_between(stage: Stage, drawn: Drawn) -> None:
    states = [
        seen(drawn, SculptureView(SHOWN, focus=0, toward=1, blend=blend, edges=0), "light") for blend in (0.0, 0.5, 1.0)
    ]
    alone = seen(drawn, SculptureView(SHOWN, focus=1, edges=0), "light")
    start, half, end = (frame_of(stage, state) for state in states)
    np.testing.assert_array_equal(end, frame_of(stage, alone))
    at = pixels(states[0], drawn.units[9:11])
    np.testing.assert_allclose(half[at], (start[at] + end[at]) / 2, atol=NEAR)


def test_the_same_state_gives_the_same_pixels(stage: Stage, drawn: Drawn) -> None:
    state = seen(drawn, SculptureView(SHOWN, focus=1, step=3.3))
    first = frame_of(stage, state)
    frame_of(stage, seen(drawn, SculptureView(SHOWN), "light", azimuth_deg=200.0))
    np.testing.assert_array_equal(frame_of(stage, state), first)


def test_classes_steps_and_cameras_upload_nothing(stage: Stage, drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    views = [SculptureView(SHOWN, focus=0, toward=1), SculptureView(SHOWN), SculptureView(SHOWN, step=1.0)]
    for view in views:
        frame_of(stage, seen(drawn, view))

    def uploaded(*_: object, **__: object) -> None:
        raise AssertionError("something was uploaded for a frame")

    for name in ("instances", "float_texture", "look_of", "matters", "read_sculpture"):
        monkeypatch.setattr(module, name, uploaded)
    for blend, step, azimuth_deg in ((0.3, 2.7, 100.0), (0.8, 5.0, -60.0)):
        frame_of(stage, seen(drawn, replace(views[0], blend=blend), azimuth_deg=azimuth_deg))
        frame_of(stage, seen(drawn, replace(views[1], opacity=blend, edge_width=2.0), azimuth_deg=azimuth_deg))
        frame_of(stage, seen(drawn, replace(views[2], step=step), azimuth_deg=azimuth_deg))
    with pytest.raises(AssertionError, match="uploaded"):
        frame_of(stage, seen(drawn, replace(views[0], focus=2)))


def test_two_sculptures_stand_where_their_offsets_say(stage: Stage, drawn: Drawn) -> None:
    view = SculptureView(SHOWN, edges=0)
    beside = replace(view, offset=(0.0, 12.0, 0.0))
    outline = np.concatenate([drawn.outline(), drawn.outline() + beside.offset])
    camera = fit(gentle_camera(outline, 30.0, 10.0, 15.0), outline, ASPECT, Rect())
    views = tuple(replace(each, names=False) for each in (view, beside))
    state = ViewState(camera, (), bloom=0, sculptures=views)
    frame = frame_of(stage, state)
    for each in views:
        units = drawn.units + np.asarray(each.offset, np.float32)
        free = [unit for unit in range(9, 12) if unit in unhidden(state, units)]
        found = frame[pixels(state, units[free])]
        np.testing.assert_allclose(found, class_colours(3, "dark")[np.array(free) - 9] * 255 * AT_MIDDLE, atol=NEAR)


def test_labels_name_layers_and_classes_and_never_overlap(stage: Stage, drawn: Drawn) -> None:
    from viewer.labels import box_of
    from viewer.sculptures.labels import sculpture_labels

    for azimuth_deg in range(0, 360, 40):
        state = seen(drawn, SculptureView(SHOWN), azimuth_deg=float(azimuth_deg))
        view = SculptureView(SHOWN, focus=1)
        words = sculpture_labels(drawn, view, state.camera, ASPECT, ("cat", "dog", "owl"))
        boxes = [box_of(line) for line in words]
        for i, a in enumerate(boxes):
            assert min(a) >= 0
            assert a[2] <= 1080 * ASPECT
            assert a[3] <= 1080
            assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in boxes[:i])
        assert {"dog"} <= {line.text for line in words if line.bold}
        kept_off = sculpture_labels(drawn, view, state.camera, ASPECT, (), [(0.0, 0.0, 9999.0, 9999.0)])
        assert kept_off == ()
    assert {layer.name for layer in drawn.layers} <= {line.text for line in words}


def test_a_bundle_without_captures_shows_its_sculptures(tmp_path: Path) -> None:
    from msgspec import structs

    from exporter.bundle import BundleWriter

    path = make_tiny_bundle(tmp_path / "tiny.bundle")
    names = [layer.name for layer in read_bundle(path).manifest.layers]
    add_made_sculptures(path, [(names[1], 4), (names[2], 5), (names[-1], 3)], {"002": 3.0})
    with BundleWriter.append(path) as writer:
        manifest = read_bundle(path).manifest
        writer.commit(structs.replace(manifest, captures=(), inputs=(), runs=(), derived=()))
    bundle = read_bundle(path)
    drawn = read_sculpture(bundle, SHOWN)
    with Stage(bundle, place(bundle)) as stage:
        frame = frame_of(stage, seen(drawn, SculptureView(SHOWN)))
    assert frame.max() > 200
