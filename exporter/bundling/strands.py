"""Compiled: what is done to each edge by itself, be it smoothed, held to its length or given points evenly apart.

A call does the edges from `first` to `last` and writes only what is theirs.
"""

from __future__ import annotations

import numpy as np

from exporter.bundling.compiled import Array, compiled


@compiled
def _length(points: Array, begin: int, end: int) -> float:
    total = 0.0
    for point in range(begin, end - 1):
        square = 0.0
        for axis in range(3):
            step = float(points[point + 1, axis]) - float(points[point, axis])
            square += step * step
        total += np.sqrt(square)
    return total


@compiled
def _smooth_near(points: Array, begin: int, end: int, reach: float) -> None:
    """What `_smooth` does where `reach` is 1 at most: the point before is kept, the others are still as they were."""
    by, share = np.float32(reach), np.float32(1.0 / (1.0 + 2.0 * reach))
    x, y, z = points[begin, 0], points[begin, 1], points[begin, 2]
    for point in range(begin + 1, end - 1):
        here_x, here_y, here_z = points[point, 0], points[point, 1], points[point, 2]
        next_x, next_y, next_z = points[point + 1, 0], points[point + 1, 1], points[point + 1, 2]
        points[point, 0] = (here_x + by * (x + next_x)) * share
        points[point, 1] = (here_y + by * (y + next_y)) * share
        points[point, 2] = (here_z + by * (z + next_z)) * share
        x, y, z = here_x, here_y, here_z


@compiled
def _smooth(points: Array, begin: int, end: int, reach: float, kept: Array) -> None:
    """Each point becomes the mean of those around it, of as many before as after it, so that ends stay.

    `reach` is how many on each side; of a part of one only that part counts.
    """
    size = end - begin
    whole = int(reach)
    for axis in range(3):
        for place in range(size):
            kept[place] = points[begin + place, axis]
        for place in range(1, size - 1):
            near = min(whole, place, size - 1 - place)
            total = kept[place]
            for away in range(1, near + 1):
                total += kept[place - away] + kept[place + away]
            part = reach - whole if near == whole and near < min(place, size - 1 - place) else 0.0
            if part > 0.0:
                total += part * (kept[place - near - 1] + kept[place + near + 1])
            points[begin + place, axis] = total / (1.0 + 2.0 * (near + part))


@compiled
def _straighten(points: Array, begin: int, end: int, most_detour: float) -> None:
    """Blend an edge that is too long with the straight way, just so much that it is not.

    A blend's length is at most the blend of the lengths, so the bound holds.
    """
    start, target = points[begin], points[end - 1]
    square = 0.0
    for axis in range(3):
        square += (float(target[axis]) - float(start[axis])) ** 2
    straight = np.sqrt(square)
    length = _length(points, begin, end)
    if length > most_detour * straight:
        blend = (length - most_detour * straight) / (length - straight)
        for point in range(begin + 1, end - 1):
            along = (point - begin) / (end - 1 - begin)
            for axis in range(3):
                direct = start[axis] + along * (target[axis] - start[axis])
                points[point, axis] += blend * (direct - points[point, axis])


@compiled
def settle(
    points: Array,
    starts: Array,
    edges: Array,
    positions: Array,
    box: Array,
    smoothings: int,
    reach_share: float,
    most_detour: float,
    first: int,
    last: int,
) -> None:
    """Put ends back, keep points in the box, smooth, and straighten edges that are too long for what they join.

    `box` is (2, 3), its low and its high corner; no edge gets longer than `most_detour` times the way from end to end.
    """
    longest = 0
    for edge in range(first, last):
        longest = max(longest, starts[edge + 1] - starts[edge])
    kept = np.empty(longest)
    for edge in range(first, last):
        begin, end = starts[edge], starts[edge + 1]
        for point in range(begin + 1, end - 1):
            for axis in range(3):
                points[point, axis] = min(max(points[point, axis], box[0, axis]), box[1, axis])
        points[begin], points[end - 1] = positions[edges[edge, 0]], positions[edges[edge, 1]]
        reach = reach_share * (end - begin)
        for _ in range(smoothings):
            if reach <= 1.0:
                _smooth_near(points, begin, end, reach)
            else:
                _smooth(points, begin, end, reach, kept)
        _straighten(points, begin, end, most_detour)


@compiled
def count(points: Array, starts: Array, spacing: float, least: int, out: Array, first: int, last: int) -> None:
    """How many points each edge gets: enough that they are at most `spacing` apart, and `least` at least."""
    for edge in range(first, last):
        length = _length(points, starts[edge], starts[edge + 1])
        out[edge] = max(int(np.ceil(length / spacing)) + 1, least)


@compiled
def resample(points: Array, starts: Array, out: Array, out_starts: Array, first: int, last: int) -> None:
    """Points evenly apart along each edge, as many as there is room for; both ends stay what they are."""
    for edge in range(first, last):
        begin, end = starts[edge], starts[edge + 1]
        to, until = out_starts[edge], out_starts[edge + 1]
        step = _length(points, begin, end) / (until - to - 1)
        at, passed, piece = begin, 0.0, _length(points, begin, begin + 2)
        out[to], out[until - 1] = points[begin], points[end - 1]
        for point in range(to + 1, until - 1):
            wanted = (point - to) * step
            while passed + piece < wanted and at < end - 2:
                at += 1
                passed += piece
                piece = _length(points, at, at + 2)
            share = min((wanted - passed) / piece, 1.0) if piece > 0.0 else 0.0
            for axis in range(3):
                out[point, axis] = points[at, axis] + share * (points[at + 1, axis] - points[at, axis])
