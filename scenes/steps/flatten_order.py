"""In which order a layer lays the cells of maps into a vector, and how that is laid out. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from exporter.bundle.errors import KerascopeError
from scenes.steps.fields import Field, full_colour
from scenes.steps.subject import subject_of
from viewer.kept import finite
from viewer.state import Loupe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer
    from scenes.options import SceneOptions
    from scenes.steps.board import Box
    from scenes.steps.subject import Subject

    Array = NDArray[Any]

WIDEST_ROW = 1024
"""A tile draws each cell of a row up to so many."""


@dataclass(frozen=True, eq=False)
class Unrolling:
    """Maps and the vector that they become.

    Attributes
    ----------
    given : (*spatial, channels) what is unrolled.
    position, channel : the cell that was chosen.
    """

    subject: Subject
    given: Array
    position: int
    channel: int

    @property
    def spatial(self) -> tuple[int, ...]:
        """The sizes of the maps."""
        return tuple(self.given.shape[:-1])

    @property
    def positions(self) -> int:
        """How many places a map has."""
        return prod(self.spatial)

    @property
    def channels(self) -> int:
        """How many maps there are."""
        return int(self.given.shape[-1])

    @property
    def count(self) -> int:
        """How long the vector is."""
        return self.positions * self.channels

    @cached_property
    def scale(self) -> float:
        """The |value| of full colour."""
        return full_colour(finite(self.given))

    @cached_property
    def rows(self) -> Array:
        """(positions, channels) the values of each place."""
        made: Array = self.given.reshape(self.positions, self.channels)
        return made

    def place(self, position: int) -> tuple[int, ...]:
        """Where place number `position` lies: row and column."""
        return tuple(int(each) for each in np.unravel_index(position, self.spatial)) if self.spatial else ()

    def index(self, position: int, channel: int) -> int:
        """Where a value lies in the vector: (row x columns + column) x channels + channel."""
        return position * self.channels + channel

    def map(self, channel: int) -> Field:
        """The field of one map."""
        return Field(*self.subject.source, self.given, channel)

    def blocks(self, aspect: float) -> int:
        """How many places stand in a row of the vector's tile, so that it is about `aspect` times as wide as high."""
        most = max(min(self.positions, WIDEST_ROW // self.channels), 1)
        return min(range(1, most + 1), key=lambda k: abs(math.log(self._aspect(k) / aspect)))

    def _aspect(self, blocks: int) -> float:
        return self.channels * blocks / ceil(self.positions / blocks)

    def shape(self, blocks: int) -> tuple[int, int]:
        """Rows and columns of the tile of the vector."""
        return ceil(self.positions / blocks), self.channels * blocks

    def loupe(self, box: Box, blocks: int, filled: int) -> Loupe:
        """The tile of the vector, `filled` places of it there."""
        subject, columns, there = self.subject, self.channels * blocks, filled * self.channels
        name = subject.layer.name
        return Loupe(
            name, (), subject.key, box, self.scale, columns=columns, colours="activation", filled=there, name="output"
        )


def is_unrolling(layer: Layer) -> bool:
    """Whether a layer makes a vector of maps without computing."""
    is_vector = layer.kind == "reshape" and layer.class_name == "Reshape" and len(layer.outputs[0].shape) == 1
    return layer.kind == "flatten" or is_vector


def unrolling_of(bundle: Bundle, options: SceneOptions) -> Unrolling:
    """What the options ask for: `at` is a place of the maps and `channel` one of them; a channel without `at` is a
    place of the vector.

    Raises
    ------
    KerascopeError
        There is no such layer or place, or the vector has another order.
    """
    subject = subject_of(bundle, replace(options, at=None, channel=None), is_unrolling, "flatten")
    case = subject.case
    given = np.asarray(case.inputs[0])
    stored = finite(case.values)
    if stored.size > given.size or not np.array_equal(finite(given).reshape(-1)[: stored.size], stored):
        raise case.node.cannot("its vector has the values in another order")
    made = Unrolling(subject, given, 0, 0)
    position, channel = _chosen(made, options)
    return replace(made, position=position, channel=channel)


def _chosen(of: Unrolling, options: SceneOptions) -> tuple[int, int]:
    name, sizes = of.subject.layer.name, np.abs(finite(of.rows))
    if options.channel is not None and not 0 <= options.channel < of.count:
        raise KerascopeError(f"no such place of {name}", expected=f"--channel 0 to {of.count - 1}", got=options.channel)
    if options.at is None and options.channel is not None:
        position, channel = divmod(options.channel, of.channels)
        return position, channel
    if options.at is None:
        third = of.positions // 3
        position = third + int(sizes[third : max(of.positions - third, third + 1)].mean(axis=1).argmax())
    else:
        inside = all(0 <= at < size for at, size in zip(options.at, of.spatial, strict=False))
        if len(options.at) != len(of.spatial) or not inside:
            expected = " and ".join(f"0 to {size - 1}" for size in of.spatial) or "no --at: it takes a vector"
            got = ",".join(map(str, options.at))
            raise KerascopeError(f"no such cell of what {name} takes", expected=expected, got=got)
        position = int(np.ravel_multi_index(options.at, of.spatial)) if of.spatial else 0
    own = options.channel
    return position, int(sizes[position].argmax()) if own is None else own % of.channels
