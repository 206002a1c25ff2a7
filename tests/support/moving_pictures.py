"""Synthetic recordings: pictures whose every frame can be told from the others, made without a stage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

NIGHT, EDGE = np.array([0x15, 0x23, 0x3F]), np.array([0x04, 0x07, 0x0F])


def moving_pictures(n_frames: int, size_px: tuple[int, int] = (64, 48)) -> Iterator[NDArray[np.uint8]]:
    """A bright bar that goes once across a dark vignette in `n_frames`: each (height, width, 3) uint8."""
    width, height = size_px
    y, x = np.mgrid[0:height, 0:width]
    distance = np.hypot((x - width / 2) / width, (y - height / 2) / height)[..., None].clip(0, 1)
    night = NIGHT + (EDGE - NIGHT) * distance
    for number in range(n_frames):
        image = night.copy()
        left = number * width // n_frames
        image[height // 4 : height // 2, left : left + max(width // n_frames, 4)] = (255, 180, 40)
        yield np.round(image).astype(np.uint8)


def noise(n_frames: int, size_px: tuple[int, int] = (64, 48)) -> Iterator[NDArray[np.uint8]]:
    """Pictures that no encoder can make small, the same ones each time."""
    random = np.random.default_rng(7)
    for _ in range(n_frames):
        yield random.integers(0, 256, (size_px[1], size_px[0], 3), dtype=np.uint8)
