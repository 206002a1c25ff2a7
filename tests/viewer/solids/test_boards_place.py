"""Places of boards: a point of the picture, found again in the world by the camera's own projection."""

from __future__ import annotations

import numpy as np
import pytest
from boards_seen import normals_of
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.camera import project
from viewer.solids.boards import board
from viewer.solids.boards_place import along_spine, from_behind, hud_box, on_screen_at, shifted, unit_per_px
from viewer.state import Bar, Camera, Hud, Polyline, Ramp, Words
from viewer.typeset import width_of

HUD = Hud(
    (Bar((10.0, 20.0, 30.0, 5.0)),),
    (Ramp((50.0, 60.0, 100.0, 16.0)),),
    (Polyline(((5.0, 90.0), (80.0, 40.0)), width_px=4.0),),
    (Words("name", (200.0, 100.0), 20.0, anchor="right"),),
)
cameras = st.builds(
    Camera,
    azimuth_deg=st.floats(-180, 180),
    elevation_deg=st.floats(-50, 50),
    fov_deg=st.floats(3, 60),
    distance=st.floats(30, 300),
    target=st.tuples(*[st.floats(-20, 20)] * 3),
    zoom=st.floats(0.4, 4),
    shift=st.tuples(*[st.floats(-0.6, 0.6)] * 2),
)


@given(
    cameras,
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([16 / 9, 1.0, 9 / 16]),
    st.tuples(*[st.floats(-3, 3)] * 3),
)
@settings(max_examples=40)
def test_a_place_is_seen_where_it_was_asked_for(
    camera: Camera, x: float, y: float, aspect: float, aside: tuple[float, ...]
) -> None:
    at_px, through = (x * 1080 * aspect, y * 1080), np.asarray(camera.target) + aside
    point = on_screen_at(camera, at_px, aspect, through)
    np.testing.assert_allclose(project(camera, point, aspect)[0], at_px, atol=1e-3)
    azimuth = np.radians(camera.azimuth_deg)
    assert (point - through) @ (np.sin(azimuth), 0.0, -np.cos(azimuth)) == pytest.approx(0, abs=1e-6)


@given(cameras)
@settings(max_examples=40)
def test_a_unit_is_as_large_as_it_is_seen(camera: Camera) -> None:
    azimuth = np.radians(camera.azimuth_deg)
    right = np.array([np.cos(azimuth), 0.0, np.sin(azimuth)])
    point = np.asarray(camera.target)
    one, two = project(camera, [point, point + right * unit_per_px(camera, point) * 100], 1.0)
    assert np.hypot(*(two - one)) == pytest.approx(100, rel=1e-3)


@pytest.mark.parametrize("is_behind", [False, True])
def test_along_the_spine_a_picture_is_seen_in_its_box_and_reads_from_left_to_right(is_behind: bool) -> None:
    camera = Camera(57.0, 0.8, 4.5, 330.0, (3.0, 1.0, 0.5), 1.3, (0.2, -0.1))
    through, box = (4.0, -2.0, 1.0), (200.0, 500.0, 1400.0, 620.0)
    camera = from_behind(camera, through) if is_behind else camera
    solid = along_spine(board(HUD, "dark", (1200.0, 120.0), 1.0, card=True), box, camera, 16 / 9, through)
    np.testing.assert_allclose(solid.points[:, 2], 0, atol=0.02)
    assert solid.uv is not None
    seen = project(camera, solid.points + np.asarray(through), 16 / 9)
    share = solid.uv / solid.uv.max(axis=0)
    np.testing.assert_allclose(seen, np.array(box[:2]) + share * (1200.0, 120.0), atol=0.3)
    np.testing.assert_allclose(normals_of(solid)[:, 2], -1.0 if is_behind else 1.0, atol=1e-3)


def test_from_behind_everything_is_seen_the_other_way_round() -> None:
    camera, through = Camera(57.0, 3.0, 20.0, 90.0, (3.0, 1.0, 0.5), 1.3, (0.2, -0.1)), (4.0, -2.0, 1.0)
    points = np.random.default_rng(3).normal(0, 5, (20, 3))
    front = project(camera, points, 16 / 9)
    mirrored = points * (1, 1, -1) + (0, 0, 2 * through[2])
    behind = project(from_behind(camera, through), mirrored, 16 / 9)
    np.testing.assert_allclose(behind, front * (-1, 1) + (1920, 0), atol=1e-6)


def test_the_box_of_a_display_holds_everything_and_moves_with_it() -> None:
    box = hud_box(HUD)
    assert box == pytest.approx((3.0, 20.0, 200.0, 104.8))
    assert hud_box(shifted(HUD, (7.0, -4.0))) == pytest.approx((10.0, 16.0, 207.0, 100.8))
    words = hud_box(Hud(words=HUD.words))
    assert words is not None
    assert words[0] == pytest.approx(200 - width_of("name", 20.0))
    assert hud_box(Hud(words=(Words("", (0.0, 0.0)), Words("clear", (0.0, 0.0), alpha=0.0)))) is None
