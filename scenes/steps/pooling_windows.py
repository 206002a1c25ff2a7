"""Which values a pool takes together, where they lie, and what it makes of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from scenes.steps.fields import Field, full_colour
from scenes.steps.subject import subject_of
from viewer.forward.node import numbers
from viewer.forward.units import work
from viewer.forward.windows import axes_of
from viewer.kept import finite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from scenes.steps.subject import Subject
    from viewer.forward.node import Node
    from viewer.forward.windows import Axis

    Array = NDArray[Any]

MOST_NUMBERS = 144
"""A window with more values is shown on its map alone."""
ADAPTIVE = "Adaptive"
TRIED = 400


@dataclass(frozen=True, eq=False)
class Window:
    """What one value of a pool is made of.

    Attributes
    ----------
    values : (rows, columns) what lies in the window; NaN where nothing does, outside the map. Slices of a volume lie
        under each other.
    parts : where that is on the map's tile: first row, first column, rows, columns; one part per slice. They may reach
        over the map's border.
    result : the value that was stored.
    """

    values: Array
    parts: tuple[tuple[int, int, int, int], ...]
    result: float

    @cached_property
    def there(self) -> Array:
        """(n,) float64: the values that are there, in reading order."""
        found: Array = self.values[~np.isnan(self.values)]
        return found

    @property
    def count(self) -> int:
        """How many are there."""
        return int(self.there.size)

    @property
    def total(self) -> float:
        """Their sum."""
        return float(self.there.sum())

    @cached_property
    def best(self) -> tuple[int, int]:
        """Row and column of the largest in `values`, the first of equals."""
        row, column = np.unravel_index(int(np.nanargmax(self.values)), self.values.shape)
        return int(row), int(column)

    @property
    def best_on_map(self) -> tuple[int, int]:
        """Its row and column on the map's tile."""
        row, column = self.best
        part = self.parts[row // self.parts[0][2]]
        return part[0] + row % part[2], part[1] + column


@dataclass(frozen=True, eq=False)
class Pooling:
    """A pool of one channel, or of all channels where each becomes one number.

    Attributes
    ----------
    given : (*spatial, channels) what the pool takes.
    after : the field of its output: a channel's map, or the vector of a global pool.
    """

    subject: Subject
    given: Array
    after: Field
    is_global: bool

    @property
    def node(self) -> Node:
        """The layer."""
        return self.subject.case.node

    @property
    def is_max(self) -> bool:
        """Whether the largest value is taken, else the mean."""
        return self.node.layer.mode == "max"

    def chosen(self, options: SceneOptions) -> int:
        """The number of the cell that was chosen; without a choice one near the middle whose window varies most."""
        if self.is_global:
            return self.subject.channel
        if options.at is not None:
            return self.subject.index(self.subject.at)
        third = self.after.count // 3
        cells = range(third, max(self.after.count - third, third + 1))
        tried = cells[:: max(len(cells) // TRIED, 1)]
        return max(tried, key=lambda cell: float(np.ptp(self.window(cell).there)))

    @property
    def spatial(self) -> tuple[int, ...]:
        """The sizes of the maps that it takes."""
        return tuple(self.given.shape[:-1])

    def before(self, cell: int) -> Field:
        """The field of the map that a cell is made from."""
        channel = cell if self.is_global else self.subject.channel
        return Field(*self.subject.source, self.given, channel, is_line=True)

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The windows along each axis; none of a global or adaptive pool."""
        layer = self.node.layer
        if self.is_global or layer.class_name.startswith(ADAPTIVE):
            return ()
        return axes_of(self.node, self.spatial, layer.pool_size or ())

    @cached_property
    def scale(self) -> float:
        """The |value| of full colour, before and after."""
        shown = self.given if self.is_global else self.given[..., self.subject.channel]
        return full_colour(finite(shown), self.after.cells)

    def places(self, cell: int) -> tuple[Array, ...]:
        """Along each axis, where the values of a cell's window lie; below 0 and behind the last is nothing."""
        if self.is_global:
            return tuple(np.arange(size) for size in self.spatial)
        position = self.after.position(cell)
        if self.axes:
            return tuple(axis.places(at) for axis, at in zip(self.axes, position, strict=True))
        pairs = zip(self.spatial, self.subject.cells, position, strict=True)
        return tuple(np.arange(at * size // count, -(-(at + 1) * size // count)) for size, count, at in pairs)

    def window(self, cell: int) -> Window:
        """What a cell is made of."""
        places = self.places(cell)
        taps = tuple(len(each) for each in places)
        inside = [(each >= 0) & (each < size) for each, size in zip(places, self.spatial, strict=True)]
        values = np.full(taps, np.nan)
        kept = [each[ok] for each, ok in zip(places, inside, strict=True)]
        channel = cell if self.is_global else self.subject.channel
        values[np.ix_(*map(np.flatnonzero, inside))] = finite(self.given[..., channel][np.ix_(*kept)])
        rows = values.reshape(-1, taps[-1]) if len(taps) > 1 else values[None]
        return Window(rows, self._parts(places), self.after.value(cell))

    def cell_of(self, place: int) -> int | None:
        """A cell whose window holds place number `place` of its map; `None` where none does."""
        if not self.axes:
            return None
        at = np.unravel_index(place, self.spatial)
        cells = []
        for axis, here in zip(self.axes, at, strict=True):
            cells.append(min(max((int(here) + axis.before) // axis.stride, 0), axis.count - 1))
        return int(np.ravel_multi_index(cells, self.subject.cells))

    def _parts(self, places: Sequence[Array]) -> tuple[tuple[int, int, int, int], ...]:
        starts, taps = [int(each[0]) for each in places], [len(each) for each in places]
        if len(places) == 1:
            return ((0, starts[0], 1, taps[0]),)
        lines = self.spatial[-2]
        slices = product(*places[:-2])
        numbers_of = (int(np.dot(at, _steps(self.spatial[:-2]))) if at else 0 for at in slices)
        return tuple((number * lines + starts[-2], starts[-1], taps[-2], taps[-1]) for number in numbers_of)


def _steps(sizes: Sequence[int]) -> Array:
    return np.array([prod(sizes[axis + 1 :]) for axis in range(len(sizes))], int)


def is_pool(layer: Layer) -> bool:
    """Whether a layer takes maxima or means of its maps."""
    return layer.kind in ("pool", "global_pool") and layer.mode in ("max", "average")


def pooling_of(bundle: Bundle, options: SceneOptions) -> Pooling:
    """What the options ask for.

    Raises
    ------
    KerascopeError
        There is no such layer, channel or cell, or it cannot be told.
    """
    subject = subject_of(bundle, options, is_pool, "pool")
    case, layer = subject.case, subject.layer
    is_global = layer.kind == "global_pool"
    (given,) = case.inputs
    lead = (0,) * len(subject.cells)
    after = Field(layer.name, 0, case.values[lead], None, lead=lead)
    if not is_global:
        after = Field(layer.name, 0, case.values, subject.channel, is_line=True)
    work(case.node, case.inputs, case.index)  # says so where such a pool is not computed here
    return Pooling(subject, given, after, is_global)


def stride_text(layer: Layer) -> str:
    """How far the window moves from cell to cell: `2`, or `2x1` where that differs between the axes."""
    strides = numbers(layer.strides or (1,))
    return str(strides[0]) if len(set(strides)) == 1 else "\u00d7".join(map(str, strides))
