"""What a layer put out for one input, in a few numbers and a histogram; worked out once and kept for the next hover.
Pure.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from exporter.bundle.checks import output_name
from viewer.kept import output_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.state import CaptureKey

BINS = 48
MOST_KEPT = 256
MOST_BINNED = 2**17
"""Of more values a histogram counts evenly spaced ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """The finite values of an output in numbers.

    Attributes
    ----------
    low, high, mean, std : float
        0 where there is no finite value.
    zeros : float
        Share of the values that are exactly 0, in 0..1.
    of, not_finite : int
        How many values there are, and how many of them are NaN or infinite.
    counts, edges : (n,) int64 and (n + 1,) float64
        Histogram; ascending edges. `sampled` is how many values it counts.
    means : (C,) float64
        Mean of each channel (last axis); of a vector its values.
    """

    low: float
    high: float
    mean: float
    std: float
    zeros: float
    of: int
    not_finite: int
    counts: NDArray[np.int64]
    edges: NDArray[np.float64]
    sampled: int
    means: NDArray[np.float64]


_KEPT: WeakKeyDictionary[Bundle, OrderedDict[tuple[CaptureKey, str, int], Summary]] = WeakKeyDictionary()
_TURN = threading.Lock()


def values_at(bundle: Bundle, key: CaptureKey, layer: str, output: int = 0) -> NDArray[Any] | None:
    """An output as it was stored, what is not finite too; with mutes as it was worked out; `None` where not kept.

    Raises
    ------
    BundleError
        The bundle has no such capture.
    """
    if key.mutes:
        return output_of(bundle, key, layer, output, keeps_nan=True)
    ref = bundle.capture(key.input_id, key.checkpoint_id).outputs.get(output_name(layer, output))
    return None if ref is None else bundle.load(ref)


def summary_of(bundle: Bundle, key: CaptureKey, layer: str, output: int = 0) -> Summary | None:
    """The summary of an output, kept for the last few hundred asked for; `None` where the output was not kept."""
    name = key, layer, output
    with _TURN:
        kept = _KEPT.setdefault(bundle, OrderedDict())
        if name in kept:
            kept.move_to_end(name)
            return kept[name]
    values = values_at(bundle, key, layer, output)
    if values is None:
        return None
    summary = summarised(values)
    with _TURN:
        kept[name] = summary
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
    return summary


def summarised(values: NDArray[Any]) -> Summary:
    """The summary of an array of any shape; without a finite value its numbers are 0 and its histogram is empty."""
    if values.dtype == np.float16:
        values = values.astype(np.float32)  # numpy is slow with halves
    table = values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(1, -1)
    finite = values.reshape(-1)
    is_finite = np.isfinite(finite)
    bad = int(finite.size - np.count_nonzero(is_finite))
    if bad:
        finite = finite[is_finite]
    if not finite.size:
        nothing = np.zeros(0, np.int64), np.array([0.0])
        return Summary(0.0, 0.0, 0.0, 0.0, 0.0, values.size, bad, *nothing, 0, np.zeros(table.shape[1]))
    low, high = float(finite.min()), float(finite.max())
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = float(finite.mean(dtype=np.float64)), float(finite.std(dtype=np.float64))
        means = table.mean(axis=0, dtype=np.float64)
    counts, edges, sampled = _histogram(finite, low, high, table.shape[1])
    zeros = 1.0 - float(np.count_nonzero(finite) / finite.size)
    return Summary(low, high, mean, std, zeros, values.size, bad, counts, edges, sampled, means)


def _histogram(
    finite: NDArray[Any], low: float, high: float, channels: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """Counts, edges and number of values counted; where all are equal there is one bin round them."""
    step = -(-finite.size // MOST_BINNED)
    while gcd(step, channels) > 1:
        step += 1  # of every channel as many
    sample = finite[::step].astype(np.float64)
    if low == high:
        half = abs(low) * 0.5 or 0.5
        return np.array([sample.size]), np.array([low - half, high + half]), sample.size
    counts, edges = np.histogram(sample, BINS, (low, high))
    return counts, edges, sample.size
