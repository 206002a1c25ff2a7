"""The activation grid: what a layer's first channels make of an input, each brought to its own mean and spread."""

from __future__ import annotations

from functools import cache

import numpy as np
from cmap import Colormap
from numpy.typing import NDArray

SIDE = 8
"""Channels along a side of the grid."""
GREY = 127
"""Red, green and blue of what is no finite number: a colour that the map has not."""


def activation_grid(
    values: NDArray[np.floating], *, gap_px: int = 1, blank: tuple[int, int, int] = (0, 0, 0)
) -> NDArray[np.uint8]:
    """The first 64 channels of feature maps, 8 rows of 8, in the colours of viridis.

    Each channel is shown as `(a - mean) / std * 128 + 128`, clipped to 0 to 255 and cut to whole numbers: the mean is
    in the middle of the map, one standard deviation at its ends.

    Parameters
    ----------
    values : (H, W, C) floats, channels last.
    gap_px : pixels between the maps.
    blank : red, green, blue of gaps, and of places for which there are no channels.

    Returns
    -------
    (8 H + 7 gap_px, 8 W + 7 gap_px, 3) uint8. A channel that is the same everywhere (std 0) is 128 everywhere, the
    middle of the map. Values that are no finite numbers are grey, and are left out of mean and std.
    """
    height, width, channels = values.shape
    grid = np.empty((SIDE * (height + gap_px) - gap_px, SIDE * (width + gap_px) - gap_px, 3), np.uint8)
    grid[:] = blank
    levels, is_finite = channel_levels(values[..., : SIDE * SIDE].astype(np.float64))
    colours = np.where(is_finite[..., None], viridis()[levels], np.uint8(GREY))
    for channel in range(min(channels, SIDE * SIDE)):
        top, left = channel // SIDE * (height + gap_px), channel % SIDE * (width + gap_px)
        grid[top : top + height, left : left + width] = colours[:, :, channel]
    return grid


def channel_levels(values: NDArray[np.float64]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Each channel of (H, W, C) as levels of 0 to 255 about its mean, uint8, and where there were finite numbers."""
    is_finite = np.isfinite(values)
    kept = np.where(is_finite, values, 0.0)
    counts = np.maximum(is_finite.sum(axis=(0, 1)), 1)
    mean = kept.sum(axis=(0, 1)) / counts
    away = np.where(is_finite, kept - mean, 0.0)
    std = np.sqrt(np.square(away).sum(axis=(0, 1)) / counts)
    is_flat = std <= np.abs(mean) * 1e-12  # rounding of a mean is no spread
    scaled = away / np.where(is_flat, 1.0, std) * np.where(is_flat, 0.0, 128.0) + 128.0
    return np.clip(scaled, 0, 255).astype(np.uint8), is_finite


@cache
def viridis() -> NDArray[np.uint8]:
    """The map (256, 3) uint8, the numbers that matplotlib shows."""
    return (np.asarray(Colormap("viridis").lut(256))[:, :3] * 255).astype(np.uint8)
