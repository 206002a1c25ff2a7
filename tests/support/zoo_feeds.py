"""What the models of the zoo are fed: seeded pictures, numbers and words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Feeds = dict[str, NDArray[Any]]
"""Samples for each input of a model by name."""

SAMPLES = 3


def numbers(*shape: int, seed: int = 1) -> NDArray[np.float32]:
    """Samples of values in 0..1."""
    return np.random.default_rng(seed).random((SAMPLES, *shape), np.float32)


def pictures(rows: int, columns: int, channels: int, seed: int = 1) -> NDArray[np.float32]:
    """Samples in 0..1 whose detail falls off as in photographs: amplitude 1 / frequency, much of it in all channels.

    After Field 1987, J. Opt. Soc. Am. A 4, 2379, figure 6.
    """
    random = np.random.default_rng(seed)
    across, down = np.fft.rfftfreq(columns), np.fft.fftfreq(rows)[:, None]
    fall = 1 / np.maximum(np.hypot(across, down), 1 / max(rows, columns))
    waves = np.exp(2j * np.pi * random.random((SAMPLES, channels + 1, *fall.shape))) * fall
    light, tints = np.split(np.fft.irfft2(waves, (rows, columns)), [1], axis=1)
    values = np.moveaxis(light + 0.4 * tints, 1, -1)
    low, high = np.percentile(values, (1, 99), axis=(1, 2, 3), keepdims=True)
    return np.clip((values - low) / (high - low), 0, 1).astype(np.float32)


def words(count: int, vocabulary: int) -> NDArray[np.int32]:
    """Samples of so many word numbers, the later ones with padding (0) at the end."""
    ids = np.random.default_rng(2).integers(1, vocabulary, (SAMPLES, count), dtype=np.int32)
    ids[1, count // 2 :] = 0
    ids[2, count - 2 :] = 0
    return ids
