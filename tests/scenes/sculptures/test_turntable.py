"""A turntable comes back to where it began, lights every class once, and its camera cuts nothing off at any angle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.frames import frame_times
from scenes.sculptures.turntable import course_of, turned, turning_camera
from scenes.sides import Sides
from viewer.camera import Rect, project
from viewer.state import REFERENCE_HEIGHT_PX

RECT = Rect(0.1, 0.2, 0.7, 0.9)
ASPECTS = (16 / 9, 1.0, 9 / 16)


def names(count: int) -> list[str]:
    return [f"class {k}" for k in range(count)]


@given(st.integers(0, 12))
def test_a_course_ends_where_it_began(count: int) -> None:
    course = course_of(range(count), names(count))
    over = course.azimuth_deg.at(course.duration_secs) - course.azimuth_deg.at(0.0)
    assert over % 360.0 == pytest.approx(0.0, abs=1e-6) or over % 360.0 == pytest.approx(360.0, abs=1e-6)
    assert course.at(course.duration_secs)[0] == course.at(0.0)[0]
    assert course.duration_secs < 30.0


@pytest.mark.parametrize("count", [2, 4, 5, 10])
def test_every_class_rests_alone_and_in_order(count: int) -> None:
    course = course_of(range(count), names(count))
    seen = [course.at(marker.at_secs + 0.1) for marker in course.markers]
    assert seen == [(None, None, 0.0), *((k, None, 0.0) for k in range(count))]
    assert [marker.name for marker in course.markers] == ["all classes", *names(count)]


def test_one_class_is_lit_all_the_time() -> None:
    course = course_of((7,), ("seven",))
    assert {course.at(t) for t in frame_times(course.duration_secs, 5, True)} == {(7, None, 0.0)}
    assert course.azimuth_deg.at(course.duration_secs) - course.azimuth_deg.at(0.0) == 360.0


@pytest.mark.parametrize("count", [1, 2, 4, 5, 6, 10])
def test_the_turn_is_never_too_fast_for_the_eye(count: int) -> None:
    course = course_of(range(count), names(count))
    azimuths = [course.azimuth_deg.at(t) for t in np.arange(0, course.duration_secs, 1 / 25)]
    assert 0 <= np.diff(azimuths).min() <= np.diff(azimuths).max() < 10.0


@pytest.mark.parametrize("aspect", ASPECTS)
def test_nothing_leaves_its_part_of_the_frame_and_the_size_stays(aspect: float) -> None:
    points = np.random.default_rng(0).uniform((-8, -3, -4), (8, 3, 4), (200, 3))
    camera = turning_camera(points, aspect, RECT)
    frame_px = np.array([REFERENCE_HEIGHT_PX * aspect, REFERENCE_HEIGHT_PX])
    boxes = []
    for azimuth_deg in range(0, 360, 7):
        view = turned(camera, azimuth_deg)
        assert (view.zoom, view.shift, view.target) == (camera.zoom, camera.shift, camera.target)
        seen = project(view, points, aspect) / frame_px
        boxes.append((*seen.min(axis=0), *seen.max(axis=0)))
    left, top, _, _ = np.min(boxes, axis=0)
    _, _, right, bottom = np.max(boxes, axis=0)
    assert (left, top) >= (RECT.left - 0.005, RECT.top - 0.005)
    assert right <= RECT.right + 0.005
    assert bottom <= RECT.bottom + 0.005
    assert max((right - left) / 0.6, (bottom - top) / 0.7) > 0.97, "and it is as large as that allows"


@pytest.mark.parametrize("aspect", ASPECTS)
def test_two_sides_never_meet_and_are_seen_alike(aspect: float) -> None:
    points = np.random.default_rng(1).uniform((-6, -4, -4), (6, 4, 4), (100, 3))
    sides = Sides.of(Rect(0.05, 0.15, 0.95, 0.85), aspect)
    camera = sides.camera(points)
    frame_px = np.array([REFERENCE_HEIGHT_PX * aspect, REFERENCE_HEIGHT_PX])
    for azimuth_deg in range(0, 360, 30):
        view = turned(camera, azimuth_deg)
        seen = [project(view, points + np.asarray(offset), aspect) / frame_px for offset in sides.offsets(view)]
        for places, part in zip(seen, sides.parts, strict=True):
            assert (places.min(axis=0) >= (part.left - 0.01, part.top - 0.01)).all()
            assert (places.max(axis=0) <= (part.right + 0.01, part.bottom + 0.01)).all()
        sizes = [np.ptp(places, axis=0) for places in seen]
        np.testing.assert_allclose(sizes[0], sizes[1], rtol=0.09)
