"""One number for what each channel and unit did: for one capture, or on the average of several. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.kept import output_of
from viewer.strands.average import clean_sample
from viewer.strands.contribution import channel_strength

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout import Layout, Plate
    from viewer.state import CaptureKey
    from viewer.threads.units import Units

    Array = NDArray[np.float32]


def activations(bundle: Bundle, layout: Layout, units: Units, key: CaptureKey) -> Array:
    """The activation (units,) of every unit for a capture: of a channel its mean size, with the sign of its mean.

    0 where nothing was kept.
    """
    found = np.zeros(units.first[-1], np.float32)
    for plate, first, last in zip(layout.plates, units.first, units.first[1:], strict=False):
        if last > first:
            values = _of_plate(bundle, plate, key)
            found[first : first + len(values)] = values[: last - first]
    return found


def mean_sizes(bundle: Bundle, layout: Layout, units: Units, checkpoint_id: str) -> Array:
    """The mean of |activation| (units,) over a bounded sample of the bundle's clean inputs at a checkpoint."""
    sample = clean_sample(bundle, checkpoint_id)
    total = np.zeros(units.first[-1], np.float64)
    for key in sample:
        total += np.abs(activations(bundle, layout, units, key))
    return (total / max(len(sample), 1)).astype(np.float32)


def _of_plate(bundle: Bundle, plate: Plate, key: CaptureKey) -> Array:
    values = output_of(bundle, key, plate.layer, plate.output)
    if values is None:
        return np.zeros(0, np.float32)
    if values.ndim <= 1 or plate.form.kind in ("vector", "classes"):
        return values.reshape(-1)
    means = values.reshape(-1, values.shape[-1]).mean(axis=0, dtype=np.float64)
    signed: Array = np.where(means < 0, -1, 1).astype(np.float32) * channel_strength(values)
    return signed
