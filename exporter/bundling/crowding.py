"""Compiled: units that are too near to each other are pushed apart."""

from __future__ import annotations

import math

import numpy as np

from exporter.bundling.compiled import Array, compiled

GOLDEN_ANGLE_RAD = math.pi * (3.0 - math.sqrt(5.0))


@compiled
def _cells(points: Array, low: Array, size: float, across: int, of: Array) -> Array:
    """First point of each cell in an order by cells (`of` gets it), of as many cells as there may be."""
    place = np.empty(len(points), np.int64)
    first = np.zeros(across * across + 1, np.int64)
    for point in range(len(points)):
        column = min(int((points[point, 0] - low[0]) / size), across - 1)
        row = min(int((points[point, 1] - low[1]) / size), across - 1)
        place[point] = row * across + column
        first[place[point] + 1] += 1
    for cell in range(across * across):
        first[cell + 1] += first[cell]
    filled = first[:-1].copy()
    for point in range(len(points)):
        of[filled[place[point]]] = point
        filled[place[point]] += 1
    return first


@compiled
def push_apart(points: Array, gap: float, out: Array) -> None:
    """Move points (n, 3) half way out of each other's circles of radius `gap`, in x and y; `out` gets where to.

    Points at the same place go apart in directions that their numbers give.
    """
    low = np.array([points[:, 0].min(), points[:, 1].min()])
    wide = max(points[:, 0].max() - low[0], points[:, 1].max() - low[1])
    size = max(gap, wide / 1000.0)
    across = int(wide / size) + 1
    order = np.empty(len(points), np.int64)
    first = _cells(points, low, size, across, order)
    for point in range(len(points)):
        column = min(int((points[point, 0] - low[0]) / size), across - 1)
        row = min(int((points[point, 1] - low[1]) / size), across - 1)
        right, up = 0.0, 0.0
        for near in range(max(row - 1, 0), min(row + 2, across)):
            begin, end = near * across + max(column - 1, 0), near * across + min(column + 2, across)
            for place in range(first[begin], first[end]):
                other = order[place]
                x, y = points[point, 0] - points[other, 0], points[point, 1] - points[other, 1]
                apart = math.hypot(x, y)
                if other == point or apart >= gap:
                    continue
                if apart < 1e-6 * gap:
                    turn = GOLDEN_ANGLE_RAD * point
                    x, y, apart = math.cos(turn), math.sin(turn), 1.0
                    right += 0.25 * gap * x
                    up += 0.25 * gap * y
                    continue
                right += 0.5 * (gap - apart) * x / apart
                up += 0.5 * (gap - apart) * y / apart
        size_of_push = math.hypot(right, up)
        scale = min(1.0, 0.5 * gap / size_of_push) if size_of_push > 0.0 else 0.0
        out[point, 0] = points[point, 0] + scale * right
        out[point, 1] = points[point, 1] + scale * up
        out[point, 2] = points[point, 2]


@compiled
def keep_apart(points: Array, gap: float, middle: Array, farthest: Array, times: int) -> None:
    """Push points (n, 3) apart so many times, each staying within its own distance (n,) of the middle, in x and y."""
    pushed = np.empty_like(points)
    for _ in range(times):
        push_apart(points, gap, pushed)
        for point in range(len(points)):
            x, y = pushed[point, 0] - middle[0], pushed[point, 1] - middle[1]
            scale = min(farthest[point] / max(math.hypot(x, y), 1e-30), 1.0)
            points[point, 0], points[point, 1] = middle[0] + scale * x, middle[1] + scale * y
