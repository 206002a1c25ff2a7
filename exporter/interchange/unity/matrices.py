"""The weights entries of dense layers: rows of a kernel, laid out over the points that are drawn before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.read import Bundle
from exporter.interchange.unity.kernels import Array, Picked, matrix
from exporter.interchange.unity.scales import Factors, Scale, multiplied

_PART_VALUES = 2**20
"""A kernel is laid out so many values at a time: a large one lies on disk and is never whole in memory."""


@dataclass(frozen=True)
class Rows:
    """Which rows of a dense kernel are shown, and where they lie among the points of the layer before it.

    Attributes
    ----------
    origin : what the layer before draws: `units`, `maps` that were flattened, or maps that were `pooled` to one value
        a channel.
    picked : the rows that are shown.
    shape : of the maps that are shown, (h, w, c).
    room, at : rows and columns that are drawn, and where in them the maps begin.
    """

    origin: Literal["units", "maps", "pooled"]
    picked: Picked = None
    shape: tuple[int, int, int] = (1, 1, 1)
    room: tuple[int, int] = (1, 1)
    at: tuple[int, int] = (0, 0)

    def points(self, taken: int) -> int:
        """How many rows there are in the folder, where the layer itself takes so many values."""
        if self.origin == "units":
            return taken if self.picked is None else len(self.picked)
        return self.room[0] * self.room[1] * self.shape[2]

    @property
    def shares(self) -> int:
        """Among how many points a row is shared equally: the cells of a map that was pooled to one value."""
        return self.shape[0] * self.shape[1] if self.origin == "pooled" else 1

    def of_points(self, taken: int) -> NDArray[np.int64]:
        """The row of the kernel that each point has, in the order (h*W + w)*C + c; -1 where no map lies."""
        rows = np.arange(taken) if self.picked is None else np.asarray(self.picked, np.int64)
        if self.origin == "units":
            return rows
        (height, width, channels), (top, left) = self.shape, self.at
        made = np.full((*self.room, channels), -1, np.int64)
        cells = rows if self.origin == "pooled" else rows.reshape(height, width, channels)
        made[top : top + height, left : left + width] = cells
        return made.ravel()

    def laid(
        self, kernel: NDArray[Any], before: Sequence[Factors] = (), after: Sequence[Factors] = ()
    ) -> Iterator[Array]:
        """(rows, units) as (points, units) in pieces, zeros where no map lies.

        `before` and `after` multiply its rows and its units.
        """
        rows, units = self.of_points(len(kernel)), kernel.shape[1]
        by_row, by_unit = multiplied(before, len(kernel)), multiplied(after, units)
        length = max(1, _PART_VALUES // max(1, units))
        for start in range(0, rows.size, length):
            part = rows[start : start + length]
            made = np.zeros((part.size, units), np.float32)
            real = np.flatnonzero(part >= 0)
            values = kernel[part[real]]
            if by_row is not None:
                values = values * by_row[part[real], None]
            if by_unit is not None:
                values = values * by_unit
            made[real] = values if self.shares == 1 else values.astype(np.float64) / self.shares
            yield made


@dataclass(frozen=True)
class DenseKernel:
    """The kernel of a dense layer, or of a convolution over a single cell: (points before it, units), without bias."""

    layer: str
    rows: Rows
    before: tuple[Scale, ...] = ()
    after: tuple[Scale, ...] = ()

    def parts(self, bundle: Bundle, checkpoint: str) -> Iterator[Array]:
        """The kernel at a checkpoint, some rows at a time."""
        before, after = (
            [scale.factors(bundle, checkpoint) for scale in scales] for scales in (self.before, self.after)
        )
        yield from self.rows.laid(matrix(bundle, checkpoint, self.layer), before, after)


@dataclass(frozen=True)
class UnitKernel:
    """A dense kernel for values that the network uses as they are: each unit is one of them."""

    units: int
    rows: Rows
    before: tuple[Scale, ...] = ()

    def parts(self, bundle: Bundle, checkpoint: str) -> Iterator[Array]:
        """The unit matrix, its rows laid out as those of any dense kernel."""
        before = [scale.factors(bundle, checkpoint) for scale in self.before]
        yield from self.rows.laid(np.eye(self.units, dtype=np.float32), before)
