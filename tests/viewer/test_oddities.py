"""What is told of numbers that are none."""

from __future__ import annotations

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle

from viewer.oddities import MOST_VALUES, oddity
from viewer.state import CaptureKey

SHOWN = (CaptureKey(*KEY),)


def told(**arrays: float) -> str:
    """What is told where a value of each of these outputs, or kernels, is that number."""
    layers = [layer("picture", "input", 4, 4, 1), layer("a", "conv", 4, 4, 2), layer("b", "dense", 3)]
    sizes = {"picture": (4, 4, 1), "a": (4, 4, 2), "b": (3,), "a/kernel": (3, 3, 1, 2)}
    made = {name: np.zeros(shape, np.float32) for name, shape in sizes.items()}
    for name, value in arrays.items():
        made[name.replace("__", "/")].reshape(-1)[1] = value
    return oddity(paper_bundle(layers, arrays=made), SHOWN)


def test_finite_numbers_are_nothing_to_tell() -> None:
    assert told() == told(a=3e38) == ""


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_outputs_and_weights_that_are_none_are_named(value: float) -> None:
    assert told(a=value).startswith("NaN or infinite numbers in a: drawn as 0")
    assert told(a__kernel=value).startswith("NaN or infinite numbers in a/kernel at 000:")


def test_of_many_only_the_first_are_named() -> None:
    line = told(picture=np.nan, a=np.nan, b=np.nan, a__kernel=np.inf)
    assert "in picture, a, b and 1 more:" in line


def test_of_a_very_large_tensor_a_part_is_looked_at() -> None:
    large = np.zeros(MOST_VALUES * 3, np.float32)
    large[: MOST_VALUES // 2] = np.nan
    bundle = paper_bundle([layer("picture", "input", 3), layer("a", "dense", large.size)], arrays={"a": large})
    assert "in a:" in oddity(bundle, SHOWN)
