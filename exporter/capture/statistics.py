"""How the values of each channel of a layer are spread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.bundle.statistics import HISTOGRAM_BINS, PERCENTILES

Array = NDArray[Any]


def channel_statistics(values: Array) -> dict[str, Array]:
    """The statistics of SPEC.md for one layer.

    Parameters
    ----------
    values : (n, ..., C) outputs of n inputs; the last axis is the channel, and a scalar output (n,) has one.

    Returns
    -------
    `min`, `max`, `mean`, `std`, `zero_fraction` (C,) float32; `percentiles` (C, 7) float32; `histogram` (C, 32) int64
    with the common `histogram_edges` (33,) float32; `nan_count` (C,) int64; `abs_p99` () float32, the 99th percentile of
    the size of all values. Values that are not finite are left out; `nan_count` counts them. A channel without a finite
    value has zeros.
    """
    table = values.reshape(-1, 1) if values.ndim < 2 else values.reshape(-1, values.shape[-1])
    table = table.astype(np.float32, copy=False)
    finite = np.isfinite(table)
    whole = bool(finite.all())
    sizes = np.abs(table).ravel() if whole else np.abs(table[finite])
    edges = _edges(table if whole else table[finite])
    columns = [table[:, c] if whole else table[finite[:, c], c] for c in range(table.shape[1])]
    rows = [_channel(np.ascontiguousarray(column), edges) for column in columns]
    return {
        **{name: np.array([row[name] for row in rows], np.float32) for name in _FLOATS},
        "histogram": np.array([row["histogram"] for row in rows], np.int64).reshape(-1, HISTOGRAM_BINS),
        "percentiles": np.array([row["percentiles"] for row in rows], np.float32).reshape(-1, len(PERCENTILES)),
        "histogram_edges": edges,
        "nan_count": (~finite).sum(axis=0, dtype=np.int64),
        "abs_p99": np.asarray(_percentiles(sizes, (99,))[0] if sizes.size else 0.0, np.float32),
    }


_FLOATS = ("min", "max", "mean", "std", "zero_fraction")


def _channel(column: Array, edges: Array) -> dict[str, Any]:
    if column.size == 0:
        zeros = np.zeros(len(PERCENTILES))
        return {**dict.fromkeys(_FLOATS, 0.0), "percentiles": zeros, "histogram": np.zeros(HISTOGRAM_BINS, np.int64)}
    return {
        "min": column.min(),
        "max": column.max(),
        "mean": column.mean(dtype=np.float64),
        "std": column.std(dtype=np.float64),
        "zero_fraction": float(np.mean(column == 0)),
        "percentiles": _percentiles(column, PERCENTILES),
        "histogram": np.histogram(column, edges)[0],
    }


def _percentiles(values: Array, at: tuple[int, ...]) -> Array:
    return np.asarray(np.percentile(values, at))


def _edges(values: Array) -> Array:
    """33 rising edges from the smallest value to the largest; around the value where there is only one."""
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    edges = np.linspace(low, high, HISTOGRAM_BINS + 1).astype(np.float32)
    if not (np.diff(edges) > 0).all():
        reach = max(0.5, abs(low) * 0.01)
        edges = np.linspace(low - reach, high + reach, HISTOGRAM_BINS + 1).astype(np.float32)
    return edges
