"""One look at a block finds what NumPy finds in many, whatever the number of places, and with numbers that are none."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np
import pytest
from surveyed_bundle import top_of

from exporter.bundle.errors import KerascopeError
from exporter.surveying.kernels import keep_strongest, look_at, merge_images

Array = np.ndarray[Any, Any]
DTYPES = ("f8", "f8", "f4", "f4", "i4", "i4", "i4")


def looked(values: Array) -> list[Array]:
    found = [np.empty((len(values), values.shape[2]), dtype) for dtype in DTYPES]
    values.flags.writeable = False  # as what TensorFlow gives is: another form would be compiled for itself
    look_at(values, *found)
    return found


def block(places: int, seed: int = 0) -> Array:
    """Values of which many are equal and many 0."""
    return np.random.default_rng(seed).integers(-3, 4, (5, places, 3)).astype(np.float32)


@pytest.mark.parametrize("places", [1, 2, 3, 4, 5, 7, 63, 64, 65, 131])
def test_a_look_finds_what_numpy_finds(places: int) -> None:
    values = block(places)
    sums, squares, low, best, at, zeros, counts = looked(values)
    np.testing.assert_allclose(sums, values.sum(axis=1, dtype=np.float64), atol=1e-12)
    np.testing.assert_allclose(squares, values.var(axis=1, dtype=np.float64) * places, atol=1e-10)
    np.testing.assert_array_equal(low, values.min(axis=1))
    np.testing.assert_array_equal(best, values.max(axis=1))
    np.testing.assert_array_equal(at, values.argmax(axis=1))
    np.testing.assert_array_equal(zeros, (values == 0).sum(axis=1))
    assert (counts == places).all()


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_left_out(odd: float) -> None:
    values = block(66)
    values[0, 0, 0] = values[1, 40, 1] = values[1, 65, 1] = values[2, :, 2] = odd
    sums, squares, low, best, at, zeros, counts = looked(values)
    finite = np.where(np.isfinite(values), values.astype(np.float64), np.nan)
    assert counts[2, 2] == 0
    np.testing.assert_array_equal(counts, np.isfinite(values).sum(axis=1))
    np.testing.assert_array_equal(zeros, (values == 0).sum(axis=1))
    some = counts > 0
    np.testing.assert_allclose(sums[some], np.nansum(finite, axis=1)[some], atol=1e-12)
    low_at = np.where(np.isfinite(values), values, np.inf).min(axis=1)
    np.testing.assert_array_equal(low[some], low_at[some])
    best_of = np.where(np.isfinite(values), values, -np.inf)
    np.testing.assert_array_equal(best, best_of.max(axis=1))
    np.testing.assert_array_equal(at[some], best_of.argmax(axis=1)[some])
    spread = np.array([[np.nanvar(finite[i, :, c]) if some[i, c] else 0 for c in range(3)] for i in range(5)])
    np.testing.assert_allclose(squares, spread * counts, atol=1e-10)


def test_far_from_zero_the_spread_is_still_right() -> None:
    values = (1e4 + np.random.default_rng(1).random((2, 999, 2))).astype(np.float32)
    _, squares, *_ = looked(values)
    np.testing.assert_allclose(squares / 999, values.astype(np.float64).var(axis=1), rtol=1e-9)


def test_images_merge_into_what_all_of_them_are() -> None:
    values = block(50)
    values[3, :, 1] = np.nan
    found = looked(values)
    whole, many = np.zeros((4, 5))[:, 1:4], np.zeros((2, 5), np.int64)[:, 1:4]  # a layer's own of all channels
    whole[0], whole[1] = np.inf, -np.inf
    for images in (slice(0, 2), slice(2, 5)):
        sums, squares, low, best, _, zeros, counts = (each[images] for each in found)
        merge_images(sums, squares, low, best, zeros, counts, whole, many)
    flat = values.reshape(-1, 3).astype(np.float64)
    np.testing.assert_allclose(whole[2], np.nanmean(flat, axis=0))
    np.testing.assert_allclose(whole[3] / many[0], np.nanvar(flat, axis=0))
    np.testing.assert_array_equal(many, [np.isfinite(flat).sum(axis=0), (flat == 0).sum(axis=0)])


@pytest.mark.parametrize("top", [1, 3, 9])
def test_of_equal_images_the_first_is_kept(top: int) -> None:
    values = block(4, seed=3)[:, :1].copy()
    values[1, 0, 0] = np.nan
    _, _, _, best, at, _, _ = looked(values)
    kept = np.zeros((3, top), np.float32), np.full((3, top), -1, np.int64), np.zeros((3, top), np.int64)
    keep_strongest(best, at, *kept)
    wanted = top_of(values, top)
    most = min(top, 5)
    np.testing.assert_array_equal(kept[0][:, :most], wanted["top_values"])
    np.testing.assert_array_equal(kept[1][:, :most], wanted["top_images"])


def test_without_numba_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("exporter.bundling.compiled", "exporter.surveying.compiled"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(KerascopeError, match=r"needs numba.*kerascope\[survey\]"):
        importlib.import_module("exporter.surveying.compiled")
