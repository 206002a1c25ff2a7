"""How the values of each channel of a layer are spread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.statistics import HISTOGRAM_BINS, PERCENTILES

Array = NDArray[Any]

_BLOCK_VALUES = 2**21


def channel_statistics(values: Array) -> dict[str, Array]:
    """The statistics of SPEC.md for one layer.

    Parameters
    ----------
    values : (n, ..., C) outputs of n inputs; the last axis is the channel, and a scalar output (n,) has one.

    Returns
    -------
    `min`, `max`, `mean`, `std`, `zero_fraction` (C,) float32; `percentiles` (C, 7) float32, interpolated linearly;
    `histogram` (C, 32) int64 with the common `histogram_edges` (33,) float32; `nan_count` (C,) int64; `abs_p99` ()
    float32, the 99th percentile of the size of all values. Values that are not finite are left out; `nan_count` counts
    them. A channel without a finite value has zeros.
    """
    table = values.reshape(-1, 1) if values.ndim < 2 else values.reshape(-1, values.shape[-1])
    columns = np.array(table.T, np.float32, order="C")
    finite = np.isfinite(columns)
    counts = finite.sum(axis=1, dtype=np.int64)
    columns[~finite] = np.nan
    del finite
    columns.sort(axis=1)  # NaN goes to the end of each row
    low, high = (_at(columns, counts, fraction) for fraction in (0.0, 1.0))
    mean, std = _moments(columns, counts)
    edges = _edges(low[counts > 0], high[counts > 0])
    zeros = np.count_nonzero(columns == 0, axis=1)
    percentiles = np.stack([_at(columns, counts, percent / 100.0) for percent in PERCENTILES], axis=1)
    histogram = np.array([_histogram(row[:count], edges) for row, count in zip(columns, counts, strict=True)])
    nan_count = columns.shape[1] - counts
    return {
        "min": low.astype(np.float32),
        "max": high.astype(np.float32),
        "mean": mean.astype(np.float32),
        "std": std.astype(np.float32),
        "zero_fraction": (zeros / np.maximum(counts, 1)).astype(np.float32),
        "percentiles": percentiles.astype(np.float32),
        "histogram": histogram.reshape(-1, HISTOGRAM_BINS).astype(np.int64),
        "histogram_edges": edges,
        "nan_count": nan_count,
        "abs_p99": _abs_p99(columns, int(counts.sum())),  # the last: it spoils `columns`
    }


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


def _moments(rows: Array, counts: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each row in float64; some rows at a time, NaN left out."""
    mean, variance = np.zeros(len(rows)), np.zeros(len(rows))
    size = max(1, _BLOCK_VALUES // max(1, rows.shape[1]))
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        block, n = rows[part].astype(np.float64), np.maximum(counts[part], 1)
        is_value = True if counts[part].min() == rows.shape[1] else ~np.isnan(block)
        mean[part] = block.sum(axis=1, where=is_value) / n
        block -= mean[part, None]
        np.square(block, out=block)
        variance[part] = block.sum(axis=1, where=is_value) / n
    return mean, np.sqrt(variance)


def _histogram(channel: Array, edges: Array) -> Array:
    """How many of sorted values lie in each bin; a bin has its lower edge, the last one both."""
    places = channel.searchsorted(edges)
    places[-1] = channel.searchsorted(edges[-1], "right")
    return places[1:] - places[:-1]


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
