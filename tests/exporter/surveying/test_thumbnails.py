"""A pixel of a thumbnail is the mean of the area that it covers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from exporter.surveying.thumbnails import thumbnails_of

Array = np.ndarray[Any, Any]


def weights(many: int, few: int) -> Array:
    """How much of each of `many` pixels in a row lies under each of `few`, as shares, (few, many)."""
    edges = np.arange(few + 1) * many / few
    starts = np.arange(many)
    shared = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return np.clip(shared, 0, None) * few / many


@pytest.mark.parametrize(("height", "width", "channels"), [(64, 64, 3), (61, 40, 1), (33, 500, 3)])
def test_each_pixel_is_the_mean_of_its_area(height: int, width: int, channels: int) -> None:
    pictures = np.random.default_rng(height).integers(0, 256, (2, height, width, channels), np.uint8)
    small = thumbnails_of(list(pictures), 32)
    assert max(small.shape[1:3]) == 32
    down, across = weights(height, small.shape[1]), weights(width, small.shape[2])
    wanted = np.einsum("hy,wx,nyxc->nhwc", down, across, pictures.astype(np.float64))
    assert np.abs(small - wanted).max() <= 0.5 + 1e-9


def test_small_pictures_stay_as_they_are() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 28, 20, 1), np.uint8)
    np.testing.assert_array_equal(thumbnails_of(list(pictures), 28), pictures)
