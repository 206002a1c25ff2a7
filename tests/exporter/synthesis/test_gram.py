"""Gram matrices, relative errors and total variation, against numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


def features(seed: int, shape: tuple[int, ...] = (2, 4, 5, 3)) -> Any:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_gram_matrices_are_those_of_numpy(keras: Any) -> None:
    from exporter.synthesis.gram import gram_of

    maps = features(0)
    expected = np.einsum("nrci,nrcj->nij", maps, maps) / 20
    np.testing.assert_allclose(gram_of(maps), expected, rtol=1e-5, atol=1e-6)


def test_gram_matrices_forget_where_and_only_that(keras: Any) -> None:
    from exporter.synthesis.gram import gram_of

    maps = features(1, (1, 20, 3))
    moved = maps[:, np.random.default_rng(2).permutation(20)]
    apart = maps.copy()
    apart[0, :, 0] = np.roll(apart[0, :, 0], 7)
    np.testing.assert_allclose(gram_of(moved), gram_of(maps), rtol=1e-5, atol=1e-6)
    assert not np.allclose(gram_of(apart), gram_of(maps), rtol=0.1)


def test_a_picture_that_repeats_itself_has_the_same_gram_matrices(keras: Any) -> None:
    from exporter.synthesis.gram import gram_of

    maps = features(3)
    np.testing.assert_allclose(gram_of(np.tile(maps, (1, 2, 3, 1))), gram_of(maps), rtol=1e-5, atol=1e-6)


def test_relative_errors_count_from_nothing_found(keras: Any) -> None:
    from exporter.synthesis.gram import relative_error

    wanted = features(4)
    assert relative_error(wanted, wanted).numpy().tolist() == [0, 0]
    np.testing.assert_allclose(relative_error(0 * wanted, wanted), [1, 1])
    np.testing.assert_allclose(relative_error(1.1 * wanted * 50, 50 * wanted), [0.01, 0.01], rtol=1e-4)
    one = relative_error(wanted, wanted[:1]).numpy()
    assert one[0] == 0
    assert one[1] == pytest.approx(np.sum((wanted[1] - wanted[0]) ** 2) / np.sum(wanted[0] ** 2), rel=1e-5)


def test_total_variation_is_the_mean_squared_difference_to_neighbours(keras: Any) -> None:
    from exporter.synthesis.variation import total_variation

    tf_levels = keras.ops.convert_to_tensor(features(5) * 255)
    pixels = features(5).astype(np.float64)
    expected = [(np.sum(np.diff(each, axis=0) ** 2) + np.sum(np.diff(each, axis=1) ** 2)) / 60 for each in pixels]
    np.testing.assert_allclose(total_variation(tf_levels), expected, rtol=1e-5)


def test_total_variation_of_known_pictures(keras: Any) -> None:
    from exporter.synthesis.variation import total_variation

    checkers = 255.0 * (np.indices((1, 8, 8)).sum(axis=0) % 2)[..., None]
    pictures = keras.ops.convert_to_tensor(np.concatenate([checkers, 0 * checkers + 70]).astype(np.float32))
    np.testing.assert_allclose(total_variation(pictures), [2 * 7 / 8, 0], rtol=1e-6)
    np.testing.assert_allclose(total_variation(pictures[..., 0]), [2 * 7 / 8, 0], rtol=1e-6)
    assert total_variation(keras.ops.reshape(pictures, (2, 64))).numpy().tolist() == [0, 0]
