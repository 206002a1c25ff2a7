"""Pictures that are shifted a little before a net sees them, so that what is made does not hang on single pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import tf

_PART = 14


def default_jitter(shape: tuple[int, ...]) -> int:
    """How many pixels pictures of this shape are shifted by where nobody says: a fourteenth of the shorter side, which
    is 16 for the 224 pixels that the number is usually given for.
    """
    return min(shape[:2]) // _PART if len(shape) > 1 else 0


def shift_px(seed: int, number: int, most: int) -> NDArray[np.int32]:
    """How far step `number` shifts all its pictures, rows and columns (2,) within -most to most, from the seed."""
    return np.random.default_rng((seed, number)).integers(-most, most + 1, 2, np.int32)


def shifted(images: Any, shift: Any) -> Any:
    """Images (n, rows, columns, ...) shifted by (2,) pixels; what leaves at one border comes in at the other."""
    return tf.roll(images, shift, (1, 2))
