"""Along one axis: which places of its input a window, a transposed window or a resized place is made of. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Axis = NDArray[np.int64]


def padding_before(size: int, taps: int, stride: int, dilation: int, padding: str) -> int:
    """How many places of padding lie before the first of `size`, as TensorFlow puts them.

    >>> padding_before(28, 3, 1, 1, "same"), padding_before(28, 3, 2, 1, "same"), padding_before(9, 2, 1, 3, "causal")
    (1, 0, 3)
    """
    reach = (taps - 1) * dilation + 1
    if padding == "causal":
        return reach - 1
    if padding != "same":
        return 0
    return max((-(-size // stride) - 1) * stride + reach - size, 0) // 2


def window_sources(at: Axis, size: int, taps: int, stride: int, dilation: int, padding: str) -> Axis:
    """The places that the windows `at` read; below 0 and from `size` on is padding.

    >>> window_sources(np.array([0, 3]), 8, 3, 2, 1, "valid").tolist()
    [0, 1, 2, 6, 7, 8]
    >>> window_sources(np.array([0]), 8, 3, 1, 2, "same").tolist()
    [-2, 0, 2]
    """
    first = at * stride - padding_before(size, taps, stride, dilation, padding)
    return np.unique(first[:, None] + np.arange(taps) * dilation)


def transposed_sources(at: Axis, size: int, taps: int, stride: int, dilation: int, padding: str) -> Axis:
    """The places of a transposed convolution's input that put something at `at` of its output, of `size` places.

    >>> transposed_sources(np.array([4]), 16, 3, 2, 1, "same").tolist()
    [1, 2]
    """
    reached = at[:, None] + padding_before(size, taps, stride, dilation, padding) - np.arange(taps) * dilation
    return np.unique(reached[reached % stride == 0] // stride)


def adaptive_sources(at: Axis, size: int, count: int) -> Axis:
    """The places that parts `at` of `count` parts of an axis hold; parts overlap where they must.

    >>> adaptive_sources(np.array([1]), 7, 3).tolist()
    [2, 3, 4]
    """
    return np.unique(np.concatenate([np.arange(i * size // count, -(-(i + 1) * size // count)) for i in at.tolist()]))


def resized_sources(at: Axis, size: int, count: int, interpolation: str) -> Axis | None:
    """The places of an axis of `size` that places `at` of one resized to `count` are made of; `None` where that is not
    known. Pixels are measured by their centres.

    >>> resized_sources(np.array([3]), 4, 8, "nearest").tolist()
    [1]
    >>> resized_sources(np.array([3]), 4, 8, "bilinear").tolist()
    [1, 2]
    """
    if interpolation == "nearest":
        return np.unique(np.floor((at + 0.5) * (size / count)).astype(np.int64))
    if interpolation != "bilinear":
        return None
    exact = (at + 0.5) * size / count - 0.5
    low = np.floor(exact + 1e-9).astype(np.int64)
    both = np.concatenate([low, low[exact - low > 1e-6] + 1])
    return np.unique(np.clip(both, 0, size - 1))  # beyond the border there is its last place again
