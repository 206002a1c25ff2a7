"""Pixels of 8 bits: on the grid, in range and in reach; and what the model is fed when the saved picture is read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.tf

SHAPE = (2, 3)
LEVELS = st.lists(st.integers(0, 255), min_size=6, max_size=6)
SHARES = st.lists(st.floats(-0.25, 1.25, width=32, allow_subnormal=False), min_size=6, max_size=6)


def settled(clean: np.ndarray, pixels: np.ndarray, epsilon: float | None, *, is_rounded: bool = True) -> np.ndarray:
    from exporter.attacks import Batch
    from exporter.attacks.rounding import settled as settle

    return np.asarray(settle(Batch(clean, np.zeros(len(clean), np.int64), is_rounded=is_rounded), pixels, epsilon))


def array(values: list[float]) -> np.ndarray:
    return np.array(values, np.float32).reshape(SHAPE)


@given(levels=LEVELS, shares=SHARES, epsilon=st.floats(0.0, 0.5, allow_subnormal=False))
def test_near_a_picture_of_8_bits(levels: list[int], shares: list[float], epsilon: float) -> None:
    """On the grid, in range, no farther than epsilon, and of all such levels the nearest."""
    clean, pixels = array(levels) / np.float32(255), array(shares)
    result = settled(clean, pixels, epsilon).astype(np.float64) * 255
    np.testing.assert_allclose(result, result.round(), atol=1e-4)
    grid = np.arange(256)
    within = np.abs(grid - np.array(levels)[:, None]) <= epsilon * 255 + 1e-3
    distances = np.where(within, np.abs(grid - pixels.reshape(-1, 1).astype(np.float64) * 255), np.inf)
    np.testing.assert_allclose(
        np.abs(result.ravel() - pixels.ravel().astype(np.float64) * 255), distances.min(axis=1), atol=1e-3
    )


@given(
    clean=st.lists(st.floats(0, 1, width=32, allow_subnormal=False), min_size=6, max_size=6),
    shares=SHARES,
    epsilon=st.floats(0.0, 0.5, allow_subnormal=False),
)
def test_near_values_between_the_levels(clean: list[float], shares: list[float], epsilon: float) -> None:
    """Where no level lies within epsilon, it is the one nearest to the clean value; else one within epsilon."""
    start = array(clean)
    result = settled(start, array(shares), epsilon).astype(np.float64)
    np.testing.assert_allclose(result * 255, (result * 255).round(), atol=1e-4)
    assert (np.abs(result - start) <= np.maximum(epsilon, 0.5 / 255) + 2e-3 / 255).all()


@pytest.mark.parametrize("levels", [0.4, 0.99])
def test_with_less_than_a_level_nothing_moves(levels: float) -> None:
    clean = array([0, 1, 100, 127, 254, 255]) / np.float32(255)
    np.testing.assert_array_equal(settled(clean, np.clip(clean + levels / 255, 0, 1), levels / 255), clean)


def test_where_no_picture_counts_nothing_is_rounded() -> None:
    pixels = array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert settled(pixels, pixels, 0.1, is_rounded=False) is not None
    np.testing.assert_array_equal(settled(pixels, pixels, 0.1, is_rounded=False), pixels)


PREPROCESSINGS: dict[str, dict[str, Any]] = {
    "0 to 1": {"scale": 1 / 255, "low": 0.0, "high": 1.0},
    "caffe": {
        "scale": 1.0, "mean": (103.939, 116.779, 123.68), "colour_order": "bgr", "low": -123.68, "high": 151.061,
    },
    "mean and std": {
        "scale": 1.0, "mean": (123.675, 116.28, 103.53), "std": (58.395, 57.12, 57.375), "low": -2.118, "high": 2.64,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PREPROCESSINGS))
def test_the_model_is_fed_what_the_saved_picture_gives(name: str) -> None:
    """From pixels to what is fed, to a picture, and back to what is fed: the same, but for the rounding of float32."""
    from exporter.attacks import Victim
    from exporter.bundle.schema import Preprocessing
    from exporter.inputs import picture_from_fed
    from exporter.inputs.preprocessing import fed_from_picture, valid_range

    preprocessing = Preprocessing(**PREPROCESSINGS[name])
    rng = np.random.default_rng(40)
    picture = rng.integers(0, 256, (5, 4, 3), np.uint8)
    low, high = valid_range(preprocessing, picture.shape)
    victim = Victim(low, high, lambda pixels: pixels)
    clean = victim.pixels(fed_from_picture(picture, preprocessing))[None]
    attacked = np.clip(clean + rng.uniform(-0.1, 0.1, clean.shape), 0, 1).astype(np.float32)
    for epsilon in (None, 6 / 255):
        fed = victim.fed(settled(clean, attacked, epsilon)[0])
        saved = picture_from_fed(fed, picture, preprocessing)
        if epsilon is not None:
            assert np.abs(saved.astype(int) - picture).max() == 6
        np.testing.assert_allclose(fed_from_picture(saved, preprocessing), fed, rtol=1e-5, atol=3e-5)
    unrounded = victim.fed(attacked[0])
    again = fed_from_picture(picture_from_fed(unrounded, picture, preprocessing), preprocessing)
    assert np.abs(again - unrounded).max() > 1e-3 * np.abs(high - low).max()
