"""Steps along gradients, each yielded: what stands still drops out, what breaks keeps its last good picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from exporter.synthesis.contract import Levels, Step

STILL = "the gradient is 0 everywhere: nothing moves it"
BROKEN = "the loss or its gradient is no finite number: the last good picture is kept"
SMALL = 1e-5


class Moved(NamedTuple):
    """What a compiled step makes of what it is given, tensors.

    `shown` (n, ...): the levels that were given; `losses` (n,) of them; `sizes` (n,) of the gradient there, its root
    mean square: 0 where nothing moves, no finite number where it broke; `terms`, (n,) each; `after`: what the next step
    is given.
    """

    shown: Any
    losses: Any
    sizes: Any
    terms: Mapping[str, Any]
    after: Any


Move = Callable[[Any, NDArray[np.intp], int], Moved]
"""`move(state, rows, number)`: the step after step `number`, of the images at these rows of the task."""


def ascended(start: Levels, state: Any, move: Move, count: int) -> Iterator[Step]:
    """Steps 0 to `count`. One gradient is taken for each, and none ahead: stop asking, and it rests.

    Parameters
    ----------
    start : (n, ...) levels that are kept for images that break at once.
    state : (n, ...) what `move` is given first: the start, or what it is made of.
    move : takes a step.
    count : how many steps there are.
    """
    rows = np.arange(len(start))
    step = Step(0, start, np.full(len(start), np.nan, np.float32), {}, dead=np.zeros(len(start), bool))
    step = replace(step, lost=np.zeros(len(start), bool))
    for number in range(count + 1):
        moved = move(state, rows, number)
        found = _Found.of(moved)
        step = _noted(step, number, rows, found)
        going = found.is_good & (found.sizes > 0)
        if not going.any() and number < count:
            yield replace(step, stopped=BROKEN if step.lost is not None and step.lost.any() else STILL)
            return
        yield step
        state = moved.after if going.all() else moved.after[going]
        rows = rows[going]


@dataclass(frozen=True)
class _Found:
    """What a step told, as arrays, and which rows of it can be used."""

    shown: Levels
    losses: NDArray[np.float32]
    sizes: NDArray[np.float32]
    terms: Mapping[str, NDArray[np.float32]]

    @classmethod
    def of(cls, moved: Moved) -> _Found:
        terms = {name: np.asarray(values) for name, values in moved.terms.items()}
        return cls(np.asarray(moved.shown), np.asarray(moved.losses), np.asarray(moved.sizes), terms)

    @property
    def is_good(self) -> NDArray[np.bool_]:
        good: NDArray[np.bool_] = np.isfinite(self.losses) & np.isfinite(self.sizes)
        return good


def _noted(before: Step, number: int, rows: NDArray[np.intp], found: _Found) -> Step:
    """The step that follows `before`: rows that are good have moved, all others are as they were."""
    good, count = found.is_good, len(before.levels)
    dead, lost = np.array(before.dead), np.array(before.lost)
    dead[rows[good & (found.sizes == 0)]] = True
    lost[rows[~good]] = True

    def put(old: NDArray[np.float32], new: NDArray[np.float32]) -> NDArray[np.float32]:
        if len(rows) == count and good.all():
            return new
        whole = old.copy()
        whole[rows[good]] = new[good]
        return whole

    none = np.full(count, np.nan, np.float32)
    terms = {name: put(before.terms.get(name, none), values) for name, values in found.terms.items()}
    levels, losses = put(before.levels, found.shown), put(before.losses, found.losses)
    return Step(number, levels, losses, terms, dead=dead, lost=lost)
