"""The numbers behind the colours: one scale per layer, the same for all nets of a frame, and one printed gain per
difference.
"""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.checks import output_name
from viewer.atlas import tiles_of
from viewer.kept import kernel_of, output_of, sample_captures
from viewer.state import CaptureKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Capture
    from viewer.layout import Layout, Plate

ROUND_GAINS = tuple(digit * 10**power for power in range(5) for digit in (1, 2, 3, 4, 5, 6, 8))
PICTURE_GAINS = tuple(2**power for power in range(13))
MOST_VALUES = 2**17
USUAL = 99.0
"""The percentile that statistics know exactly."""


def layer_scales(
    bundle: Bundle, layout: Layout, scope: CaptureKey | None = None, percentile: float = 99.0
) -> tuple[float, ...]:
    """The |value| that each plate shows as full colour: a percentile over all clean inputs, or of one capture.

    Classes have scale 1, so that a probability is its own brightness; closed plates that of their mean map. A layer
    that is zero everywhere has scale 1, one of which nothing was kept 0; one that `scope` lacks has its scale over all
    inputs. Kernels have theirs after training, in any scope. What it costs does not grow with the number of inputs and
    checkpoints: percentiles other than the 99th over all inputs are those of the statistics' histogram.

    Raises
    ------
    BundleError
        The bundle has no capture `scope`.
    """
    captures = sample_captures(bundle)
    own = () if scope is None else (bundle.capture(scope.input_id, scope.checkpoint_id),)
    return tuple(_scale(bundle, plate, captures, own, percentile) for plate in layout.plates)


def _scale(
    bundle: Bundle, plate: Plate, captures: Sequence[Capture], own: Sequence[Capture], percentile: float
) -> float:
    if plate.form.kind == "weights":
        kernel = kernel_of(bundle, bundle.final_checkpoint.id, bundle.layer(plate.layer))
        return 0.0 if kernel is None else usable(percentile_of_size(kernel, percentile))
    key = key_of_kept(plate, captures)
    if key is None:
        return 0.0
    if is_its_own_scale(bundle, plate):
        return 1.0
    own_key = key_of_kept(plate, own)
    if own_key is None and plate.form.kind != "closed" and plate.output == 0:
        scale = _scale_of_statistics(bundle, plate.layer, percentile)
        if scale is not None:
            return scale
    values = output_of(bundle, own_key or key, plate.layer, plate.output)
    if values is None:
        return 0.0
    shown = tiles_of(plate, values) if plate.form.kind == "closed" else values
    return usable(percentile_of_size(shown, percentile))


def is_its_own_scale(bundle: Bundle, plate: Plate) -> bool:
    """Whether full colour is 1 in any scope: pictures and probabilities."""
    is_probability = bundle.layer(plate.layer).activation in ("softmax", "sigmoid")
    return plate.form.kind == "picture" or (plate.form.kind == "classes" and is_probability)


def key_of_kept(plate: Plate, captures: Sequence[Capture]) -> CaptureKey | None:
    """The first of `captures` that has kept what a plate shows."""
    name = output_name(plate.layer, plate.output)
    return next((CaptureKey(each.input, each.checkpoint) for each in captures if name in each.outputs), None)


def _scale_of_statistics(bundle: Bundle, layer: str, percentile: float) -> float | None:
    names = ("abs_p99",) if percentile == USUAL else ("abs_p99", "histogram", "histogram_edges")
    found = bundle.statistics(layer, names=names)
    if not found:
        return None
    scale = float(found["abs_p99"])
    if percentile != USUAL:
        # Bins are coarse: they only tell how much further off than the 99th, which is known exactly, it lies.
        bins = found["histogram"], found["histogram_edges"]
        there, usual = (percentile_of_bins(*bins, each) for each in (percentile, USUAL))
        scale *= there / usual if usual > 0 else 1.0
    return usable(scale)


def percentile_of_size(values: NDArray[np.float32], percentile: float) -> float:
    """A percentile of |value|, 0 of none; of very many values by evenly spaced ones, of every channel as many."""
    plain, last = values.reshape(-1), values.shape[-1] if values.ndim else 1
    step = max(plain.size // MOST_VALUES, 1)
    while gcd(step, last) > 1:
        step += 1
    sample = np.abs(plain[::step])
    return float(np.percentile(sample, percentile)) if sample.size else 0.0


def percentile_of_bins(counts: NDArray[np.int64], edges: NDArray[np.float32], percentile: float) -> float:
    """A percentile of |value| where only `counts` (..., bins) of values between ascending `edges` (bins + 1) are known,
    taken as even within each bin; 0 where nothing was counted.

    >>> percentile_of_bins(np.array([[0, 10, 10]]), np.array([-1.0, 0.0, 1.0, 2.0]), 75.0)
    1.5
    """
    pooled = counts.reshape(-1, counts.shape[-1]).sum(axis=0).astype(np.float64)
    low, high = edges[:-1].astype(np.float64), edges[1:].astype(np.float64)
    sizes = np.unique(np.abs(np.r_[0.0, edges]))[:, None]
    inside = np.clip(np.minimum(high, sizes) - np.maximum(low, -sizes), 0.0, None) / np.maximum(high - low, 1e-30)
    below = (np.minimum(inside, 1.0) * pooled).sum(axis=1)
    return float(np.interp(percentile / 100 * pooled.sum(), below, sizes[:, 0])) if pooled.sum() else 0.0


def usable(scale: float) -> float:
    """`scale`, or 1 where it is none to divide by."""
    return scale if np.isfinite(scale) and scale > 0 else 1.0


def difference_gains(
    bundle: Bundle, layout: Layout, scales: tuple[float, ...], clean: CaptureKey, other: CaptureKey
) -> tuple[float, ...]:
    """By how much each plate's difference is enlarged: the largest round number that keeps 97 % of the cells unclipped.

    That is scale / (97th percentile of |difference|), rounded down to one digit (no 7, no 9) and zeros (pictures: a
    power of two, 99 %); at least 1. Classes are never enlarged. Equal captures have gain 1.
    """
    return tuple(_gain(bundle, plate, scale, clean, other) for plate, scale in zip(layout.plates, scales, strict=True))


def _gain(bundle: Bundle, plate: Plate, scale: float, clean: CaptureKey, other: CaptureKey) -> float:
    before, after = (_shown(bundle, key, plate) for key in (clean, other))
    if plate.form.kind in ("classes", "weights") or before is None or after is None:
        return 1.0
    difference = after - before
    if plate.form.kind != "picture":
        return gain_of(difference, scale)
    scale = 255.0 * abs(bundle.manifest.preprocessing.scale or 1.0)
    difference = difference * np.asarray(bundle.manifest.preprocessing.std or 1.0, np.float32)
    return _fitting(float(np.percentile(np.abs(difference), 99)), scale, PICTURE_GAINS)


def gain_of(difference: NDArray[np.float32], scale: float) -> float:
    """The largest round number, at least 1, by which values of `difference` can be multiplied so that 97 % of them stay
    within `scale`; 1 where nothing differs.

    >>> gain_of(np.full(10, -0.3, np.float32), 4.0)
    10.0
    """
    return _fitting(float(np.percentile(np.abs(difference), 97)), scale, ROUND_GAINS)


def _fitting(size: float, scale: float, steps: tuple[int, ...]) -> float:
    fitting = [step for step in steps if size > 0 and step <= scale / size]
    return float(fitting[-1]) if fitting else 1.0


def _shown(bundle: Bundle, key: CaptureKey, plate: Plate) -> NDArray[np.float32] | None:
    if plate.form.kind in ("classes", "weights"):
        return None
    output = output_of(bundle, key, plate.layer, plate.output)
    return output if output is None or plate.form.kind == "picture" else tiles_of(plate, output)


def relative_change(
    bundle: Bundle, layer: str, clean: CaptureKey, other: CaptureKey, *, output: int = 0
) -> float | None:
    """Relative L2 distance |other - clean| / |clean| of a layer's output; 0 for equal ones, inf from an all-zero one,
    `None` where one of them was not kept.
    """
    before, after = (output_of(bundle, key, layer, output) for key in (clean, other))
    if before is None or after is None:
        return None
    distance = float(np.linalg.norm(np.subtract(after, before, dtype=np.float64)))
    size = float(np.linalg.norm(before.astype(np.float64)))
    if distance == 0:
        return 0.0
    return distance / size if size > 0 else float("inf")
