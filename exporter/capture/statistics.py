"""How the values of each channel of a layer are spread, computed while the inputs pass by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.statistics import HISTOGRAM_BINS, PERCENTILES

Array = NDArray[Any]

SAMPLED_VALUES = 2**20
"""How many values of a layer are kept for percentiles and histogram."""
_BLOCK_VALUES = 2**16


def channel_statistics(values: Array) -> dict[str, Array]:
    """The statistics of SPEC.md for one layer (see `PassingStatistics`).

    Parameters
    ----------
    values : (n, ..., C) outputs of n inputs; the last axis is the channel, and a scalar output (n,) has one.
    """
    passing = PassingStatistics(len(values))
    passing.add(values)
    return passing.result()


class PassingStatistics:
    """The statistics of one layer's outputs, which are given a batch at a time and not kept.

    Minimum, maximum, mean, standard deviation and the counts of zeros and of values that are not finite are of all
    values. Percentiles and histogram are of as many as may be kept: all, or every n-th place of all inputs in their
    order, where n has no divisor in common with the number of places, so that no row or column is preferred.

    Parameters
    ----------
    inputs : how many inputs there will be.
    most_values : how many values may be kept.
    """

    def __init__(self, inputs: int, *, most_values: int = SAMPLED_VALUES) -> None:
        self._inputs = inputs
        self._most_values = most_values
        self._exact: Moments | None = None
        self._stride = 1
        self._places = 0
        self._kept: list[Array] = []

    def add(self, values: Array) -> None:
        """Take in the outputs (n, ..., C) of the next n inputs; (n,) where each is a single number."""
        table = values.reshape(-1, 1) if values.ndim < 2 else values.reshape(-1, values.shape[-1])
        if self._exact is None:
            self._stride = stride_of(len(table) // max(1, len(values)), self._inputs, table.shape[1], self._most_values)
        rows = max(1, _BLOCK_VALUES // max(1, table.shape[1]))
        for start in range(0, max(1, len(table)), rows):
            block = Moments.of(table[start : start + rows])
            self._exact = block if self._exact is None else self._exact.merged(block)
        self._kept.append(table[-self._places % self._stride :: self._stride].astype(np.float32))
        self._places += len(table)

    @property
    def sampled(self) -> int | None:
        """How many places were kept; `None`: all of them."""
        return None if self._stride == 1 else sum(map(len, self._kept))

    def result(self) -> dict[str, Array]:
        """The arrays by name, at least one batch having been added.

        `min`, `max`, `mean`, `std`, `zero_fraction` (C,) float32; `percentiles` (C, 7) float32, interpolated linearly;
        `histogram` (C, 32) int64 with the common `histogram_edges` (33,) float32; `nan_count` (C,) int64; `abs_p99` ()
        float32, the 99th percentile of the size of all values. Values that are not finite are left out; `nan_count`
        counts them. A channel without a finite value has zeros.
        """
        if self._exact is None:
            raise ValueError("no values were added")
        return statistics_of(self._exact, np.concatenate(self._kept), self._places)


def statistics_of(exact: Moments, kept: Array, places: int) -> dict[str, Array]:
    """The arrays of `PassingStatistics.result`.

    Parameters
    ----------
    exact : of all values of each channel.
    kept : (n, C) float32, those that percentiles and histogram are of.
    places : how many values each channel had in all, finite or not.
    """
    columns = kept.T.copy()
    has_value = exact.counts > 0
    low, high = np.where(has_value, exact.low, 0.0), np.where(has_value, exact.high, 0.0)
    finite = np.isfinite(columns)
    counts = finite.sum(axis=1, dtype=np.int64)
    columns[~finite] = np.nan
    columns.sort(axis=1)  # NaN goes to the end of each row
    edges = _edges(low[has_value], high[has_value])
    percentiles = np.stack([_at(columns, counts, percent / 100.0) for percent in PERCENTILES], axis=1)
    return {
        "min": low.astype(np.float32),
        "max": high.astype(np.float32),
        "mean": exact.mean.astype(np.float32),
        "std": np.sqrt(exact.squares / np.maximum(exact.counts, 1)).astype(np.float32),
        "zero_fraction": (exact.zeros / np.maximum(exact.counts, 1)).astype(np.float32),
        "percentiles": percentiles.astype(np.float32),
        "histogram": _histograms(columns, counts, edges),
        "histogram_edges": edges,
        "nan_count": places - exact.counts,
        "abs_p99": _abs_p99(columns, int(counts.sum())),  # the last: it spoils `columns`
    }


def stride_of(places: int, inputs: int, channels: int, most_values: int) -> int:
    """1 where all values may be kept; else a step through the places of all inputs that keeps at most so many values.

    >>> stride_of(224 * 224, 1, 64, 2**20), stride_of(7 * 7, 10, 512, 2**20)
    (5, 1)
    """
    stride = max(1, -(-places * inputs * channels // most_values))
    while math.gcd(stride, max(1, places)) > 1:
        stride += 1
    return stride


@dataclass(frozen=True)
class Moments:
    """Of each channel, (C,): number of finite values, how many are 0, extremes, mean, sum of squared deviations.

    Two of them are merged as in Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise algorithm for computing
    sample variances", equation 2.1.
    """

    counts: Array
    zeros: Array
    low: Array
    high: Array
    mean: Array
    squares: Array

    @classmethod
    def of(cls, block: Array) -> Moments:
        """Those of (n, C) values."""
        values = block.astype(np.float64)
        with np.errstate(invalid="ignore"):
            total = values.sum(axis=0)
        if not len(block) or not np.isfinite(total).all():
            return cls._of_some(values, np.isfinite(values))
        mean = total / max(1, len(values))
        values -= mean
        return cls(
            counts=np.full(len(total), len(values), np.int64),
            zeros=(block == 0).sum(axis=0),
            low=block.min(axis=0).astype(np.float64),
            high=block.max(axis=0).astype(np.float64),
            mean=mean,
            squares=np.einsum("pc,pc->c", values, values),
        )

    @classmethod
    def _of_some(cls, values: Array, finite: Array) -> Moments:
        """Those of the values that are finite."""
        counts = finite.sum(axis=0)
        mean = np.where(finite, values, 0.0).sum(axis=0) / np.maximum(counts, 1)
        apart = np.where(finite, values, mean) - mean
        return cls(
            counts=counts,
            zeros=(values == 0).sum(axis=0),
            low=np.where(finite, values, np.inf).min(axis=0, initial=np.inf),
            high=np.where(finite, values, -np.inf).max(axis=0, initial=-np.inf),
            mean=mean,
            squares=np.einsum("pc,pc->c", apart, apart),
        )

    def merged(self, other: Moments) -> Moments:
        """Those of both together; the order matters for the last bits."""
        counts = self.counts + other.counts
        share = other.counts / np.maximum(counts, 1)
        apart = other.mean - self.mean
        return Moments(
            counts,
            self.zeros + other.zeros,
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
            self.mean + apart * share,
            self.squares + other.squares + apart * apart * share * self.counts,
        )


def _at(rows: Array, counts: Array, fraction: float) -> Array:
    """The value at a fraction (0 to 1) of the way through each sorted row, interpolated as `numpy.percentile` does.

    Only the first `counts` values of a row count; a row without any gives 0.
    """
    if rows.shape[1] == 0:
        return np.zeros(len(rows))
    last = np.maximum(counts - 1, 0)
    places = fraction * last
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, last)
    row = np.arange(len(rows))
    low, high = rows[row, below].astype(np.float64), rows[row, above].astype(np.float64)
    return np.where(counts > 0, low + (high - low) * (places - below), 0.0)


def _histograms(rows: Array, counts: Array, edges: Array) -> Array:
    """How many of the first `counts` values of each row lie in each bin, (rows, bins); the last bin has both edges."""
    bins = np.clip(edges.searchsorted(rows, "right") - 1, 0, HISTOGRAM_BINS - 1)
    bins += HISTOGRAM_BINS * np.arange(len(rows))[:, None]
    counted = bins[np.arange(rows.shape[1]) < counts[:, None]]
    return np.bincount(counted, minlength=HISTOGRAM_BINS * len(rows)).reshape(-1, HISTOGRAM_BINS)


def _abs_p99(columns: Array, count: int) -> Array:
    if count == 0:
        return np.asarray(0.0, np.float32)
    sizes = np.abs(columns, out=columns).reshape(1, -1)
    below = int(0.99 * (count - 1))
    sizes.partition((below, min(below + 1, count - 1)), axis=1)  # NaN counts as largest
    return np.asarray(_at(sizes, np.array([count]), 0.99)[0], np.float32)


def _edges(low: Array, high: Array) -> Array:
    """33 rising edges from the smallest value to the largest; around the value where there is only one."""
    first, last = (float(low.min()), float(high.max())) if low.size else (0.0, 0.0)
    edges = np.linspace(first, last, HISTOGRAM_BINS + 1).astype(np.float32)
    if not (np.diff(edges) > 0).all():
        reach = max(0.5, abs(first) * 0.01)
        edges = np.linspace(first - reach, last + reach, HISTOGRAM_BINS + 1).astype(np.float32)
    return edges
