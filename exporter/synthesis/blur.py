"""A Gaussian blur of pictures inside a graph."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import tf

_REACH = 3.0
_SMALL_PX = 100


def default_blur(shape: tuple[int, ...]) -> float:
    """The sigma, in pixels, where nobody says: 1, and 0.5 for pictures whose shorter side has fewer than 100: strokes
    of a digit of 28x28 are not wider than what 1 would take away.
    """
    return 1.0 if min(shape[:2]) >= _SMALL_PX else 0.5


def gaussian(sigma_px: float, shortest_px: int) -> NDArray[np.float32]:
    """The weights (2r+1,) of a Gaussian, which add up to 1 and end after three sigmas, or at `shortest_px`."""
    reach = min(int(_REACH * sigma_px + 0.5), shortest_px)
    away = np.arange(-reach, reach + 1, dtype=np.float64)
    weights = np.exp(-0.5 * (away / sigma_px) ** 2) if sigma_px > 0 else (away == 0).astype(np.float64)
    kernel: NDArray[np.float32] = (weights / weights.sum()).astype(np.float32)
    return kernel


def blurred(images: Any, kernel: Any) -> Any:
    """Images (n, rows, columns) or (n, rows, columns, channels), each row and column weighted by `kernel` (2r+1,), no
    longer than they are; beyond the border a picture is mirrored.
    """
    whole = images if len(images.shape) == 4 else images[..., None]
    reach = tf.shape(kernel)[0] // 2
    around = tf.stack([[0, 0], [reach, reach], [reach, reach], [0, 0]])
    padded = tf.pad(whole, around, "SYMMETRIC")
    each = tf.ones((1, 1, whole.shape[-1], 1), kernel.dtype)
    down = tf.nn.depthwise_conv2d(padded, kernel[:, None, None, None] * each, (1, 1, 1, 1), "VALID")
    across = tf.nn.depthwise_conv2d(down, kernel[None, :, None, None] * each, (1, 1, 1, 1), "VALID")
    return tf.reshape(across, tf.shape(images))
