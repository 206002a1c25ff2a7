"""Edges gathered into cables: resampled, moved up the density of their like, smoothed, and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.bundling import strands
from exporter.bundling.charges import charges_of
from exporter.bundling.crew import Crew, cuts
from exporter.bundling.field import Cloud, Pace, advance, box_of
from exporter.bundling.parameters import Parameters
from exporter.bundling.schedule import iterations
from exporter.bundling.web import Web

Floats = NDArray[np.float32]
EAGERNESS, MOVE = 3.0, 0.6
"""How far a point moves in an iteration: mean shifts, and at the most, in bandwidths."""
MOST_DETOUR = 1.35
"""No edge gets longer than this, beside the way straight from its start to its end."""
LEAST_POINTS = 5
"""Points of the shortest edge: with fewer nothing could bend."""
SMOOTHING_REACH = 0.08
"""A point is smoothed with this share of its edge's points on either side, with one at least: nn_vis's."""
MIXES = {0: (1, -1, 0, 1), 1: (1, 0, 0, 0), 2: (1, 0, 1, 0), 3: (0, 0, 1, 0)}
"""What nn_vis's four edge importance types take of the start and of the end, at the start and more towards the end."""


@dataclass
class Bunch:
    """The edges that go from one plane to another, and which of all edges they are."""

    of: NDArray[np.int64]
    cloud: Cloud


def bunches(web: Web, positions: Floats, parameters: Parameters, crew: Crew) -> list[Bunch]:
    """Straight edges between units as they lie, one bunch for each two planes that edges join."""
    plane = np.repeat(np.array(web.planes, np.int64), web.sizes)
    ends = plane[web.edges]
    ways, which = np.unique(ends[:, 0] * (int(plane.max(initial=0)) + 1) + ends[:, 1], return_inverse=True)
    mix = np.array(MIXES[parameters.edge_importance_type], np.float32)
    charges = charges_of(web)
    gain = gains(web, charges[:, 0], parameters.edge_importance_type)
    found = []
    for way in range(len(ways)):
        of = _neighbours_together(np.flatnonzero(which == way), web, positions)
        edges = np.ascontiguousarray(web.edges[of])
        points = np.ascontiguousarray(positions[edges].reshape(-1, 3))
        starts = np.arange(len(edges) + 1, dtype=np.int64) * 2
        bunch = Bunch(of, Cloud(points, starts, edges, gain[of], mix, charges))
        _resample(bunch.cloud, parameters, crew)
        found.append(bunch)
    return found


def _neighbours_together(of: NDArray[np.int64], web: Web, positions: Floats) -> NDArray[np.int64]:
    """These edges in an order in which those that run near each other follow on each other.

    They then work on the same cells of the grid, which are still in the fastest memory.
    """
    ends = positions[web.edges[of]][:, :, :2].reshape(len(of), 4)
    coarse = np.floor((ends - ends.min(axis=0, initial=np.inf)) * (8 / max(float(np.ptp(ends)), 1e-9)))
    return of[np.lexsort(coarse.T)]


def gains(web: Web, masses: Floats, importance_type: int) -> Floats:
    """(E,) float32, what an edge's ends are multiplied by: its strength, and for type 2 what joins their means, too."""
    if importance_type != 2:
        return web.strength
    means = masses.astype(np.float64)[web.edges]
    together = means.sum(axis=1)
    joined = np.divide(means.prod(axis=1), together, out=np.zeros(len(means)), where=together > 0)
    gained: Floats = (web.strength * joined).astype(np.float32)
    return gained


def gather(found: list[Bunch], positions: Floats, parameters: Parameters, crew: Crew) -> Iterator[None]:
    """Iterate until the bandwidth has become small; the bunches' clouds change."""
    for done, (bandwidth, cell, likeness) in enumerate(
        iterations(parameters, parameters.edge_bandwidth, parameters.edge_bandwidth_reduction)
    ):
        pace = Pace(bandwidth, cell, likeness, EAGERNESS, MOVE, flat=False)
        reach = SMOOTHING_REACH * parameters.edge_bandwidth_reduction**done
        for bunch in found:
            cloud = bunch.cloud
            advance(cloud, pace, crew)
            _settle(cloud, positions, parameters, reach, crew)
            _resample(cloud, parameters, crew)
        yield


def _settle(cloud: Cloud, positions: Floats, parameters: Parameters, reach: float, crew: Crew) -> None:
    box = box_of(positions[np.unique(cloud.edges)])
    smoothings = parameters.smoothing_iterations if parameters.smoothing else 0
    known = cloud.points, cloud.starts, cloud.edges, positions, box, smoothings, reach, MOST_DETOUR
    crew.share(strands.settle, [(*known, *call) for call in cuts(cloud.starts)])


def _resample(cloud: Cloud, parameters: Parameters, crew: Crew) -> None:
    calls = cuts(cloud.starts)
    counts = np.zeros(len(cloud.edges) + 1, np.int64)
    spacing = parameters.layer_width / parameters.sampling_rate
    known = cloud.points, cloud.starts, spacing, LEAST_POINTS, counts[1:]
    crew.share(strands.count, [(*known, *call) for call in calls])
    starts = np.cumsum(counts)
    points = np.empty((int(starts[-1]), 3), np.float32)
    crew.share(strands.resample, [(cloud.points, cloud.starts, points, starts, *call) for call in calls])
    cloud.points, cloud.starts = points, starts
