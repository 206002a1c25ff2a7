"""Between which values each channel of a layer stays, over all inputs or a few captures. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture, Layer

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Extremes:
    """Smallest and largest finite value of each channel (C,), how many were not finite, and over how many inputs.

    `values` is how many values of each channel that were. A channel without a finite value has `low` above `high`.
    """

    low: Array
    high: Array
    not_finite: NDArray[np.int64]
    inputs: int
    values: int


def extremes_of(bundle: Bundle, layer: Layer, checkpoint_id: str, captures: Sequence[Capture]) -> Extremes | None:
    """The extremes of a layer's first output: of the bundle's statistics where it has some of this checkpoint, else of
    `captures`; `None` where neither is there.
    """
    names = ("min", "max", "nan_count", "mean")
    found = bundle.statistics(layer.name, checkpoint_id, names=names)
    if found is None:
        return _of_captures(bundle, layer, captures)
    wanted = "statistics", layer.name, checkpoint_id
    entry = next(e for e in bundle.manifest.derived if (e.kind, e.layer, e.checkpoint) == wanted)
    inputs = max(len(entry.inputs), 1)
    per_input = next((_places(each, layer) for each in captures if layer.name in each.outputs), 1)
    bad = np.asarray(found["nan_count"], np.int64)
    low, high = np.asarray(found["min"], np.float64), np.asarray(found["max"], np.float64)
    is_empty = bad >= inputs * per_input
    return Extremes(np.where(is_empty, np.inf, low), np.where(is_empty, -np.inf, high), bad, inputs, inputs * per_input)


def _places(capture: Capture, layer: Layer) -> int:
    shape = capture.outputs[layer.name].shape
    return int(np.prod(shape[:-1], dtype=np.int64))


def _of_captures(bundle: Bundle, layer: Layer, captures: Sequence[Capture]) -> Extremes | None:
    here = [capture for capture in captures if layer.name in capture.outputs]
    tables = (columns_of(bundle.load(capture.outputs[layer.name])) for capture in here)
    found = [(*_range(table), len(table)) for table in tables]
    if not found:
        return None
    low, high = np.min([each[0] for each in found], axis=0), np.max([each[1] for each in found], axis=0)
    bad = np.sum([each[2] for each in found], axis=0)
    return Extremes(low, high, bad, len(found), sum(each[3] for each in found))


def columns_of(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """An output as a table (places, channels); the units of a vector are its channels."""
    if values.ndim < 2:
        return values.reshape(1, -1)
    return values.reshape(-1, values.shape[-1])


def _range(table: NDArray[np.generic]) -> tuple[Array, Array, NDArray[np.int64]]:
    if table.dtype.kind != "f":
        table = table.astype(np.float64)
    is_finite = np.isfinite(table)
    if is_finite.all() and len(table):
        return table.min(axis=0).astype(float), table.max(axis=0).astype(float), np.zeros(table.shape[1], np.int64)
    low = np.where(is_finite, table, np.inf).min(axis=0, initial=np.inf)
    high = np.where(is_finite, table, -np.inf).max(axis=0, initial=-np.inf)
    return low.astype(float), high.astype(float), (~is_finite).sum(axis=0)
