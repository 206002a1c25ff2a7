"""How far an attacked input has drifted from its clean parent, layer by layer, and where that grows. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from viewer.scales import relative_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.bundle import Bundle
    from viewer.layout import Layout
    from viewer.state import CaptureKey

STANDS_OUT = 1.25


@dataclass(frozen=True, slots=True)
class Drifted:
    """How far one layer's output has moved: `change` is its relative L2 distance from that of the clean input."""

    layer: str
    title: str
    change: float


@dataclass(frozen=True, slots=True)
class Turn:
    """The layer (index) where the drift grows most, by which factor, and a sentence that says so."""

    at: int
    growth: float
    words: str


def spine(layout: Layout) -> tuple[int, ...]:
    """The plates of the main path, from input to classes: one a station, the largest where branches stand over each
    other.
    """
    best: dict[int, int] = {}
    for index, plate in enumerate(layout.plates):
        held = best.get(plate.station)
        if held is None or plate.size[1] > layout.plates[held].size[1]:
            best[plate.station] = index
    return tuple(best[station] for station in sorted(best))


def divergence(bundle: Bundle, layout: Layout, clean: CaptureKey, other: CaptureKey) -> tuple[Drifted, ...]:
    """The relative change of every layer of the main path, in net order.

    Layers of which one of the two outputs was not kept are left out, and so are kernels. Reads each output once; equal
    captures have 0 everywhere.
    """
    plates = (layout.plates[index] for index in spine(layout))
    found = (
        (plate, relative_change(bundle, plate.layer, clean, other, output=plate.output))
        for plate in plates
        if plate.form.kind != "weights"
    )
    return tuple(Drifted(plate.layer, plate.title, change) for plate, change in found if change is not None)


def growths(changes: Sequence[float]) -> tuple[float, ...]:
    """By which factor each change is larger than the one before; the first is 1, from nothing to something is inf.

    >>> growths([0.02, 0.03, 0.0, 0.0, 0.5])
    (1.0, 1.5, 0.0, 1.0, inf)
    """
    return tuple([1.0][: len(changes)]) + tuple(_growth(before, after) for before, after in pairwise(changes))


def _growth(before: float, after: float) -> float:
    if before == after:
        return 1.0
    if before == 0:
        return math.inf
    return after / before if math.isfinite(before) else 0.0


def turn_of(drifted: Sequence[Drifted], answer: str) -> Turn | None:
    """Where the drift turns: the layer at which the relative change grows by the largest factor over the layer before
    it on the main path, change(k) / change(k - 1).

    The layer `answer`, the model's output, is only taken where no layer before it lets the change grow by a quarter or
    more: scores that compete for a sum of 1 move far as soon as the winner does, whatever went before. `None` where the
    change grows nowhere by a quarter.

    What it is not: growth is a matter of size and says nothing of direction, so the layer found need not be the one
    whose weights decide. A layer that takes away what both inputs share (a bias, a normalisation, a rectifier) lets the
    relative change grow without deciding anything. Branches beside the main path are not looked at.
    """
    factors = growths([each.change for each in drifted])
    hidden = [at for at, each in enumerate(drifted) if each.layer != answer]
    best = max(hidden, key=lambda at: factors[at], default=None)
    last = next((at for at, each in enumerate(drifted) if each.layer == answer), None)
    if best is not None and factors[best] >= STANDS_OUT:
        beside = "" if last is None else f"; the answer: {_times(factors[last])}"
        words = (
            f"{drifted[best].title}: the change is {_times(factors[best])} that of the layer before, the steepest rise"
        )
        return Turn(best, factors[best], words + beside)
    if last is not None and factors[last] >= STANDS_OUT:
        before = "" if best is None or last == 0 else f", no layer before by more than {_times(factors[best])}"
        return Turn(
            last, factors[last], f"{drifted[last].title}: only the answer turns, {_times(factors[last])}{before}"
        )
    return None


def _times(factor: float) -> str:
    return "from nothing" if math.isinf(factor) else f"×{factor:.3g}"
