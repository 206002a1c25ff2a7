"""Where points fall on the picture, held against vispy's own matrices, and what `fit` promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from vispy.util import transforms

from viewer.camera import Rect, clip_from_world, eye_of, fit, forward_of, gentle_camera, project, view_from_world
from viewer.layout import Form, Plate
from viewer.state import REFERENCE_HEIGHT_PX, Camera

finite = st.floats(-50, 50)
cameras = st.builds(
    Camera,
    azimuth_deg=st.floats(-180, 360),
    elevation_deg=st.floats(-80, 80),
    fov_deg=st.floats(4, 60),
    distance=st.floats(20, 300),
    target=st.tuples(finite, finite, finite),
)
clouds = arrays(np.float64, st.tuples(st.integers(2, 12), st.just(3)), elements=st.floats(-5, 5))
aspects = st.floats(0.4, 2.5)


@st.composite
def rects(draw: st.DrawFn) -> Rect:
    left, top = draw(st.floats(0.0, 0.6)), draw(st.floats(0.0, 0.6))
    return Rect(left, top, draw(st.floats(left + 0.1, 1.0)), draw(st.floats(top + 0.1, 1.0)))


def turntable(camera: Camera) -> np.ndarray:
    """View matrix as a turntable makes it: move the target to 0, turn about y, tilt about x, step back."""
    steps = (
        transforms.translate(-np.asarray(camera.target)),
        transforms.rotate(camera.azimuth_deg, (0, 1, 0)),
        transforms.rotate(camera.elevation_deg, (1, 0, 0)),
        transforms.translate((0, 0, -camera.distance)),
    )
    matrix = np.eye(4)
    for step in steps:
        matrix = matrix @ step  # vispy's matrices stand to the right of a row of coordinates
    return matrix.T


@given(cameras)
def test_the_view_is_that_of_a_turntable(camera: Camera) -> None:
    np.testing.assert_allclose(view_from_world(camera), turntable(camera), atol=1e-6 * camera.distance)


@given(cameras, aspects, st.floats(1, 19))
def test_the_corners_of_the_viewing_volume_are_the_corners_of_clip_space(
    camera: Camera, aspect: float, radius: float
) -> None:
    world_from_view = np.linalg.inv(turntable(camera))
    slope = np.tan(np.radians(camera.fov_deg) / 2)
    for x in (-1, 1):
        for y in (-1, 1):
            for z, away in ((-1, camera.distance - radius), (1, camera.distance + radius)):
                corner = np.array([x * away * slope * aspect, y * away * slope, -away, 1.0])
                clip = clip_from_world(camera, aspect, radius) @ world_from_view @ corner
                assert clip[3] == pytest.approx(away, rel=1e-6)
                np.testing.assert_allclose(clip[:3] / clip[3], (x, y, z), atol=1e-3)


@given(cameras)
def test_the_eye_sees_the_target_at_its_distance(camera: Camera) -> None:
    np.testing.assert_allclose(eye_of(camera) + camera.distance * forward_of(camera), camera.target, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(forward_of(camera)), 1.0)


def test_azimuth_0_shows_the_spine_from_its_side() -> None:
    camera = Camera(azimuth_deg=0, elevation_deg=0)
    (x0, y0), (x1, y1) = project(camera, [[0, 0, 0], [1, 0, 0]], 1.5)
    assert (x0, y0) == pytest.approx((REFERENCE_HEIGHT_PX * 0.75, REFERENCE_HEIGHT_PX / 2))
    assert x1 > x0
    assert y1 == pytest.approx(y0)


def test_azimuth_90_looks_along_the_spine_from_the_input() -> None:
    camera = Camera(azimuth_deg=90, elevation_deg=0)
    assert forward_of(camera) == pytest.approx([1, 0, 0])
    assert eye_of(camera)[0] < camera.target[0]


@pytest.mark.parametrize("azimuth_deg", [20, 52, 90, 130, 160])
def test_a_plate_seen_from_the_input_is_not_mirrored(azimuth_deg: float) -> None:
    plate = Plate("a", Form("vector", (1,), 1, (1, 1), (2.0, 1.0), 1, 1), (1.0, 2.0, 3.0), 0)
    camera = Camera(azimuth_deg=azimuth_deg, elevation_deg=5, target=plate.centre)
    low_left, low_right, high_left, high_right = project(camera, plate.corners(), 1.5)
    assert low_right[0] > low_left[0]
    assert high_right[0] > high_left[0]
    assert high_left[1] < low_left[1]
    assert high_right[1] < low_right[1]


def test_a_positive_elevation_looks_down() -> None:
    assert eye_of(Camera(elevation_deg=30))[1] > 0


@given(cameras, clouds, aspects, rects())
def test_fit_fills_the_rectangle_in_one_direction_and_stays_inside_it(
    camera: Camera, cloud: np.ndarray, aspect: float, rect: Rect
) -> None:
    cloud = cloud + np.asarray(camera.target)
    if np.ptp(project(camera, cloud, aspect), axis=0).max() < 1:
        return
    seen = project(fit(camera, cloud, aspect, rect), cloud, aspect)
    low, high = seen.min(axis=0), seen.max(axis=0)
    frame = REFERENCE_HEIGHT_PX * np.array([aspect, 1.0])
    start, end = frame * [rect.left, rect.top], frame * [rect.right, rect.bottom]
    assert (low >= start - 1e-3).all()
    assert (high <= end + 1e-3).all()
    assert np.abs((high - low) - (end - start)).min() < 1e-3
    np.testing.assert_allclose((low + high) / 2, (start + end) / 2, atol=1e-3)


@given(cameras, aspects, rects())
def test_a_single_point_is_only_centred(camera: Camera, aspect: float, rect: Rect) -> None:
    fitted = fit(camera, [camera.target, camera.target], aspect, rect)
    assert fitted.zoom == 1.0
    middle = np.array([(rect.left + rect.right) / 2 * aspect, (rect.top + rect.bottom) / 2]) * REFERENCE_HEIGHT_PX
    np.testing.assert_allclose(project(fitted, camera.target, aspect)[0], middle, atol=1e-3)


@given(cameras, clouds, aspects, st.floats(0.2, 5), st.tuples(st.floats(-1, 1), st.floats(-1, 1)))
def test_zoom_scales_about_the_middle_and_shift_moves_all_points_alike(
    camera: Camera, cloud: np.ndarray, aspect: float, zoom: float, shift: tuple[float, float]
) -> None:
    cloud = cloud + np.asarray(camera.target)
    half = REFERENCE_HEIGHT_PX / 2
    middle = np.array([half * aspect, half])
    plain = project(camera, cloud, aspect)
    seen = project(replace(camera, zoom=zoom, shift=shift), cloud, aspect)
    np.testing.assert_allclose(
        seen, middle + (plain - middle) * zoom + np.array([shift[0], -shift[1]]) * half, atol=1e-4
    )


@given(clouds, st.floats(0.1, 10))
def test_perspective_is_equally_gentle_for_clouds_of_all_sizes(cloud: np.ndarray, size: float) -> None:
    extent = np.ptp(cloud, axis=0).max()
    if extent < 1 or extent * size < 1:
        return
    small, large = gentle_camera(cloud, 52, 6, 11), gentle_camera(cloud * size, 52, 6, 11)
    assert large.distance == pytest.approx(small.distance * size)
    np.testing.assert_allclose(project(small, cloud, 1.5), project(large, cloud * size, 1.5), atol=1e-3)


def test_a_cloud_without_extent_still_has_a_camera_before_it() -> None:
    camera = gentle_camera([[1.0, 2.0, 3.0]] * 2, 52, 6, 11)
    assert camera.target == (1.0, 2.0, 3.0)
    assert camera.distance > 0
