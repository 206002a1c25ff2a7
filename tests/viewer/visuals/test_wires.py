"""Wires lie where their points are projected to, as wide as they say, over everything, and are uploaded once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from probes import ASPECT, bare, nominal_camera

from viewer.camera import eye_of, project
from viewer.colour import PALETTES
from viewer.stage import Stage
from viewer.state import CaptureKey, NetView, ViewState, Wire
from viewer.visuals import wires as module
from viewer.visuals.wires import wire_rows

CLEAN = CaptureKey("clean-0", "002")
SIZE = 640, 480
LINE = ((-6.0, -2.0, 0.0), (5.0, 2.5, 1.0))


def drawn(stage: Stage, *wires: Wire, theme: str = "dark", **camera: float) -> tuple[np.ndarray, ViewState]:
    state = bare(NetView(CLEAN), replace(nominal_camera(stage.layout, ASPECT), **camera), theme)  # type: ignore[arg-type]
    state = replace(state, wires=wires)
    return stage.render(state, SIZE, supersample=1).astype(int), state


@pytest.mark.gl
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("role", ["accent", "alarm", "dim"])
def test_a_wire_has_its_roles_colour_where_its_points_are(tiny_stage: Stage, theme: str, role: str) -> None:
    frame, state = drawn(tiny_stage, Wire(LINE, role, 8.0), theme=theme)  # type: ignore[arg-type]
    along = np.linspace(LINE[0], LINE[1], 41)
    at = project(state.camera, along, ASPECT) * SIZE[1] / 1080
    found = frame[at[:, 1].astype(int), at[:, 0].astype(int)]
    np.testing.assert_allclose(found, np.tile(np.multiply(PALETTES[theme].roles[role], 255), (41, 1)), atol=2)  # type: ignore[index]


@pytest.mark.gl
@pytest.mark.parametrize("zoom", [1.0, 3.0])
def test_its_width_is_that_of_the_picture_at_any_distance(tiny_stage: Stage, zoom: float) -> None:
    camera = nominal_camera(tiny_stage.layout, ASPECT)
    level = tuple((float(x), 0.0, 0.0) for x in (-40, 40))
    with_wire, state = drawn(tiny_stage, Wire(level, "accent", 12.0), zoom=camera.zoom * zoom)  # type: ignore[arg-type]
    without, _ = drawn(tiny_stage, zoom=camera.zoom * zoom)
    changed = np.abs(with_wire - without).max(axis=2) > 90
    column = SIZE[0] // 2
    (x0, y0), (x1, y1) = project(state.camera, level, ASPECT)
    slant = np.hypot(x1 - x0, y1 - y0) / abs(x1 - x0)
    assert changed[:, column].sum() == pytest.approx(12.0 * slant * SIZE[1] / 1080, abs=1.5)


@pytest.mark.gl
def test_a_wire_that_goes_behind_the_eye_ends_there(tiny_stage: Stage) -> None:
    camera = nominal_camera(tiny_stage.layout, ASPECT)
    eye = eye_of(camera)
    target = np.asarray(camera.target)
    behind = tuple(map(float, eye + 0.5 * (eye - target) + (0.0, 30.0, 0.0)))
    with_wire, _ = drawn(tiny_stage, Wire((tuple(map(float, target)), behind), "alarm", 6.0))  # type: ignore[arg-type]
    without, _ = drawn(tiny_stage)
    rows, _columns = np.nonzero(np.abs(with_wire - without).max(axis=2) > 60)
    assert rows.size
    assert rows.min() <= 1, "it leaves the picture at the top, where it comes nearer"
    both = tuple(map(float, eye + (eye - target)))
    hidden, _ = drawn(tiny_stage, Wire((behind, both)))  # type: ignore[arg-type]
    np.testing.assert_array_equal(hidden, without)


@pytest.mark.gl
def test_it_is_uploaded_when_it_is_another(tiny_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    rows = module.wire_rows
    monkeypatch.setattr(module, "wire_rows", lambda *args: (made.append(1), rows(*args))[1])
    state = replace(drawn(tiny_stage)[1], wires=(Wire(LINE),))
    made.clear()
    for azimuth_deg in (10.0, 20.0, 30.0):
        turned = replace(state, camera=replace(state.camera, azimuth_deg=azimuth_deg), wires=(Wire(LINE),))
        tiny_stage.render(turned, (64, 48), supersample=1)
    assert len(made) == 1
    tiny_stage.render(replace(state, theme="light"), (64, 48), supersample=1)
    tiny_stage.render(replace(state, wires=(Wire(LINE, width_px=2.0),)), (64, 48), supersample=1)
    assert len(made) == 3


def test_a_wire_of_one_point_or_none_is_nothing() -> None:
    assert wire_rows([], "dark").shape == (0, 11)
    assert wire_rows([Wire(()), Wire(((1.0, 2.0, 3.0),))], "dark").shape == (0, 11)
    assert wire_rows([Wire((*LINE, LINE[0]))], "dark").shape == (2, 11)
