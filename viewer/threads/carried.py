"""What a number of threads carries of the whole flow, and how dense they lie: the truth on the picture. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.layout.plate import LinkKind
    from viewer.threads.gather import Threads
    from viewer.threads.units import Units

    Array = NDArray[np.float64]

CLEAR_LINES = 30.0
"""So many lines in full opacity are told apart in a world unit of height."""
BINS = 64
MILDEST, SHARPEST = 2.0, 24.0


@dataclass(frozen=True, slots=True)
class Carried:
    """Of the first `drawn` threads, by the plate that they go into, each (plates,) float64.

    `flow` is the sum of |strength| of the drawn, `total` that of all pairs, `largest` the largest drawn one. `crowd` is
    the sum of (strength / largest) squared, by which the shader makes all of them a haze; `sharpness` the power of
    strength / largest by which it lets as many strong ones stand out of it as can be told apart.
    """

    drawn: int
    flow: Array
    total: Array
    largest: Array
    crowd: Array
    sharpness: Array

    def share(self) -> float | None:
        """The part of the flow into a layer that is drawn, on the average of the layers; `None` where nothing flows."""
        flows = self.total > 0
        return float(np.minimum(self.flow[flows] / self.total[flows], 1.0).mean()) if flows.any() else None


def carried(
    threads: Threads, units: Units, activation: NDArray[np.float32] | None, drawn: int, heights: Array | None = None
) -> Carried:
    """What the first `drawn` of `threads` carry, where `activation` (units,) counts: of that capture. `heights` are
    those of the plates in world units; without them each is 1.
    """
    plates = len(units.first) - 1
    into = threads.into[:drawn]
    size = np.abs(threads.weight[:drawn])
    if threads.by_activation and activation is not None:
        size = size * np.abs(activation[threads.source[:drawn]])
    largest = np.zeros(plates, np.float32)
    np.maximum.at(largest, into, size)
    part = size / np.where(largest > 0, largest, 1)[into]
    total = np.zeros(plates)
    for flow in threads.flows:
        first = units.first[flow.link.source]
        by_source = 1.0 if activation is None else np.abs(activation[first : first + len(flow.sums)])
        total[flow.link.target] += (flow.sums * (by_source if threads.by_activation else 1.0)).sum()
    return Carried(
        len(into),
        np.bincount(into, size, plates).astype(np.float64),
        total,
        largest.astype(np.float64),
        np.bincount(into, part * part, plates).astype(np.float64),
        _sharpness(part, into, np.ones(plates) if heights is None else heights),
    )


def _sharpness(part: NDArray[np.floating], into: NDArray[np.int32], heights: Array) -> Array:
    """The power of `part` (n,) in 0..1 whose sum into each plate is as many lines as its height has room for."""
    bins = np.minimum((part * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(into * BINS + bins, minlength=len(heights) * BINS).reshape(-1, BINS)
    powers = np.linspace(MILDEST, SHARPEST, 89)
    sums = counts @ (((np.arange(BINS) + 0.5) / BINS)[:, None] ** powers)
    fits = sums <= CLEAR_LINES * heights[:, None]
    found: Array = np.where(fits.any(axis=1), powers[np.argmax(fits, axis=1)], SHARPEST)
    return found


def share_of_kind(measured: Carried, threads: Threads, kind: LinkKind) -> float | None:
    """The part of the flow that the drawn threads carry into all layers of a kind; `None` where nothing flows."""
    plates = sorted({flow.link.target for flow in threads.flows if flow.link.kind == kind})
    total = measured.total[plates].sum()
    return float(min(measured.flow[plates].sum() / total, 1.0)) if total > 0 else None
