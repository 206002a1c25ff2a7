"""What the five parts of a `.pro.npz` hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.interchange.nn_vis.forms import MOST_NUMBERED, Floats, Processed, edge_row, node_row
from exporter.interchange.nn_vis.parts import MOST_LAYERS, MOST_UNITS, Parts, finite, fractions, odd, whole

_MOST_SLOTS = 2**16
_FARTHEST = 1e6
"""Units and points lie within a few lengths; what lies farther off would be nowhere."""


@dataclass(frozen=True)
class _Container:
    """Some edges of one layer: their numbers, weights, point counts, and points after each other."""

    layer: int
    numbers: NDArray[np.int64]
    strength: Floats
    counts: NDArray[np.int64]
    points: Floats


def processed_of(parts: list[Any]) -> Processed:
    """What the parts hold. Raises `NnVisError`."""
    take = Parts()
    sizes = _sizes(take.listed(parts[0], "the list of layers"))
    slots = whole(parts[4], "the room for points", 2, _MOST_SLOTS)
    positions, importance, sums = _units(take.row(parts[1], "the table of units"), sizes)
    containers = list(_containers(take, parts[2], parts[3], sizes, slots))
    first = np.concatenate(([0], np.cumsum(sizes)))
    layer = np.concatenate([np.full(len(c.numbers), c.layer) for c in containers] or [np.zeros(0, np.int64)])
    number = np.concatenate([c.numbers for c in containers] or [np.zeros(0, np.int64)])
    order = np.lexsort((number, layer))
    if ((np.diff(layer[order]) == 0) & (np.diff(number[order]) == 0)).any():
        raise odd("the list of edges", "each edge once", "one twice")
    start, end = np.divmod(number, np.asarray(sizes)[layer + 1])
    edges = np.column_stack((first[layer] + start, first[layer + 1] + end)).astype(np.int32)
    counts = np.concatenate([c.counts for c in containers] or [np.zeros(0, np.int64)])
    points = np.concatenate([c.points for c in containers] or [np.zeros((0, 3), np.float32)])
    strength = np.concatenate([c.strength for c in containers] or [np.zeros(0, np.float32)])
    return Processed(
        sizes, positions, importance, edges[order], strength[order], _starts(counts[order]),
        _ordered(points, counts, order), slots, sums,
    )  # fmt: skip


def _sizes(listed: list[Any]) -> tuple[int, ...]:
    if not 2 <= len(listed) <= MOST_LAYERS:
        raise odd("the list of layers", f"2 to {MOST_LAYERS} layers", len(listed))
    sizes = tuple(whole(size, "the size of a layer", 1, MOST_UNITS) for size in listed)
    for source, target in pairwise(sizes):
        if source * target > MOST_NUMBERED:
            raise odd("the list of layers", f"at most {MOST_NUMBERED} possible edges", f"{source} x {target}")
    return sizes


def _units(numbers: Floats, sizes: tuple[int, ...]) -> tuple[Floats, Floats, Floats]:
    """Positions (U, 3), importance (U, C), and mean and norm (U, 2) as stored."""
    classes, units = sizes[-1], sum(sizes)
    if numbers.size != units * node_row(classes):
        expected = f"{units} rows of {node_row(classes)} numbers"
        raise odd("the table of units", expected, f"{numbers.size} numbers")
    table = numbers.reshape(units, -1)
    importance = np.ascontiguousarray(fractions(table[:, 4 : 4 + classes], "the importance"))
    positions = _near(np.ascontiguousarray(table[:, :3]), "the place of a unit")
    return positions, importance, np.ascontiguousarray(table[:, 4 + classes : 6 + classes])


def _containers(
    take: Parts, edge_lists: object, sample_lists: object, sizes: tuple[int, ...], slots: int
) -> Iterator[_Container]:
    """The containers of all layers in order. Both lists must have the same form."""
    edges, samples = take.listed(edge_lists, "the list of edges"), take.listed(sample_lists, "the list of points")
    if len(edges) != len(sizes) - 1 or len(samples) != len(sizes) - 1:
        raise odd("the list of edges", f"{len(sizes) - 1} layers", f"{len(edges)}, and {len(samples)} of points")
    for layer, (of_edges, of_samples) in enumerate(zip(edges, samples, strict=True)):
        lists = take.listed(of_edges, "the list of edges"), take.listed(of_samples, "the list of points")
        if len(lists[0]) != len(lists[1]):
            got = f"{len(lists[0])}, and {len(lists[1])} of points"
            raise odd("the list of points", "as many containers as the edges have", got)
        for one, other in zip(*lists, strict=True):
            row = take.row(one, "the table of edges"), take.row(other, "the table of points")
            yield _container(*row, layer, sizes, slots)


def _container(edges: Floats, samples: Floats, layer: int, sizes: tuple[int, ...], slots: int) -> _Container:
    width = edge_row(sizes[-1])
    if edges.size % width or samples.size != edges.size // width * slots * 4:
        expected = f"rows of {width} numbers and as many of {slots} points"
        raise odd("the table of edges", expected, f"{edges.size} and {samples.size} numbers")
    rows, paths = edges.reshape(-1, width), samples.reshape(-1, slots, 4)
    possible = sizes[layer] * sizes[layer + 1]
    if (rows[:, 1] != layer).any():
        raise odd("the table of edges", f"layer {layer}", "another one")
    numbers = _whole(rows[:, 2], "the number of an edge", 0, possible - 1)
    counts = _whole(paths[:, 0, 3], "the number of points of an edge", 2, slots)
    points = _near(paths[np.arange(slots) < counts[:, None]][:, :3], "a point of an edge")
    strength = fractions(rows[:, 3], "the weight of an edge").copy()
    return _Container(layer, numbers, strength, counts, points)


def _whole(values: Floats, what: str, least: int, most: int) -> NDArray[np.int64]:
    if values.size and not ((values == np.rint(values)).all() and values.min() >= least and values.max() <= most):
        raise odd(what, f"whole numbers from {least} to {most}", f"{values.min():g} to {values.max():g}")
    return values.astype(np.int64)


def _near(values: Floats, what: str) -> Floats:
    if values.size and np.abs(finite(values, what)).max() > _FARTHEST:
        raise odd(what, f"within {_FARTHEST:g}", f"{np.abs(values).max():g}")
    return np.ascontiguousarray(values)


def _starts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(counts)))


def _ordered(points: Floats, counts: NDArray[np.int64], order: NDArray[np.intp]) -> Floats:
    """The paths in another order."""
    if np.array_equal(order, np.arange(len(order))):
        return points
    starts, sorted_counts = _starts(counts), counts[order]
    within = np.arange(sorted_counts.sum()) - np.repeat(_starts(sorted_counts)[:-1], sorted_counts)
    return np.ascontiguousarray(points[np.repeat(starts[:-1][order], sorted_counts) + within])
