"""Rows around their mean, and how far their products may be off: what is quick to compare, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK_VALUES = 2**22
_NARROW = 128
_FEW = 32
"""Roundings beside those of the product itself: of the mean, of squares, of the difference. They are 8."""


@dataclass(frozen=True, eq=False)
class Centred:
    """Rows (N, F) scaled by a power of two so that the greatest value is about 1, and around their mean.

    Attributes
    ----------
    values : (N, F) float32, as they came.
    scale : the power of two.
    mean : (F) float64, of the scaled values.
    middle : (N, F) scaled and around the mean; float64 where they are so narrow that it costs nothing, else float32.
    squares : (N) float64, the squared length of each row around the mean.
    """

    values: NDArray[np.float32]
    scale: float
    mean: NDArray[np.float64]
    middle: NDArray[np.floating[Any]]
    squares: NDArray[np.float64]

    def slack(self, dtype: np.dtype[Any]) -> float:
        """How far `squares - 2 products` of numbers of this type may lie from the true ones.

        With u the unit roundoff, F the width and r the longest row, a product is off by at most F u / (1 - F u) r r,
        whatever the order of the sum (Higham 2002, Accuracy and stability of numerical algorithms, section 3.1); it
        counts twice, and the rest is a few u r r.
        """
        unit = float(np.finfo(dtype).eps) / 2
        width = self.values.shape[1] * unit
        share = 2 * width / (1 - width) + _FEW * unit
        tiny = 8 * self.values.shape[1] * float(np.finfo(np.float32).tiny)
        return float(1.01 * self.squares.max(initial=0.0) * share + tiny)

    def exact_middle(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """(R, F) float64, some rows scaled and around the mean."""
        made: NDArray[np.float64] = self.values[rows].astype(np.float64) * self.scale - self.mean
        return made


def centred(values: NDArray[np.float32]) -> Centred:
    """Rows (N, F) float32, finite, around their mean; a block at a time: wide ones are never all in float64."""
    largest = float(np.abs(values).max(initial=0.0))
    scale = float(2.0 ** -np.ceil(np.log2(largest))) if largest else 1.0
    mean = values.mean(axis=0, dtype=np.float64) * scale
    middle = np.empty(values.shape, np.float64 if values.shape[1] <= _NARROW else np.float32)
    squares = np.empty(len(values))
    step = max(1, _BLOCK_VALUES // max(values.shape[1], 1))
    for start in range(0, len(values), step):
        block = values[start : start + step].astype(np.float64) * scale - mean
        middle[start : start + step] = block
        squares[start : start + step] = (block**2).sum(axis=1)
    return Centred(values, scale, mean, middle, squares)
