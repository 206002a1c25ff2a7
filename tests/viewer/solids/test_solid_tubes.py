"""Tubes and spheres are closed, as thick as they are said to be, and where their paths and centres are."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from viewer.solids.spheres import icosphere, sphere_points, sphere_triangles
from viewer.solids.tubes import tube_points, tube_sides, tube_triangles

ALONG = np.linspace(0, 1, 40)


def helices(count: int) -> np.ndarray:
    """Lines (count, 40, 3) that wind about x, each more tightly."""
    turns = np.arange(count)[:, None] * ALONG * 2 * np.pi
    return np.stack([np.broadcast_to(ALONG * 4, turns.shape), np.sin(turns), np.cos(turns)], axis=-1).astype("f4")


def wild(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(6, 15, 3)).astype("f4")


def mesh_of(lines: np.ndarray, radii: np.ndarray, sides: int) -> trimesh.Trimesh:
    points = tube_points(lines, radii, tube_sides(lines, sides))
    return trimesh.Trimesh(points, tube_triangles(len(lines), lines.shape[1], sides), process=False)


@pytest.mark.parametrize("sides", [3, 5, 6])
def test_tubes_are_closed_and_their_sides_look_out(sides: int) -> None:
    mesh = mesh_of(helices(3), np.full(3, 0.02, "f4"), sides)
    assert mesh.is_watertight
    parts = mesh.split()
    assert len(parts) == 3
    area = sides / 2 * np.sin(2 * np.pi / sides) * 0.02**2
    for part, line in zip(parts, helices(3), strict=True):
        length = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
        assert part.volume == pytest.approx(area * length, rel=0.05)  # positive: no side looks inwards


@given(st.integers(0, 1000))
def test_each_side_is_as_far_from_its_line_as_the_tube_is_thick_and_at_right_angles_to_it(seed: int) -> None:
    lines, radii = wild(seed), np.linspace(0.01, 0.2, 6, dtype="f4")
    points = tube_points(lines, radii, tube_sides(lines, 5)).reshape(6, 15, 5, 3)
    away = points - lines[:, :, None]
    np.testing.assert_allclose(
        np.linalg.norm(away, axis=-1), radii[:, None, None].repeat(15, 1).repeat(5, 2), rtol=1e-3
    )
    np.testing.assert_allclose(points.mean(axis=2), lines, atol=1e-4)
    ways = np.gradient(lines.astype(float), axis=1)
    ways /= np.linalg.norm(ways, axis=-1, keepdims=True)
    assert np.abs((away * ways[:, :, None]).sum(axis=-1) / radii[:, None, None]).max() < 1e-3


def test_a_tube_that_bends_in_a_plane_does_not_turn_about_itself() -> None:
    angle = ALONG * np.pi * 1.5
    arc = np.stack([np.sin(angle), np.cos(angle), np.zeros_like(angle)], axis=-1)[None].astype("f4")
    sides = tube_sides(arc, 5)
    np.testing.assert_allclose(sides[0, :, :, 2] - sides[0, :1, :, 2], 0.0, atol=2e-2)


def test_lines_that_stand_still_or_go_straight_up_make_tubes_too() -> None:
    still = np.zeros((1, 4, 3), "f4")
    upright = np.stack([np.zeros(4), np.arange(4), np.zeros(4)], axis=-1)[None].astype("f4")
    for lines in (still, upright):
        sides = tube_sides(lines, 5)
        np.testing.assert_allclose(np.linalg.norm(sides, axis=-1), 1.0, atol=1e-5)


@pytest.mark.parametrize(("finer", "points", "triangles"), [(0, 12, 20), (1, 42, 80), (2, 162, 320)])
def test_spheres_are_round_and_closed(finer: int, points: int, triangles: int) -> None:
    unit, faces = icosphere(finer)
    assert (len(unit), len(faces)) == (points, triangles)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1.0, atol=1e-6)
    centres, radii = np.array([[0, 0, 0], [5, 1, 0]], "f4"), np.array([1, 2], "f4")
    mesh = trimesh.Trimesh(sphere_points(centres, radii, finer), sphere_triangles(2, finer), process=False)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(9 * trimesh.Trimesh(unit, faces).volume, rel=1e-4)
    np.testing.assert_allclose(np.linalg.norm(mesh.vertices[points:] - centres[1], axis=1), 2.0, atol=1e-5)
