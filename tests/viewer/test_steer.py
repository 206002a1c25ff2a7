"""Steering: what the hand holds stays in the hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.camera import project
from viewer.state import REFERENCE_HEIGHT_PX, CaptureKey, NetView, ViewState
from viewer.state import Camera as SceneCamera
from viewer.steer import between, framed, orbited, panned, steered, steered_state, zoomed
from viewer.study import CameraOffset

SIZE_PX = (1600.0, 900.0)
ASPECT = SIZE_PX[0] / SIZE_PX[1]
CAMERA = SceneCamera(azimuth_deg=52, elevation_deg=6, distance=90, target=(3.0, 1.0, -2.0), zoom=2.3, shift=(0.2, -0.1))
POINTS = np.array([[3.0, 1.0, -2.0], [0.0, 0.0, 0.0], [6.0, 2.0, 1.0], [-4.0, 3.0, 2.0]])

moves = st.tuples(st.floats(-400, 400), st.floats(-400, 400))
offsets = st.builds(
    CameraOffset,
    azimuth_deg=st.floats(-300, 300),
    elevation_deg=st.floats(-60, 60),
    zoom=st.floats(0.5, 8),
    shift=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
)


def on_screen_px(offset: CameraOffset) -> np.ndarray:
    return project(steered(CAMERA, offset), POINTS, ASPECT) * (SIZE_PX[1] / REFERENCE_HEIGHT_PX)


def test_no_offset_is_the_scenes_own_state() -> None:
    state = ViewState(CAMERA, (NetView(CaptureKey("a", "b")),))
    assert steered_state(state, CameraOffset()) is state
    assert steered(CAMERA, CameraOffset()) == CAMERA


@given(offsets, moves)
def test_orbit_turns_about_the_target(offset: CameraOffset, by_px: tuple[float, float]) -> None:
    turned = orbited(offset, CAMERA, by_px, SIZE_PX[1])
    np.testing.assert_allclose(on_screen_px(turned)[0], on_screen_px(offset)[0], atol=1e-6)
    assert (turned.zoom, turned.shift) == (offset.zoom, offset.shift)


def test_orbit_follows_the_hand() -> None:
    """What is before the target moves to the right under a hand that moves right, and down with it."""
    before = np.add(CAMERA.target, (-1.0, 0.0, 1.2))
    turned = steered(CAMERA, orbited(CameraOffset(), CAMERA, (20.0, 0.0), SIZE_PX[1]))
    tilted = steered(CAMERA, orbited(CameraOffset(), CAMERA, (0.0, 20.0), SIZE_PX[1]))
    start = project(CAMERA, before, ASPECT)[0]
    assert project(turned, before, ASPECT)[0, 0] > start[0] + 1
    assert project(tilted, before, ASPECT)[0, 1] > start[1] + 1


def test_half_the_height_is_a_quarter_turn() -> None:
    offset = orbited(CameraOffset(), CAMERA, (SIZE_PX[1] / 2, 0.0), SIZE_PX[1])
    assert abs(offset.azimuth_deg) == pytest.approx(90)


@given(st.floats(-5000, 5000), st.floats(-40, 40))
def test_the_poles_are_never_reached_and_the_way_back_begins_at_once(down_px: float, start_deg: float) -> None:
    camera = replace(CAMERA, elevation_deg=start_deg)
    offset = orbited(CameraOffset(), camera, (0.0, down_px), SIZE_PX[1])
    reached_deg = steered(camera, offset).elevation_deg
    assert abs(reached_deg) <= 89
    assert offset.elevation_deg == pytest.approx(reached_deg - start_deg)
    back = orbited(offset, camera, (0.0, -np.sign(down_px) * 10.0), SIZE_PX[1])
    assert abs(steered(camera, back).elevation_deg - reached_deg) == pytest.approx(2.0) or down_px == 0


@given(offsets, moves)
def test_pan_moves_everything_by_the_pixels_asked(offset: CameraOffset, by_px: tuple[float, float]) -> None:
    moved_px = on_screen_px(panned(offset, by_px, SIZE_PX[1])) - on_screen_px(offset)
    np.testing.assert_allclose(moved_px, np.broadcast_to(by_px, moved_px.shape), atol=1e-6)


@given(offsets, st.floats(0.2, 5), st.integers(0, len(POINTS) - 1))
def test_zoom_keeps_what_is_under_the_pointer(offset: CameraOffset, factor: float, held: int) -> None:
    start_px = on_screen_px(offset)
    at_px = float(start_px[held, 0]), float(start_px[held, 1])
    after_px = on_screen_px(zoomed(offset, factor, at_px, SIZE_PX))
    np.testing.assert_allclose(after_px[held], start_px[held], atol=1e-5)
    np.testing.assert_allclose(after_px - at_px, (start_px - at_px) * factor, rtol=1e-6, atol=1e-5)


def test_zoom_ends_somewhere_and_still_holds_the_point() -> None:
    offset = CameraOffset()
    for _ in range(200):
        offset = zoomed(offset, 1.3, (400.0, 300.0), SIZE_PX)
    assert offset.zoom == 200.0
    assert zoomed(offset, 1.3, (900.0, 100.0), SIZE_PX) == offset
    back = zoomed(offset, 1 / offset.zoom, (400.0, 300.0), SIZE_PX)
    np.testing.assert_allclose(on_screen_px(back), on_screen_px(CameraOffset()), atol=1e-6)


@given(offsets, offsets, st.floats(0, 1))
def test_a_flight_keeps_its_ends_and_its_fixed_point(start: CameraOffset, end: CameraOffset, part: float) -> None:
    assert between(start, end, 0.0) == start
    assert between(start, end, 1.0) == end
    way = between(start, end, part)
    low, high = sorted((start.zoom, end.zoom))
    assert low * (1 - 1e-9) <= way.zoom <= high * (1 + 1e-9)
    if abs(end.zoom - start.zoom) > 0.01 * start.zoom:
        # Scaled about the point of the picture that both ends leave where it is.
        shifts = zip(start.shift, end.shift, strict=True)
        fixed = [(b * start.zoom - a * end.zoom) / (start.zoom - end.zoom) for a, b in shifts]
        for a, now, held in zip(start.shift, way.shift, fixed, strict=True):
            assert held + (a - held) * way.zoom / start.zoom == pytest.approx(now, abs=1e-6)


@given(offsets)
def test_what_is_framed_fills_the_part_that_was_asked_for(offset: CameraOffset) -> None:
    here = framed(offset, CAMERA, POINTS, ASPECT, 0.6)
    assert (here.azimuth_deg, here.elevation_deg) == (offset.azimuth_deg, offset.elevation_deg), (
        "seen from the same side"
    )
    at = on_screen_px(here)
    low, high = at.min(axis=0), at.max(axis=0)
    assert ((high - low) / SIZE_PX).max() == pytest.approx(0.6, abs=1e-6)
    assert (low + high) / 2 == pytest.approx(np.array(SIZE_PX) / 2, abs=1e-3)
