"""The camera of a GLB sees what the scene's camera sees: projected by the words of glTF alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from net_scenes import NET_SCENES

from exporter.bundle import read_bundle
from scenes.gltf.lens import Poses, focal_of, poses_of, quaternions
from scenes.gltf.reel import reel_of
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.timeline import grounded
from viewer.camera import project
from viewer.placement import world_of
from viewer.state import REFERENCE_HEIGHT_PX, Camera

ASPECT = 16 / 9
MOST_OFF, MOST_OFF_ZOOMED = 0.01, 0.1
"""In heights of the frame."""


def turn_of(quaternion: np.ndarray) -> np.ndarray:
    """The matrix (3, 3) of a unit quaternion x, y, z, w, as glTF defines it."""
    x, y, z, w = quaternion
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def seen(poses: Poses, index: int, points: np.ndarray) -> np.ndarray:
    """Where points (n, 3) lie on the picture (n, 2), in its heights from the top left."""
    local = (points - poses.places[index]) @ turn_of(poses.turns[index])
    assert (local[:, 2] < 0).all()
    device = local[:, :2] / -local[:, 2:] / np.tan(poses.yfov_rad / 2)
    return np.stack([(device[:, 0] + ASPECT) / 2, (1 - device[:, 1]) / 2], axis=1)


@pytest.mark.parametrize("name", NET_SCENES)
def test_plates_are_seen_where_the_scene_shows_them(tiny_bundle_path: Path, name: str) -> None:
    bundle = read_bundle(tiny_bundle_path)
    layout = scene(name).lay_out(bundle, SceneOptions())
    timeline = grounded(scene(name).build(bundle, layout, SceneOptions()))
    reel = reel_of(timeline)
    poses = poses_of(reel.cameras)
    for index in range(0, len(reel.cameras), 20):
        state = timeline.state_at(reel.times_secs[index])
        for net in state.nets:
            points = world_of(net, layout, layout.corners())
            ours = project(state.camera, points, ASPECT) / REFERENCE_HEIGHT_PX
            theirs = seen(poses, index, points)
            # A camera whose zoom changes comes nearer instead: then the perspective is another, but nothing is cut off.
            is_zoomed = focal_of(state.camera) != pytest.approx(focal_of(reel.cameras[0]))
            assert np.abs(theirs - ours).max() < (MOST_OFF_ZOOMED if is_zoomed else MOST_OFF)
            assert (theirs > 0).all()
            assert (theirs < [ASPECT, 1]).all()


@given(
    azimuth=st.floats(0, 360),
    elevation=st.floats(-60, 60),
    zoom=st.floats(0.5, 3),
    shift=st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)),
)
def test_what_is_in_the_middle_of_the_picture_stays_there(
    azimuth: float, elevation: float, zoom: float, shift: tuple[float, float]
) -> None:
    camera = Camera(azimuth, elevation, zoom=zoom, shift=shift)
    poses = poses_of([camera])
    ahead = -turn_of(poses.turns[0])[:, 2] * 100 + poses.places[0]
    half = np.array([ASPECT, 1.0]) * REFERENCE_HEIGHT_PX / 2
    assert project(camera, ahead, ASPECT)[0] == pytest.approx(half, abs=1e-3)
    assert turn_of(poses.turns[0])[1, 0] == pytest.approx(0.0, abs=0.1)  # it hardly rolls


def test_a_zoom_is_a_step_nearer_that_keeps_the_target_as_large() -> None:
    near, far = Camera(zoom=2.0), Camera(zoom=1.0)
    poses = poses_of([near, far])
    away = np.linalg.norm(poses.places, axis=1)
    assert away[1] / away[0] == pytest.approx(2.0)


def test_turns_go_the_short_way() -> None:
    turns = poses_of([Camera(float(azimuth)) for azimuth in range(0, 720, 5)]).turns
    assert ((turns[1:] * turns[:-1]).sum(axis=1) > 0.99).all()
    np.testing.assert_allclose(np.linalg.norm(turns, axis=1), 1.0)


def test_quaternions_are_the_rotations_they_came_from() -> None:
    rng = np.random.default_rng(3)
    axes = np.linalg.qr(rng.normal(size=(50, 3, 3)))[0]
    axes *= np.sign(np.linalg.det(axes))[:, None, None]
    for matrix, quaternion in zip(axes, quaternions(axes), strict=True):
        np.testing.assert_allclose(turn_of(quaternion), matrix, atol=1e-9)
    half_turns = np.array([np.diag([1, -1, -1]), np.diag([-1, 1, -1]), np.diag([-1, -1, 1])], float)
    for matrix, quaternion in zip(half_turns, quaternions(half_turns), strict=True):
        np.testing.assert_allclose(turn_of(quaternion), matrix, atol=1e-9)
