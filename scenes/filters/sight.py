"""How images made for channels are shown so that their patterns are seen: what part of them, with what contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.inspect.field import receptive_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle

    Array = NDArray[np.float32]

FIELDS, LEAST_SIDE, MOST_CONTRAST = 2.5, 64, 8.0
"""A pattern is about as large as what a unit sees: so many of them are shown along a side, but never fewer pixels than
can be seen one by one.
"""
REACHED_PERCENTILE = 98.0
GREY = 0.5


def image_of(bundle: Bundle, input_id: str) -> Array:
    """The picture of an input (rows, columns, channels) in 0..1; one black cell where there is none."""
    image = bundle.image(input_id)
    return np.zeros((1, 1, 1), np.float32) if image is None else image.astype(np.float32) / np.float32(255)


def shown_part(bundle: Bundle, layer: str) -> float:
    """What part of images for a layer is shown, along each side: less where a unit in its middle sees little."""
    shape = [side or 1 for side in bundle.layer(layer).outputs[0].shape]
    if len(shape) != 3:
        return 1.0
    picture = bundle.manifest.model.inputs[0]
    try:
        seen = receptive_field(bundle, layer, (shape[0] // 2, shape[1] // 2)).of(picture)
    except KerascopeError:
        return 1.0
    sides = bundle.layer(picture).outputs[0].shape
    if seen is None or len(seen.high) != 2:
        return 1.0
    parts = [
        max(FIELDS * (high - low), LEAST_SIDE) / (side or 1)
        for high, low, side in zip(seen.high, seen.low, sides, strict=False)
    ]
    return float(min(max(parts), 1.0))


def contrast_for(images: Sequence[Array]) -> float:
    """How many times as far from grey images are shown, so that half of them reach from black to white but for their
    strongest pixels: 1 to 8, the same for all, to one digit behind the point.
    """
    away = [float(np.percentile(np.abs(image - GREY), REACHED_PERCENTILE)) for image in images]
    usual = float(np.median(away)) if away else GREY
    return round(min(max(GREY / usual if usual > 0 else 1.0, 1.0), MOST_CONTRAST), 1)
