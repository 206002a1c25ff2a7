"""Rows of arrays that are read when they are asked for, whether they lie in memory or in a file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from exporter.inputs.samples import Array

_BLOCK_BYTES = 16 * 2**20


class Rows(Protocol):
    """An array of which only some rows are in memory at a time."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the whole array; the first axis are the rows."""
        ...

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """What the values are."""
        ...

    def read(self, start: int, stop: int) -> Array:
        """The rows from `start` to before `stop`."""
        ...


@dataclass(frozen=True, eq=False)
class Held:
    """Rows of an array in memory."""

    array: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """What its values are."""
        return self.array.dtype

    def read(self, start: int, stop: int) -> Array:
        """A view of some rows."""
        return self.array[start:stop]


@dataclass(frozen=True)
class Extent:
    """The least and the greatest finite value of an array, 0 and 1 where there is none, and whether all are finite."""

    low: float
    high: float
    all_finite: bool


def blocks(rows: Rows) -> Iterator[Array]:
    """All the rows, in order, some megabytes at a time."""
    row_bytes = max(1, math.prod(rows.shape[1:]) * rows.dtype.itemsize)
    step = max(1, _BLOCK_BYTES // row_bytes)
    for start in range(0, rows.shape[0], step):
        yield rows.read(start, min(start + step, rows.shape[0]))


def extent_of(rows: Rows) -> Extent:
    """What all the values lie between, looked at a block at a time."""
    low, high, all_finite = math.inf, -math.inf, True
    for block in blocks(rows):
        values = block
        if block.dtype.kind == "f":
            finite = np.isfinite(block)
            if not finite.all():
                all_finite, values = False, block[finite]
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    return Extent(low, high, all_finite) if low <= high else Extent(0.0, 1.0, all_finite)
