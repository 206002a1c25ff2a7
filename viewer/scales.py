"""The numbers behind the colours: one scale per layer, locked across inputs, and one printed gain per difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.atlas import tiles_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout import Layout, Plate
    from viewer.state import CaptureKey

ROUND_GAINS = tuple(digit * 10**power for power in range(5) for digit in (1, 2, 5))
PICTURE_GAINS = tuple(2**power for power in range(13))


def layer_scales(bundle: Bundle, layout: Layout) -> tuple[float, ...]:
    """The |value| that each plate shows as full colour: the 99th percentile over all clean inputs.

    Classes have scale 1, so that a probability is its own brightness; closed plates that of their mean map. A layer
    that is zero everywhere, and one without any capture, has scale 1.
    """
    return tuple(_scale(bundle, plate) for plate in layout.plates)


def _scale(bundle: Bundle, plate: Plate) -> float:
    if plate.form.kind == "picture":
        return 1.0
    if plate.form.kind == "weights":
        kernel = np.abs(bundle.weight(bundle.final_checkpoint.id, plate.layer, "kernel"))
        sizes = kernel[np.isfinite(kernel)]
        return (float(np.percentile(sizes, 99)) if sizes.size else 0.0) or 1.0
    statistics = bundle.statistics(plate.layer) if plate.form.kind != "closed" else None
    if statistics is not None and "abs_p99" in statistics:
        scale = float(statistics["abs_p99"])
    else:
        scale = _measured_scale(bundle, plate)
    if plate.form.kind == "classes" and bundle.layer(plate.layer).activation in ("softmax", "sigmoid"):
        return 1.0
    return scale if np.isfinite(scale) and scale > 0 else 1.0


def _measured_scale(bundle: Bundle, plate: Plate) -> float:
    for capture in reversed(bundle.manifest.captures):
        if plate.layer in capture.outputs:
            tiles = tiles_of(plate, bundle.output(capture.input, capture.checkpoint, plate.layer))
            return float(np.percentile(np.abs(tiles), 99))
    return 1.0


def difference_gains(
    bundle: Bundle, layout: Layout, scales: tuple[float, ...], clean: CaptureKey, other: CaptureKey
) -> tuple[float, ...]:
    """By how much each plate's difference is enlarged: the largest round number that keeps 99 % of the cells unclipped.

    That is scale / (99th percentile of |difference|), rounded down to 1, 2 or 5 times a power of ten (pictures: a power
    of two); at least 1. Classes are never enlarged. Equal captures have gain 1.
    """
    return tuple(_gain(bundle, plate, scale, clean, other) for plate, scale in zip(layout.plates, scales, strict=True))


def _gain(bundle: Bundle, plate: Plate, scale: float, clean: CaptureKey, other: CaptureKey) -> float:
    if plate.form.kind in ("classes", "weights"):
        return 1.0
    difference = _output(bundle, other, plate) - _output(bundle, clean, plate)
    if plate.form.kind == "picture":
        scale = 255.0 * abs(bundle.manifest.preprocessing.scale or 1.0)
        difference = difference * np.asarray(bundle.manifest.preprocessing.std or 1.0, np.float32)
    size = float(np.percentile(np.abs(difference), 99))
    steps = PICTURE_GAINS if plate.form.kind == "picture" else ROUND_GAINS
    fitting = [step for step in steps if size > 0 and step <= scale / size]
    return float(fitting[-1]) if fitting else 1.0


def _output(bundle: Bundle, key: CaptureKey, plate: Plate) -> NDArray[np.float32]:
    output = np.asarray(bundle.output(key.input_id, key.checkpoint_id, plate.layer), np.float32)
    return output if plate.form.kind == "picture" else tiles_of(plate, output)


def relative_change(bundle: Bundle, layer: str, clean: CaptureKey, other: CaptureKey) -> float:
    """Relative L2 distance |other - clean| / |clean| of a layer's output; 0 for equal ones, inf from an all-zero
    one.
    """
    before = np.asarray(bundle.output(clean.input_id, clean.checkpoint_id, layer), np.float64)
    after = np.asarray(bundle.output(other.input_id, other.checkpoint_id, layer), np.float64)
    distance, size = float(np.linalg.norm(after - before)), float(np.linalg.norm(before))
    if distance == 0:
        return 0.0
    return distance / size if size > 0 else float("inf")
