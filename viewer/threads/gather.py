"""The edges of a net that are drawn as threads, the strongest first, as a frozen table. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.strands.cuts import cuts_of
from viewer.threads.activations import activations, mean_sizes
from viewer.threads.kernels import pairs_of_link, strongest
from viewer.threads.quota import fair_order, quotas
from viewer.threads.units import MOST_UNITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout import Layout, Link
    from viewer.state import CaptureKey, EdgeMode
    from viewer.threads.kernels import Strongest
    from viewer.threads.units import Units

    Array = NDArray[np.float32]

MOST_EDGES = 2**21
"""So many are drawn at most, 16 MiB of them: more than there are pixels to tell them apart."""
FAINTEST = 1e-3
"""What a silent source counts as, to put all edges in an order that is right for most inputs."""


@dataclass(frozen=True, slots=True)
class Outflow:
    """All pairs of one link: `sums` is the sum of |strength| by source unit, before activation where that counts."""

    link: Link
    sums: NDArray[np.float64]
    pairs: int


@dataclass(frozen=True, slots=True)
class Threads:
    """Edges in the order in which they are drawn: any number from the front is fair to all links and the strongest of
    each.

    Attributes
    ----------
    source, target : (n,) int32
        Units, as `viewer.threads.units` numbers them.
    weight : (n,) float32
        Signed strength; to be multiplied by the source's activation where `by_activation`.
    into : (n,) int32
        Plate of the target.
    flows : tuple of Outflow
        The links that these edges are of.
    pairs : int
        How many edges there are to draw from.
    """

    source: NDArray[np.int32]
    target: NDArray[np.int32]
    weight: Array
    into: NDArray[np.int32]
    flows: tuple[Outflow, ...]
    pairs: int
    by_activation: bool


def gather(
    bundle: Bundle,
    layout: Layout,
    units: Units,
    key: CaptureKey,
    mode: EdgeMode,
    count: int = MOST_EDGES,
    *,
    for_capture: bool = False,
) -> Threads:
    """The `count` strongest edges of the net at the checkpoint of `key`.

    Contributions are put in order by what they are on the average of the bundle's inputs, so that the same table serves
    all of them; with `for_capture` by what they are for `key`, and those that carry nothing there are left out.
    """
    by_activation = mode == "contribution"
    links = [(link, pairs_of_link(bundle, layout, link, key.checkpoint_id)) for link in layout.links]
    found = [(link, matrix) for link, matrix in links if matrix is not None and units.first[-1] <= MOST_UNITS]
    factor = None
    if for_capture and by_activation:
        factor = np.abs(activations(bundle, layout, units, key))
    elif mode != "weight":
        factor = mean_sizes(bundle, layout, units, key.checkpoint_id)
    shares = quotas([matrix.size for _, matrix in found], min(count, MOST_EDGES))
    parts = []
    for (link, matrix), most in zip(found, shares, strict=True):
        first = units.first[link.source]
        own = None if factor is None else factor[first : first + len(matrix)]
        if own is not None and by_activation and not for_capture:
            own = own + max(FAINTEST * float(own.max(initial=0.0)), 1e-30)
        cuts = cuts_of(key.mutes, layout.plates[link.source].layer, layout.plates[link.target].layer)
        part = strongest(matrix, own, most, cuts)
        parts.append((link, matrix.size, part, own if mode == "importance" else None))
    return _joined(units, parts, by_activation=by_activation)


def _joined(units: Units, parts: list[tuple[Link, int, Strongest, Array | None]], *, by_activation: bool) -> Threads:
    order = fair_order([len(part.source) for _, _, part, _ in parts], [size for _, size, _, _ in parts])
    empty = np.zeros(0, np.int64)
    source = np.concatenate([empty, *(units.first[link.source] + part.source for link, _, part, _ in parts)])
    target = np.concatenate([empty, *(units.first[link.target] + part.target for link, _, part, _ in parts)])
    weights = (part.weight if own is None else part.weight * own[part.source] for _, _, part, own in parts)
    weight = np.concatenate([np.zeros(0, np.float32), *weights])[order]
    flows = tuple(Outflow(link, part.sums if own is None else part.sums * own, size) for link, size, part, own in parts)
    source, target = source[order].astype(np.int32), target[order].astype(np.int32)
    into = units.plates[target]
    return Threads(source, target, weight, into, flows, sum(flow.pairs for flow in flows), by_activation)
