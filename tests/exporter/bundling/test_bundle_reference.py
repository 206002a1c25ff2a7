"""One iteration on the grid beside the same one without a grid: every pair of points, in double precision.

Tolerances are for a bandwidth of eight cells (nn_vis's grid has 22 cells a bandwidth at first and two at the end).
"""

from __future__ import annotations

import numpy as np
import pytest
from kernel_sums import carried, exact_forces, exact_moves, kernel_sums, spherical_sums
from random_webs import class_web, random_web

from exporter.bundling.cables import bunches
from exporter.bundling.crew import Crew
from exporter.bundling.field import Cloud, Pace, advance, density, forces, grid_around
from exporter.bundling.parameters import Parameters
from exporter.bundling.placing import placed_units

pytestmark = pytest.mark.slow
BANDWIDTHS = (0.47, 0.23)
CELLS = 8


def cloud_of(edges: int = 60) -> Cloud:
    """The first edges from the first layer of a net whose units serve a class each, straight."""
    web = class_web((49, 25, 10))
    with Crew(1) as crew:
        placed = placed_units(web.sizes, web.planes, Parameters())
        placed[:, :2] += np.random.default_rng(0).normal(0, 0.02, (len(placed), 2)).astype(np.float32)
        whole = bunches(web, placed, Parameters(), crew)[0].cloud
    points = whole.points[: whole.starts[edges]].copy()
    return Cloud(points, whole.starts[: edges + 1], whole.edges[:edges], whole.gain[:edges], whole.mix, whole.charges)


def pace_of(bandwidth: float, cells: int = CELLS) -> Pace:
    return Pace(bandwidth, bandwidth / cells, likeness=0.6, eagerness=3.0, longest=0.6, flat=False)


def relative(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.sqrt(((found - exact) ** 2).sum() / (exact**2).sum()))


@pytest.mark.parametrize("bandwidth", BANDWIDTHS)
def test_densities_are_kernel_sums_within_three_per_cent(bandwidth: float) -> None:
    cloud = cloud_of()
    with Crew(2) as crew:
        force, _ = forces(cloud, pace_of(bandwidth), crew)
    exact = kernel_sums(cloud, bandwidth)[0][:, 0]
    assert np.abs(force[:, 3] - exact).max() <= 0.03 * exact.max()


@pytest.mark.parametrize("bandwidth", BANDWIDTHS)
def test_gradients_are_those_of_kernel_sums_within_twelve_per_cent(bandwidth: float) -> None:
    cloud = cloud_of()
    with Crew(2) as crew:
        force, grid = forces(cloud, pace_of(bandwidth), crew)
    assert relative(force[:, :3] / grid.cell, exact_forces(cloud, pace_of(bandwidth))[0]) <= 0.12


@pytest.mark.parametrize("bandwidth", BANDWIDTHS)
def test_points_move_as_they_would_without_a_grid_within_twelve_per_cent(bandwidth: float) -> None:
    cloud = cloud_of()
    exact = exact_moves(cloud, pace_of(bandwidth))
    before = cloud.points.copy()
    with Crew(2) as crew:
        advance(cloud, pace_of(bandwidth), crew)
    assert relative(cloud.points - before, exact) <= 0.12
    assert np.linalg.norm(cloud.points - before, axis=1).max() <= 0.6 * bandwidth * 1.001


def test_smaller_cells_come_nearer_to_the_kernel_sums() -> None:
    cloud = cloud_of()
    exact = exact_forces(cloud, pace_of(0.47))[0]
    with Crew(2) as crew:
        errors = []
        for cells in (2, 4, 8):
            force, grid = forces(cloud, pace_of(0.47, cells), crew)
            errors.append(relative(force[:, :3] / grid.cell, exact))
    assert errors[0] > errors[1] > errors[2]


def test_a_point_does_not_pull_itself() -> None:
    web = random_web((1, 1))
    charges = np.array([[1, 0.5], [1, 0.5]], np.float32)
    mix = np.array([1, 0, 0, 0], np.float32)
    point = np.array([[0.123, 0.071, -0.057]], np.float32)
    cloud = Cloud(point, np.array([0, 1]), web.edges, np.ones(1, np.float32), mix, charges)
    with Crew(1) as crew:
        force, _ = forces(cloud, Pace(0.2, 0.03, 0.3, 1.0, 1.0, flat=False), crew)
    assert np.abs(force[0, :3]).max() < 1e-5 * force[0, 3]


def test_the_grid_holds_all_mass() -> None:
    cloud = cloud_of()
    pace = pace_of(0.3)
    with Crew(2) as crew:
        grid = grid_around(cloud.points, pace.cell)
        nothing_run = Pace(1.0001 * grid.cell, grid.cell, 0.0, 1.0, 1.0, flat=False)
        found = density(cloud, cloud.charges, grid, nothing_run, crew).reshape(-1, cloud.charges.shape[1])
    edge = np.repeat(np.arange(len(cloud.edges)), np.diff(cloud.starts))
    there = (carried(cloud) * cloud.gain[edge][:, None]).sum(axis=0)
    np.testing.assert_allclose(found.sum(axis=0), there, rtol=2e-3, atol=2e-3 * there[0])


def test_the_product_kernel_says_nearly_what_a_spherical_one_says() -> None:
    cloud = cloud_of()
    product, spherical = kernel_sums(cloud, 0.3)[0][:, 0], spherical_sums(cloud, 0.3)[:, 0]
    assert np.corrcoef(product, spherical)[0, 1] > 0.95
