"""What a channel or a layer puts out over all clean inputs, from the bundle's statistics. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from exporter.bundle import Bundle

NAMES = ("min", "max", "mean", "std", "zero_fraction", "nan_count")


@dataclass(frozen=True, slots=True)
class Overall:
    """Numbers over all clean inputs: of a channel or unit, or (`channel` None) of the whole layer.

    `zeros` is the share of values that are exactly 0, `not_finite` how many are NaN or infinite.
    """

    channel: int | None
    inputs: int
    low: float
    high: float
    mean: float
    std: float
    zeros: float
    not_finite: int


def overall_of(bundle: Bundle, checkpoint_id: str, layer: str, channel: int | None) -> Overall | None:
    """The numbers at a checkpoint; `None` where the bundle has no statistics of this layer there, or not of the
    channel.
    """
    found = bundle.statistics(layer, checkpoint_id, names=NAMES)
    if found is None:
        return None
    low, high, mean, std, zeros, bad = (np.asarray(found[name], np.float64) for name in NAMES)
    inputs = _inputs_of(bundle, layer, checkpoint_id)
    if channel is not None:
        if not 0 <= channel < len(low):
            return None
        least, most, middle, spread, none = (float(each[channel]) for each in (low, high, mean, std, zeros))
        return Overall(channel, inputs, least, most, middle, spread, none, int(bad[channel]))
    # Every channel has as many values: means of means, and the variance within and between channels.
    middle = float(mean.mean())
    spread = float(np.sqrt(max((std**2 + mean**2).mean() - middle**2, 0.0)))
    return Overall(
        None, inputs, float(low.min()), float(high.max()), middle, spread, float(zeros.mean()), int(bad.sum())
    )


def _inputs_of(bundle: Bundle, layer: str, checkpoint_id: str) -> int:
    wanted = "statistics", layer, checkpoint_id
    entries = (each for each in bundle.manifest.derived if (each.kind, each.layer, each.checkpoint) == wanted)
    return len(next(entries).inputs)
