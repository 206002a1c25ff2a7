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
from exporter.interchange.nn_vis.rows import edge_rows, reordered, sample_rows

_MOST_SLOTS = 2**16
_FARTHEST = 1e6
"""Units and points lie within a few lengths; what lies farther off would be nowhere."""


@dataclass(frozen=True)
class _Container:
    """Some edges of one layer: their ends, weights, point counts, points after each other, and strange rows."""

    edges: NDArray[np.int32]
    strength: Floats
    counts: NDArray[np.int64]
    points: Floats
    strange: int


@dataclass(frozen=True)
class _Units:
    """The units of all layers: how many of each, and what the table of units says; and strange rows."""

    sizes: tuple[int, ...]
    positions: Floats
    importance: Floats
    sums: Floats
    slots: int
    strange: int


def processed_of(parts: list[Any]) -> Processed:
    """What the parts hold. Raises `NnVisError`."""
    take = Parts()
    sizes = _sizes(take.listed(parts[0], "the list of layers"))
    slots = whole(parts[4], "the room for points", 3, _MOST_SLOTS)
    units = _units(take.row(parts[1], "the table of units"), sizes, slots)
    containers = [_EMPTY, *_containers(take, parts[2], parts[3], units)]
    edges = np.concatenate([each.edges for each in containers])
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    if (np.diff(edges[order], axis=0) == 0).all(axis=1).any():
        raise odd("the list of edges", "each edge once", "one twice")
    counts = np.concatenate([each.counts for each in containers])
    points = np.concatenate([each.points for each in containers])
    strength = np.concatenate([each.strength for each in containers])
    starts, points = reordered(np.concatenate(([0], np.cumsum(counts))), points, order)
    strange = units.strange + sum(each.strange for each in containers)
    return Processed(
        sizes, units.positions, units.importance, edges[order], strength[order], starts, points, slots, units.sums,
        strange,
    )  # fmt: skip


def _sizes(listed: list[Any]) -> tuple[int, ...]:
    if not 2 <= len(listed) <= MOST_LAYERS:
        raise odd("the list of layers", f"2 to {MOST_LAYERS} layers", len(listed))
    sizes = tuple(whole(size, "the size of a layer", 1, MOST_UNITS) for size in listed)
    for source, target in pairwise(sizes):
        if source * target > MOST_NUMBERED:
            raise odd("the list of layers", f"at most {MOST_NUMBERED} possible edges", f"{source} x {target}")
    return sizes


def _units(numbers: Floats, sizes: tuple[int, ...], slots: int) -> _Units:
    classes, units = sizes[-1], sum(sizes)
    if numbers.size != units * node_row(classes):
        expected = f"{units} rows of {node_row(classes)} numbers"
        raise odd("the table of units", expected, f"{numbers.size} numbers")
    table = numbers.reshape(units, -1)
    importance = np.ascontiguousarray(fractions(table[:, 4 : 4 + classes], "the importance"))
    positions = _near(np.ascontiguousarray(table[:, :3]), "the place of a unit")
    sums = np.ascontiguousarray(table[:, 4 + classes : 6 + classes])
    strange = (table[:, 3] != 1) | table[:, 6 + classes :].any(axis=1)
    return _Units(sizes, positions, importance, sums, slots, int(strange.sum()))


def _containers(take: Parts, edge_lists: object, sample_lists: object, units: _Units) -> Iterator[_Container]:
    """The containers of all layers in order. Both lists must have the same form."""
    edges, samples = take.listed(edge_lists, "the list of edges"), take.listed(sample_lists, "the list of points")
    layers = len(units.sizes) - 1
    if len(edges) != layers or len(samples) != layers:
        raise odd("the list of edges", f"{layers} layers", f"{len(edges)}, and {len(samples)} of points")
    for layer, (of_edges, of_samples) in enumerate(zip(edges, samples, strict=True)):
        lists = take.listed(of_edges, "the list of edges"), take.listed(of_samples, "the list of points")
        if len(lists[0]) != len(lists[1]):
            got = f"{len(lists[0])}, and {len(lists[1])} of points"
            raise odd("the list of points", "as many containers as the edges have", got)
        for one, other in zip(*lists, strict=True):
            row = take.row(one, "the table of edges"), take.row(other, "the table of points")
            yield _container(*row, layer, units)


def _container(rows: Floats, samples: Floats, layer: int, units: _Units) -> _Container:
    width, sizes = edge_row(units.sizes[-1]), units.sizes
    if rows.size % width or samples.size != rows.size // width * units.slots * 4:
        expected = f"rows of {width} numbers and as many of {units.slots} points"
        raise odd("the table of edges", expected, f"{rows.size} and {samples.size} numbers")
    rows, samples = rows.reshape(-1, width), samples.reshape(-1, units.slots, 4)
    if (rows[:, 1] != layer).any():
        raise odd("the table of edges", f"layer {layer}", "another one")
    numbers = _whole(rows[:, 2], "the number of an edge", 0, sizes[layer] * sizes[layer + 1] - 1)
    counts = _whole(samples[:, 0, 3], "the number of points of an edge", 2, units.slots)
    first = sum(sizes[:layer])
    start, end = np.divmod(numbers, sizes[layer + 1])
    edges = np.column_stack((first + start, first + sizes[layer] + end)).astype(np.int32)
    points = _near(samples[np.arange(units.slots) < counts[:, None]][:, :3], "a point of an edge")
    strength = fractions(rows[:, 3], "the weight of an edge").copy()
    held = Processed(
        sizes, units.positions, units.importance, edges, strength, np.concatenate(([0], np.cumsum(counts))), points,
        units.slots, units.sums,
    )  # fmt: skip
    whole_part = slice(0, len(edges))
    odd_rows = (edge_rows(held, whole_part) != rows).any(axis=1)
    odd_rows |= (sample_rows(held, whole_part) != samples).any(axis=(1, 2))
    return _Container(edges, strength, counts, points, int(odd_rows.sum()))


def _whole(values: Floats, what: str, least: int, most: int) -> NDArray[np.int64]:
    if values.size and not ((values == np.rint(values)).all() and values.min() >= least and values.max() <= most):
        raise odd(what, f"whole numbers from {least} to {most}", f"{values.min():g} to {values.max():g}")
    return values.astype(np.int64)


def _near(values: Floats, what: str) -> Floats:
    if values.size and np.abs(finite(values, what)).max() > _FARTHEST:
        raise odd(what, f"within {_FARTHEST:g}", f"{np.abs(values).max():g}")
    return np.ascontiguousarray(values)


_EMPTY = _Container(
    np.zeros((0, 2), np.int32), np.zeros(0, np.float32), np.zeros(0, np.int64), np.zeros((0, 3), np.float32), 0
)
