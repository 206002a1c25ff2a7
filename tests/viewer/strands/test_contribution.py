"""The numbers behind the strands, against plain loops in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_bundle import CHECKPOINT_IDS

from exporter.bundle import read_bundle
from viewer.strands.contribution import (
    MOST_POSITIONS,
    channel_strength,
    conv_contribution,
    dense_contribution,
    pad_as_keras,
)


def padded_by_the_book(maps: np.ndarray, window: list[int], strides: list[int], dilation: list[int]) -> np.ndarray:
    """`same` padding from its definition: ceil(size / stride) outputs, the odd zero below and to the right."""
    for axis in (0, 1):
        reach = (window[axis] - 1) * dilation[axis] + 1
        outputs = -(-maps.shape[axis] // strides[axis])
        missing = max((outputs - 1) * strides[axis] + reach - maps.shape[axis], 0)
        before = [0, 0, 0]
        before[axis] = missing // 2
        shape = list(maps.shape)
        shape[axis] += missing
        wide = np.zeros(shape)
        wide[tuple(slice(b, b + n) for b, n in zip(before, maps.shape, strict=True))] = maps
        maps = wide
    return maps


def responses(
    maps: np.ndarray, kernel: np.ndarray, strides: list[int], dilation: list[int], padding: str
) -> np.ndarray:
    """What each pair of channels makes, (rows, columns, C, F), cell by cell."""
    maps = maps.astype(np.float64)
    if padding == "same":
        maps = padded_by_the_book(maps, list(kernel.shape[:2]), strides, dilation)
    rows, columns = (
        (maps.shape[axis] - (kernel.shape[axis] - 1) * dilation[axis] - 1) // strides[axis] + 1 for axis in (0, 1)
    )
    made = np.zeros((rows, columns, *kernel.shape[2:]))
    for y in range(rows):
        for x in range(columns):
            for i in range(kernel.shape[0]):
                for j in range(kernel.shape[1]):
                    cell = maps[y * strides[0] + i * dilation[0], x * strides[1] + j * dilation[1]]
                    made[y, x] += cell[:, None] * kernel[i, j].astype(np.float64)
    return made


sizes = st.integers(1, 3)


@given(
    st.tuples(st.integers(7, 10), st.integers(7, 10), sizes),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    sizes,
    st.lists(sizes, min_size=2, max_size=2),
    st.lists(st.integers(1, 2), min_size=2, max_size=2),
    st.sampled_from(["same", "valid"]),
    st.integers(0, 2**32 - 1),
)
def test_convolution(
    shape: tuple[int, int, int],
    window: tuple[int, int],
    filters: int,
    strides: list[int],
    dilation: list[int],
    padding: str,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    maps = rng.normal(size=shape).astype(np.float32)
    kernel = rng.normal(size=(*window, shape[2], filters)).astype(np.float32)
    expected = responses(maps, kernel, strides, dilation, padding)
    strength, mean = conv_contribution(maps, kernel, strides, dilation, padding)
    np.testing.assert_allclose(strength, np.abs(expected).mean(axis=(0, 1)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(mean, expected.mean(axis=(0, 1)), rtol=1e-4, atol=1e-5)
    assert (np.abs(mean) <= strength + 1e-6).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_a_convolution_over_three_axes_is_one_over_two_where_the_third_is_1(axis: int, padding: str) -> None:
    rng = np.random.default_rng(axis)
    maps, kernel = rng.normal(size=(9, 8, 3)), rng.normal(size=(3, 2, 3, 4))
    flat = conv_contribution(maps, kernel, (2, 1), (1, 2), padding)
    deep = conv_contribution(
        np.expand_dims(maps, axis),
        np.expand_dims(kernel, axis),
        np.insert((2, 1), axis, 1).tolist(),
        np.insert((1, 2), axis, 1).tolist(),
        padding,
    )
    np.testing.assert_allclose(deep, flat, rtol=1e-5, atol=1e-6)


def test_a_causal_convolution_sees_only_what_was_before() -> None:
    rng = np.random.default_rng(1)
    maps, kernel = rng.normal(size=(20, 3)), rng.normal(size=(4, 3, 5))
    padded = np.pad(maps, [(6, 0), (0, 0)])
    expected = conv_contribution(padded, kernel, (1,), (2,), "valid")
    np.testing.assert_allclose(conv_contribution(maps, kernel, (1,), (2,), "causal"), expected, rtol=1e-5)


def test_very_large_maps_are_measured_at_evenly_spaced_positions() -> None:
    rng = np.random.default_rng(2)
    maps, kernel = rng.normal(size=(600, 500, 2)).astype(np.float32), rng.normal(size=(3, 3, 2, 3))
    strength, mean = conv_contribution(maps, kernel, (1, 1), (1, 1), "same")
    assert MOST_POSITIONS < 600 * 500 / 4
    whole = np.array([np.linalg.norm(kernel[:, :, c, f]) for c in range(2) for f in range(3)]).reshape(2, 3)
    np.testing.assert_allclose(strength, whole * np.sqrt(2 / np.pi), rtol=0.05)
    assert np.abs(mean).max() < 0.1 * strength.min()


@pytest.mark.parametrize(
    ("size", "window", "stride", "step", "before_after"),
    [
        (6, 3, 1, 1, (1, 1)),
        (6, 2, 1, 1, (0, 1)),
        (6, 3, 2, 1, (0, 1)),
        (7, 3, 2, 1, (1, 1)),
        (6, 1, 2, 1, (0, 0)),
        (8, 3, 1, 2, (2, 2)),
        (224, 7, 2, 1, (2, 3)),
    ],
)
def test_padding_as_keras_documents_it(
    size: int, window: int, stride: int, step: int, before_after: tuple[int, int]
) -> None:
    padded = pad_as_keras(np.ones((size, size, 1), np.float32), (window,) * 2, (stride,) * 2, (step,) * 2)
    filled = np.flatnonzero(padded[:, padded.shape[1] // 2, 0])
    assert (filled[0], padded.shape[0] - 1 - filled[-1]) == before_after


@given(st.integers(1, 30), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_dense_contributions_add_up_to_the_product(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, kernel = rng.normal(size=n).astype(np.float32), rng.normal(size=(n, m)).astype(np.float32)
    made = dense_contribution(values, kernel)
    assert made.shape == (n, m)
    np.testing.assert_allclose(made.astype(np.float64).sum(axis=0), values.astype(np.float64) @ kernel, atol=1e-4)


@pytest.mark.parametrize("checkpoint", CHECKPOINT_IDS)
def test_contributions_and_bias_give_the_scores_of_a_bundle(tiny_bundle_path, checkpoint: str) -> None:
    bundle = read_bundle(tiny_bundle_path)
    made = dense_contribution(
        bundle.output("clean-0", checkpoint, "flatten"), bundle.weight(checkpoint, "scores", "kernel")
    )
    logits = made.sum(axis=0) + bundle.weight(checkpoint, "scores", "bias")
    softmax = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    np.testing.assert_allclose(softmax, bundle.output("clean-0", checkpoint, "scores"), atol=1e-5)


@pytest.mark.parametrize("checkpoint", CHECKPOINT_IDS)
def test_mean_contributions_and_bias_give_the_mean_of_a_convolution(tiny_bundle_path, checkpoint: str) -> None:
    bundle = read_bundle(tiny_bundle_path)
    maps, kernel = bundle.output("clean-1", checkpoint, "picture"), bundle.weight(checkpoint, "conv", "kernel")
    _, mean = conv_contribution(maps, kernel, (1, 1), (1, 1), "same")
    made = bundle.output("clean-1", checkpoint, "conv").mean(axis=(0, 1))
    np.testing.assert_allclose(mean.sum(axis=0) + bundle.weight(checkpoint, "conv", "bias"), made, atol=1e-5)


def test_strength_of_copied_channels() -> None:
    values = np.array([[[1.0, -2.0]], [[-3.0, 0.0]]])
    np.testing.assert_allclose(channel_strength(values), [2.0, 1.0])
    np.testing.assert_allclose(channel_strength([-1.0, 2.0]), [1.0, 2.0])
    np.testing.assert_allclose(channel_strength(-4.0), [4.0])
