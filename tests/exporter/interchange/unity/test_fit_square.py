"""The places of maps: what the loader's kernel sees there is what the network's kernel saw."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.interchange.unity import matrices
from exporter.interchange.unity.kernels import Frame
from exporter.interchange.unity.matrices import Rows
from exporter.interchange.unity.square import (
    DoesNotFit,
    Window,
    check_fits,
    clamped,
    halved,
    slid,
    strode,
    zeros_around,
)
from exporter.interchange.unity.values import Spot

PADDINGS = ("valid", "same", "causal")


def whole(rows: Rows, kernel: np.ndarray) -> np.ndarray:
    """A kernel laid out, its pieces together."""
    return np.concatenate(list(rows.laid(kernel)))


def as_keras(signal: np.ndarray, taps: np.ndarray, dilation: int, padding: str) -> np.ndarray:
    """A 1-D convolution with stride 1, as the documentation of Keras defines its padding, a tap at a time."""
    extent = (len(taps) - 1) * dilation + 1
    all_of_it = 0 if padding == "valid" else extent - 1
    before = {"valid": 0, "same": all_of_it // 2, "causal": all_of_it}[padding]
    padded = np.concatenate([np.zeros(before), signal, np.zeros(all_of_it - before)])
    count = len(padded) - extent + 1
    return np.array([sum(t * padded[i + j * dilation] for j, t in enumerate(taps)) for i in range(count)])


def as_drawn(square: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The loader's: stride 1, floor(k/2) zeros on both sides."""
    half = len(kernel) // 2
    padded = np.pad(square, half)
    return np.array([padded[i : i + len(kernel)] @ kernel for i in range(len(padded) - len(kernel) + 1)])


@given(
    st.integers(1, 5), st.integers(1, 3), st.integers(9, 14), st.integers(0, 4), st.integers(0, 4),
    st.sampled_from(PADDINGS), st.integers(0, 2),
)  # fmt: skip
def test_a_kernel_in_its_frame_draws_what_keras_computes(
    taps: int, dilation: int, size: int, at: int, room: int, padding: str, wider: int
) -> None:
    rng = np.random.default_rng(taps * 100 + size)
    signal, weights = rng.normal(size=size), rng.normal(size=taps)
    window = Window((taps - 1) * dilation + 1, 1, padding)
    if window.extent > size:
        return
    before, after = zeros_around(window.extent, padding)
    side = window.extent + before + after + 2 * wider
    assert side % 2 == 1
    frame = Frame(side, (before + wider, before + wider), (dilation, dilation))
    kernel = frame.fill(np.outer(weights, np.ones(1))[..., None, None])[:, before + wider, 0, 0]
    square = np.concatenate([np.zeros(at), signal, np.zeros(room)])
    expected, first = as_keras(signal, weights, dilation, padding), slid(at, size, window)
    assert first >= at, "maps never leave the square in front"
    assert first == at or padding == "valid"
    np.testing.assert_allclose(as_drawn(square, kernel)[first : first + len(expected)], expected, atol=1e-12)


def test_the_wrong_side_of_an_even_kernel_would_draw_other_values() -> None:
    """The control of the test above: zeros below and right, the more usual side, are one cell off."""
    signal, weights = np.arange(8.0) ** 2, np.array([1.0, 2.0, 3.0, 4.0])
    wrong = as_drawn(signal, np.concatenate([weights, [0.0]]))
    right = as_drawn(signal, np.concatenate([[0.0], weights]))
    np.testing.assert_allclose(right, as_keras(signal, weights, 1, "same"))
    assert not np.allclose(wrong, right)


@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 5))
def test_same_padding_is_that_of_keras(size: int, extent: int, stride: int) -> None:
    window = Window(extent, stride, "same")
    before = window.padded_before(size)
    count = ceil(size / stride)
    all_of_it = max((count - 1) * stride + extent - size, 0)
    assert before <= all_of_it - before <= before + 1
    assert (count - 1) * stride - before < size, "the last window begins within the maps"


@given(st.integers(2, 40), st.integers(1, 5), st.sampled_from(("valid", "same")), st.integers(0, 3))
def test_pools_of_stride_two_lie_over_what_they_pool(size: int, extent: int, padding: str, at: int) -> None:
    window = Window(min(extent, size), 2, padding)
    first = strode(at, size, window, 1)
    middle_of_first = at - window.padded_before(size) + (window.extent - 1) / 2
    middle_of_drawn = 2 * first + 0.5
    assert abs(middle_of_drawn - middle_of_first) <= 1


@given(st.integers(1, 60), st.sampled_from((None, 2)))
def test_a_pool_of_two_always_fits_the_square_of_its_pool(side: int, pool_size: int | None) -> None:
    assert halved(side, pool_size) >= side // 2
    assert halved(side, None) == halved(side, 2) + 1


@given(st.integers(-5, 30), st.integers(1, 12), st.integers(1, 12))
def test_a_clamped_place_is_inside_or_says_so(at: int, size: int, side: int) -> None:
    found = clamped(at, size, side)
    if size <= side:
        check_fits("x", (found, 0), (size, 1), (side, 1))
        assert found == at or found in (0, side - size)
        return
    with pytest.raises(DoesNotFit) as caught:
        check_fits("x", (found, 0), (size, 1), (side, 1))
    assert caught.value.after == (size - side, 0)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), st.integers(0, 3), st.integers(1, 3))
def test_rows_of_a_dense_layer_meet_their_own_cells(h: int, w: int, c: int, top: int, left: int, units: int) -> None:
    rng = np.random.default_rng(h * 7 + w)
    maps = rng.normal(size=(h, w, c)).astype(np.float32)
    kernel = rng.normal(size=(h * w * c, units)).astype(np.float32)
    side = max(top + h, left + w) + 1
    square = Spot((h, w), (side, side), (top, left)).laid(maps)
    rows = Rows("maps", None, (h, w, c), (side, side), (top, left))
    laid = whole(rows, kernel)
    assert laid.shape == (rows.points(h * w * c), units) == (side * side * c, units)
    np.testing.assert_allclose(square.reshape(-1) @ laid, maps.reshape(-1) @ kernel, rtol=1e-4, atol=1e-5)
    assert np.count_nonzero(laid) == np.count_nonzero(kernel)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4), st.integers(0, 2))
def test_rows_of_pooled_maps_average_them(h: int, w: int, c: int, at: int) -> None:
    rng = np.random.default_rng(h + 9 * w)
    maps = rng.normal(size=(h, w, c)).astype(np.float32)
    kernel = rng.normal(size=(c, 3)).astype(np.float32)
    side = max(h, w) + at
    square = Spot((h, w), (side, side), (at, at)).laid(maps)
    laid = whole(Rows("pooled", None, (h, w, c), (side, side), (at, at)), kernel)
    np.testing.assert_allclose(square.reshape(-1) @ laid, maps.mean((0, 1)) @ kernel, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_pieces_of_a_kernel_are_the_kernel(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows("maps", None, (2, 3, 2), (4, 4), (1, 1))
    kernel = np.arange(36, dtype=np.float32).reshape(12, 3) + 1
    expected = whole(rows, kernel)
    monkeypatch.setattr(matrices, "_PART_VALUES", at_once)
    parts = list(rows.laid(kernel))
    assert len(parts) == (1 if at_once == 1000 else 16 if at_once == 7 else 32)
    np.testing.assert_array_equal(np.concatenate(parts), expected)


def test_rows_that_are_picked_are_the_only_ones() -> None:
    kernel = np.arange(12, dtype=np.float32).reshape(6, 2)
    np.testing.assert_array_equal(whole(Rows("units", (4, 1)), kernel), kernel[[4, 1]])
    laid = whole(Rows("maps", (1, 3), (2, 1, 1), (2, 2)), kernel).reshape(2, 2, 1, 2)
    np.testing.assert_array_equal(laid[:, 0, 0], kernel[[1, 3]])
    assert not laid[:, 1].any()
