"""How much each channel or unit of a layer gives to each one of the next: the numbers behind the strands. Pure
numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float32]


MOST_POSITIONS = 2**14


def dense_contribution(values: Any, kernel: Any) -> Array:
    """What each input unit adds to each output unit: value times weight.

    Parameters
    ----------
    values : (n,) float
        Output of the layer before.
    kernel : (n, m) float
        Weights of the dense layer.

    Returns
    -------
    (n, m) float32
        Summed over the first axis, plus the bias, this is the layer's pre-activation.
    """
    product: Array = np.asarray(values, np.float32).reshape(-1, 1) * np.asarray(kernel, np.float32)
    return product


def conv_contribution(
    maps: Any, kernel: Any, strides: Sequence[int], dilation: Sequence[int], padding: str
) -> tuple[Array, Array]:
    """Strength and sign of what each input channel adds to each output channel of a convolution over any axes.

    Of very large maps evenly spaced positions are taken, about 16,000.

    Parameters
    ----------
    maps : (..., C) float
        Output of the layer before: one, two or three spatial axes.
    kernel : (..., C, F) float
        Weights of the convolution, as many spatial axes.
    strides, dilation : an int per spatial axis
        Of the convolution.
    padding : str
        `same` (as Keras pads: the extra cell below and to the right), `causal` or `valid`.

    Returns
    -------
    strength : (C, F) float32
        Mean of |response| over the output map of the pair.
    mean : (C, F) float32
        Mean response: its sign says whether the pair adds or subtracts.
    """
    kernel = np.asarray(kernel, np.float32)
    windows = _windows(np.asarray(maps, np.float32), kernel.shape[:-2], strides, dilation, padding)
    channels, filters = kernel.shape[-2:]
    strength, mean = np.empty((2, channels, filters), np.float32)
    for channel in range(channels):
        weights = kernel[..., channel, :].reshape(-1, filters)
        response = windows[channel].reshape(-1, len(weights)) @ weights
        strength[channel] = np.abs(response).mean(axis=0)
        mean[channel] = response.mean(axis=0)
    return strength, mean


def signed_norm(kernel: Any) -> Array:
    """The Euclidean norm (C, F) of each pair's part of a kernel (..., C, F), with the sign of the part's sum.

    Times the size of a patch of the input it is the most that the pair can answer to it (Cauchy and Schwarz).
    """
    parts = np.asarray(kernel, np.float32).reshape(-1, *kernel.shape[-2:])
    norm = np.sqrt(np.einsum("pcf,pcf->cf", parts, parts, dtype=np.float64))
    signed: Array = np.where(parts.sum(axis=0) < 0, -norm, norm).astype(np.float32)
    return signed


def _windows(
    maps: Array, window: Sequence[int], strides: Sequence[int], dilation: Sequence[int], padding: str
) -> NDArray[np.float32]:
    """What the kernel sees, (C, positions..., window...): a view of the padded maps."""
    rank = len(window)
    maps = maps if padding == "valid" else pad_as_keras(maps, window, strides, dilation, is_causal=padding == "causal")
    reach = [(size - 1) * step + 1 for size, step in zip(window, dilation, strict=True)]
    windows = np.lib.stride_tricks.sliding_window_view(maps, reach, axis=tuple(range(rank)))
    every = tuple(slice(None, None, step) for step in strides)
    within = tuple(slice(None, None, step) for step in dilation)
    windows = windows[(*every, slice(None), *within)]
    positions = int(np.prod(windows.shape[:rank], dtype=np.int64))
    apart = max(round((positions / MOST_POSITIONS) ** (1 / rank)), 1)
    return np.moveaxis(windows[(slice(None, None, apart),) * rank], rank, 0)


def pad_as_keras(
    maps: Array, window: Sequence[int], strides: Sequence[int], dilation: Sequence[int], *, is_causal: bool = False
) -> Array:
    """`maps` (..., C) with zeros round it as `padding="same"` puts them; nothing is added where none is needed.

    Causal padding is all before the first position.
    """
    amounts = []
    for size, kernel, stride, step in zip(maps.shape[:-1], window, strides, dilation, strict=True):
        reach = (kernel - 1) * step + 1
        total = max((-(-size // stride) - 1) * stride + reach - size, 0)
        amounts.append((reach - 1, 0) if is_causal else (total // 2, total - total // 2))
    return np.pad(maps, [*amounts, (0, 0)])


def channel_strength(values: Any) -> Array:
    """Mean |value| of each channel (last axis), (C,) float32: how much a copied channel carries."""
    values = np.asarray(values, np.float32)
    if values.ndim <= 1:
        flat: Array = np.abs(values.reshape(-1))
        return flat
    mean: Array = np.abs(values).reshape(-1, values.shape[-1]).mean(axis=0)
    return mean
