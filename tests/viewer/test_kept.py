"""Values that come from a bundle are finite, and of very large kernels only a part is read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from paper_bundle import KEY, layer, paper_bundle

from exporter.bundle import BundleError
from exporter.bundle.schema import Capture, Checkpoint
from viewer.kept import LARGEST, MOST_CAPTURES, MOST_WEIGHTS, finite, kernel_of, output_of, sample_captures, thinning
from viewer.state import CaptureKey

DTYPES = st.sampled_from(["float16", "float32", "float64", "int64", "uint8", "bool"])


@given(DTYPES.flatmap(lambda dtype: arrays(dtype, (3, 2))))
def test_every_value_becomes_a_finite_one(values: np.ndarray) -> None:
    plain = finite(values)
    assert plain.dtype == np.float32
    assert np.isfinite(plain).all()
    assert np.abs(plain).max() <= np.float32(LARGEST)
    numbers = np.isfinite(values.astype(np.float64)) & (np.abs(values.astype(np.float64)) <= LARGEST)
    np.testing.assert_array_equal(plain[numbers], values[numbers].astype(np.float32))


def test_what_is_finite_is_not_copied() -> None:
    values = np.ones(3, np.float32)
    assert finite(values) is values


@given(st.lists(st.integers(1, 5000), min_size=2, max_size=2), st.integers(1, 7))
def test_a_thinned_kernel_has_about_a_million_weights(channels: list[int], side: int) -> None:
    shape = (side, side, *channels)
    step = thinning(shape)
    left = side * side * np.prod([-(-size // step) for size in channels])
    assert step == 1 or left < 1.5 * MOST_WEIGHTS
    assert (step == 1) == (np.prod(shape) <= MOST_WEIGHTS)


def test_what_was_not_kept_is_nothing_and_who_is_not_known_an_error() -> None:
    bundle = paper_bundle([layer("a", "input", 3)])
    assert output_of(bundle, CaptureKey(*KEY), "a", output=1) is None
    assert kernel_of(bundle, KEY[1], bundle.layer("a")) is None
    with pytest.raises(BundleError):
        output_of(bundle, CaptureKey("nobody", KEY[1]), "a")


def test_a_call_that_shares_weights_has_the_kernel_of_the_first() -> None:
    layers = [layer("a", "dense", 3), layer("a:1", "dense", 3, shares_weights_with="a")]
    bundle = paper_bundle(layers, kernels={"a": (3, 3)})
    one, two = (kernel_of(bundle, KEY[1], each) for each in layers)
    assert one is not None
    np.testing.assert_array_equal(one, two)


def test_a_few_captures_stand_for_all_those_of_the_last_checkpoint_first() -> None:
    moments = tuple(Checkpoint(id=f"{i:03}", label="", weights={}) for i in range(3))
    captures = tuple(Capture(input=f"{i}", checkpoint=each.id, outputs={}) for i in range(50) for each in moments)
    found = sample_captures(paper_bundle([layer("a", "input", 3)], checkpoints=moments, captures=captures))
    assert len(found) == 2 * MOST_CAPTURES
    assert {capture.checkpoint for capture in found[:MOST_CAPTURES]} == {"002"}
