"""Which units stand on which places of a tensor's last axis, and how that changes from layer to layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import gcd

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
_MOST_PAIRS = 2**24


@dataclass(frozen=True)
class Strand:
    """What one layer of units has on the last axis of a tensor: `units[i]` of `layer` is at `places[i]`.

    A unit may be at many places (a map that was flattened), and many units at one (channels that were added).
    """

    layer: int
    places: Indices
    units: Indices


@dataclass(frozen=True)
class Flow:
    """The last axis of a tensor: its length (`None`: not known), and the strands on it."""

    width: int | None
    strands: tuple[Strand, ...] = ()


def own_flow(layer: int, units: int) -> Flow:
    """The last axis of a layer's own output: each unit at the place of its number."""
    every = np.arange(units, dtype=np.int64)
    return Flow(units, (Strand(layer, every, every),))


def reshaped(flow: Flow, width: int | None, positions: int | None) -> Flow:
    """The flow after its tensor was cut into rows of another length, values in the same order (C order).

    Of rows of `a` values that become rows of `b`, the value at place `p` of row `r` comes to `(r * a + p) mod b`; there
    are as many such places as rows, and no more than `b / gcd(a, b)`.

    Parameters
    ----------
    flow : before.
    width : length of the rows after.
    positions : how many rows there are before; `None`: not known, as many as matter.
    """
    if width is None or flow.width is None or width == flow.width:
        return replace(flow, width=flow.width if width is None else width)
    rows = width // gcd(flow.width, width)
    rows = rows if positions is None else min(rows, positions)
    starts = np.arange(rows, dtype=np.int64)[:, None] * flow.width
    return Flow(width, tuple(_moved(strand, (starts + strand.places) % width) for strand in flow.strands))


def _moved(strand: Strand, places: Indices) -> Strand:
    """The strand with its units at each row of `places`."""
    return Strand(strand.layer, places.reshape(-1), np.tile(strand.units, len(places)))


def blended(flow: Flow, width: int | None) -> Flow:
    """The flow where nothing is known but that every place may hold something of every unit.

    Where these are more than 16 million pairs there is nothing to tell, and nothing that would fit into memory.
    """
    if width is None:
        return Flow(None, flow.strands)
    every = np.arange(width, dtype=np.int64)
    strands = []
    for strand in flow.strands:
        units = np.unique(strand.units)
        if len(units) * width > _MOST_PAIRS:
            continue
        strands.append(Strand(strand.layer, np.repeat(every, len(units)), np.tile(units, width)))
    return Flow(width, tuple(strands))


def cut(flow: Flow, first: int, width: int) -> Flow:
    """The flow of the places from `first` on, `width` of them."""
    return Flow(width, _joined(_shifted(strand, -first, width) for strand in flow.strands))


def united(flows: Sequence[Flow], width: int | None) -> Flow:
    """What stands on a tensor made of others place by place (a sum, a product, ...): all that stood on them.

    One of length 1 is spread over all places; one of another length that does not fit is blended.
    """
    fitting = [flow if flow.width in (width, None) else blended(flow, width) for flow in flows]
    return Flow(width, _joined(strand for flow in fitting for strand in flow.strands))


def concatenated(flows: Sequence[Flow], width: int | None) -> Flow:
    """What stands on tensors laid end to end along the last axis."""
    strands, first = [], 0
    for flow in flows:
        strands += [_shifted(strand, first, width) for strand in flow.strands]
        first += flow.width or 0
    return Flow(width, _joined(strands))


def _shifted(strand: Strand, by: int, width: int | None) -> Strand:
    """The strand moved along the axis, without what is then outside of it."""
    places = strand.places + by
    is_inside = (places >= 0) if width is None else (places >= 0) & (places < width)
    if is_inside.all():
        return replace(strand, places=places)
    return replace(strand, places=places[is_inside], units=strand.units[is_inside])


def _joined(strands: Iterable[Strand]) -> tuple[Strand, ...]:
    """One strand a layer: what two ways bring to the same place of the same unit is there once."""
    found: dict[int, Strand] = {}
    for strand in strands:
        if not strand.units.size:
            continue
        one = found.get(strand.layer)
        found[strand.layer] = strand if one is None else _union(one, strand)
    return tuple(found.values())


def _union(one: Strand, other: Strand) -> Strand:
    count = int(max(one.units.max(), other.units.max())) + 1
    codes = np.concatenate([strand.places * count + strand.units for strand in (one, other)])
    codes = np.unique(codes)
    return Strand(one.layer, codes // count, codes % count)
