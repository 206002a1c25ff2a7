"""Units drawn together by the classes they matter for, each layer in its plane and none of them to a heap."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.charges import charges_of
from exporter.bundling.crew import Crew
from exporter.bundling.crowding import keep_apart
from exporter.bundling.field import EACH_ITSELF, Cloud, Pace, advance
from exporter.bundling.parameters import Parameters
from exporter.bundling.placing import Room, rooms, spacing_of
from exporter.bundling.schedule import iterations
from exporter.bundling.web import Web

Floats = NDArray[np.float32]
EAGERNESS, MOVE = 8.0, 0.2
"""How far a point moves in an iteration: mean shifts, and at the most, in bandwidths."""
LEAST_SPREAD = 0.6
"""Units of a layer stay so far from their middle, root mean square, beside what they were at first."""
GAP = 0.6
"""Units of a layer that come nearer than this part of their distance at first are pushed apart again."""
PUSHES = 12
ROUND = 1.15
"""Units keep within a circle of this diameter, beside their square's side at first, or as far out as they lay then."""


def moved_units(web: Web, placed: Floats, parameters: Parameters, crew: Crew) -> Iterator[Floats]:
    """(U, 3) float32 after each iteration; z stays.

    Only mass of like classes pulls. That of all, which nn_vis lets pull at first, would bring every unit of a network
    whose importances are nearly alike to one place, which nothing undoes later.
    """
    each = np.arange(len(placed) + 1, dtype=np.int64)
    same = np.repeat(each[:-1, None], 2, axis=1).astype(np.int32)
    charges = charges_of(web)
    gain = np.concatenate([np.full(size, 1.0 / size, np.float32) for size in web.sizes])
    positions = placed.copy()
    for bandwidth, cell, _ in iterations(parameters, parameters.node_bandwidth, parameters.node_bandwidth_reduction):
        cloud = Cloud(positions * np.array([1, 1, 0], np.float32), each, same, gain, EACH_ITSELF, charges)
        advance(cloud, Pace(bandwidth, cell, 1.0, EAGERNESS, MOVE, flat=True), crew)
        positions[:, :2] = cloud.points[:, :2]
        begin = 0
        for size, room in zip(web.sizes, rooms(web.planes, parameters.layer_width), strict=True):
            layer = slice(begin, begin + size)
            positions[layer] = _held(positions[layer], placed[layer], room)
            begin += size
        yield positions.copy()


def _held(moved: Floats, placed: Floats, room: Room) -> Floats:
    """A layer as it may lie: about its old middle, within its room, not crowded, and as spread as it must be."""
    corner, half = np.array([room.x, room.y], np.float32), np.float32(room.side / 2)
    out = moved.copy()
    far = np.maximum(np.linalg.norm(placed[:, :2] - corner, axis=1), half * np.float32(ROUND))
    keep_apart(out, GAP * spacing_of(len(out), room), corner, far, PUSHES)
    share = np.float32(0.0)
    while share < 1.0 and spread(out * (1 - share) + placed * share) < LEAST_SPREAD * spread(placed):
        share = min(share + np.float32(0.05), np.float32(1.0))
    held: Floats = (out * (1 - share) + placed * share).astype(np.float32)
    return held


def spread(layer: Floats) -> float:
    """Root mean square distance of units from their middle; 0 for a single unit."""
    return math.sqrt(float(((layer - layer.mean(axis=0, dtype=np.float64)) ** 2).sum(axis=1).mean()))
