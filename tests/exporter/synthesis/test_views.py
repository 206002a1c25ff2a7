"""Canvases that are stretched, repeated, shifted and blurred: against other libraries, and each way back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


@pytest.mark.parametrize("kind", ["stretched_view", "repeated_view"])
def test_the_way_back_is_the_adjoint(kind: str) -> None:
    from exporter.synthesis import views

    view = getattr(views, kind)((13, 9, 2), (8, 5))
    rng = np.random.default_rng(0)
    canvas, picture = (rng.normal(size=size).astype(np.float32) for size in ((3, 8, 5, 2), (3, 13, 9, 2)))
    there, back = view.shown(canvas).numpy(), view.back(picture).numpy()
    assert (there * picture).sum() == pytest.approx((canvas * back).sum(), rel=1e-4)


def test_a_canvas_is_repeated_and_mirrored_at_each_border() -> None:
    from exporter.synthesis.views import repeated_view

    canvas = np.random.default_rng(0).random((1, 8, 9), np.float32)
    found = repeated_view((20, 16), (8, 9)).shown(canvas).numpy()
    np.testing.assert_array_equal(found, np.pad(canvas, ((0, 0), (0, 12), (0, 7)), "symmetric"))


def test_stretching_keeps_what_is_even_and_a_whole_canvas_as_it_is() -> None:
    from exporter.synthesis.views import stretched_view

    np.testing.assert_allclose(
        stretched_view((20, 16), (8, 9)).shown(np.full((1, 8, 9), 77, np.float32)), 77, rtol=1e-6
    )
    canvas = np.random.default_rng(0).random((1, 20, 16), np.float32)
    np.testing.assert_array_equal(stretched_view((20, 16), (20, 16)).shown(canvas), canvas)


def test_octaves_end_in_the_picture_and_none_is_too_small() -> None:
    from exporter.synthesis.views import sizes_px

    assert sizes_px((227, 200, 3), 3, 2.0) == [(57, 50), (114, 100), (227, 200)]
    assert sizes_px((28, 6, 1), 3, 2.0) == [(8, 6), (14, 6), (28, 6)]


@pytest.mark.parametrize("axes", [(), (3,)])
@pytest.mark.parametrize("sigma_px", [0.5, 1.3])
def test_the_blur_is_scipys(sigma_px: float, axes: Any) -> None:
    from scipy.ndimage import gaussian_filter

    from exporter.synthesis.blur import blurred, gaussian

    images = np.random.default_rng(0).uniform(0, 255, (2, 11, 8, *axes)).astype(np.float32)
    sigma = (0, sigma_px, sigma_px, *(0 for _ in axes))
    expected = gaussian_filter(images.astype(np.float64), sigma, mode="reflect", truncate=3.0)
    np.testing.assert_allclose(blurred(images, gaussian(sigma_px, 8)), expected, atol=1e-3)


def test_small_pictures_are_blurred_less() -> None:
    from exporter.synthesis.blur import default_blur

    assert [default_blur(shape) for shape in ((227, 227, 3), (28, 28), (784,))] == [1.0, 0.5, 1.0]


def test_shifts_are_seeded_and_stay_within_their_limit() -> None:
    from exporter.synthesis.jitter import default_jitter, shift_px

    found = np.array([shift_px(5, number, 3) for number in range(200)])
    assert (found.min(axis=0), found.max(axis=0))[0].tolist() == [-3, -3]
    assert found.max(axis=0).tolist() == [3, 3]
    np.testing.assert_array_equal(found[7], shift_px(5, 7, 3))
    assert (found != [shift_px(6, number, 3) for number in range(200)]).any()
    assert [default_jitter(shape) for shape in ((227, 227, 3), (28, 28), (784,))] == [16, 2, 0]
