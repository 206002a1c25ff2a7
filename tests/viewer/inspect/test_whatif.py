"""A layer that is set otherwise: sizes, weights, refusals are those of Keras, what its cells see is found by force."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from paper_bundle import PaperBundle, layer, paper_bundle

from viewer.inspect.field import receptive_field
from viewer.inspect.reach import Reach, reaches
from viewer.inspect.toys import toy_of
from viewer.inspect.whatif import Toy, arithmetic, padding_words, problem_of

Along = tuple[int, int, int, str]
"""Taps, stride, dilation and padding of a window along one axis."""
alongs = st.tuples(
    st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.sampled_from(["valid", "same", "causal"])
)


def toy_along(size: int, along: Along) -> Toy:
    taps, stride, dilation, padding = along
    return Toy("conv", (size,), (taps,), (stride,), (dilation,), padding)  # type: ignore[arg-type]


def slid(x: np.ndarray, along: Along) -> np.ndarray:
    """A convolution with a kernel of ones, place by place; how much padding there is written down here once more."""
    taps, stride, dilation, padding = along
    reach = dilation * (taps - 1) + 1
    before = after = 0
    if padding == "causal":
        before = reach - 1
    elif padding == "same":
        missing = max((int(np.ceil(len(x) / stride)) - 1) * stride + reach - len(x), 0)
        before, after = missing // 2, missing - missing // 2
    padded = np.concatenate([np.zeros(before), x, np.zeros(after)])
    starts = range(0, len(padded) - reach + 1, stride)
    return np.array([sum(padded[start + tap * dilation] for tap in range(taps)) for start in starts])


def chain(size: int, stack: list[Along]) -> PaperBundle:
    """A bundle of convolutions along one axis, one after the other."""
    layers = [layer("l0", "input", size, 1)]
    for number, (taps, stride, dilation, padding) in enumerate(stack, 1):
        size = toy_along(size, stack[number - 1]).shape[0]
        windows = {"kernel_size": (taps,), "strides": (stride,), "dilation": (dilation,), "padding": padding}
        layers.append(layer(f"l{number}", "conv", size, 1, class_name="Conv1D", variables=("kernel",), **windows))
    return paper_bundle(layers)


def fits(size: int, stack: list[Along]) -> bool:
    for along in stack:
        if problem_of(toy_along(size, along)):
            return False
        size = toy_along(size, along).shape[0]
    return True


@settings(max_examples=60)
@given(st.integers(6, 24), st.lists(alongs, min_size=1, max_size=3))
def test_what_a_cell_sees_is_what_a_change_reaches(size: int, stack: list[Along]) -> None:
    """One place of the input after the other is changed; cells that look over a border are left out."""
    assume(fits(size, stack))
    reach = reaches(chain(size, stack)).by_layer[f"l{len(stack)}"]
    picture = np.random.default_rng(0).uniform(0.5, 1.5, size)

    def answer(x: np.ndarray) -> np.ndarray:
        for along in stack:
            x = slid(x, along)
        return x

    before = answer(picture)
    assert reach.sizes == before.shape
    reached = np.array([answer(picture + 100.0 * (np.arange(size) == at)) != before for at in range(size)])
    for cell in range(len(before)):
        low, high = (edge[0] + cell * reach.jump[0] for edge in (reach.low, reach.high))
        if low >= 0 and high < size:
            changed = np.flatnonzero(reached[:, cell])
            assert (changed[0], changed[-1]) == (low, high)


@settings(max_examples=60)
@given(st.integers(6, 24), st.lists(alongs, min_size=1, max_size=3), st.data())
def test_a_changed_layer_is_the_layer_of_a_changed_network(size: int, stack: list[Along], data: st.DataObject) -> None:
    assume(fits(size, stack))
    at = data.draw(st.integers(0, len(stack) - 1))
    other = [*stack[:at], data.draw(alongs), *stack[at + 1 :]]
    found = reaches(chain(size, stack), f"l{at + 1}", toy_along(1, other[at]))
    if fits(size, other):
        assert found.by_layer == reaches(chain(size, other)).by_layer
        assert not found.problem
    else:
        assert re.match(r"l\d could not follow: [a-z]", found.problem)
        assert len(found.by_layer) <= len(stack)


@given(st.integers(1, 40), alongs)
def test_the_arithmetic_that_is_written_out_is_right(size: int, along: Along) -> None:
    toy = toy_along(size, along)
    assume(not problem_of(toy))
    (axis,) = toy.axes
    line = arithmetic(axis)
    told, result = line.rsplit(" = ", 1)
    sum_ = told.replace("⌊", "(").replace("⌋", ")").replace("/", "//").replace("·", "*").replace("−", "-")
    assert eval(sum_) == int(result) == axis.count == len(slid(np.ones(size), along))
    assert str(axis.before + axis.after) in padding_words(axis, toy.padding) or axis.before + axis.after == 0


CASES: dict[str, Toy] = {
    "Conv2D": Toy("conv", (9, 10), (3, 2), (1, 1), (1, 1), "valid", 4, 6),
    "Conv2D same strided": Toy("conv", (9, 10), (3, 3), (2, 3), (1, 1), "same", 4, 6, 2),
    "Conv2D dilated": Toy("conv", (9, 10), (3, 3), (1, 1), (2, 3), "valid", 2, 3),
    "Conv1D causal": Toy("conv", (9,), (3,), (1,), (4,), "causal", 2, 3),
    "Conv3D": Toy("conv", (5, 6, 7), (2, 2, 3), (2, 1, 2), (1, 1, 1), "same", 2, 3),
    "DepthwiseConv2D": Toy("depthwise", (9, 10), (3, 3), (2, 2), (2, 2), "same", 3, 6, multiplier=2),
    "SeparableConv2D": Toy("separable", (9, 10), (3, 3), (2, 2), (1, 1), "same", 3, 5, multiplier=2),
    "MaxPooling2D": Toy("pool", (9, 10), (3, 2), (2, 2), (1, 1), "same", 3, 3),
    "AveragePooling1D": Toy("pool", (9,), (4,), (3,), (1,), "valid", 3, 3),
    "both": Toy("conv", (9, 10), (3, 3), (2, 2), (2, 2), "same", 2, 3),
    "too large": Toy("conv", (4, 10), (3, 3), (1, 1), (2, 2), "valid", 2, 3),
    "causal in 2-D": Toy("conv", (9, 10), (3, 3), (1, 1), (1, 1), "causal", 2, 3),
    "causal depthwise": Toy("depthwise", (9,), (3,), (1,), (1,), "causal", 2, 2),
    "no kernel": Toy("conv", (9, 10), (0, 3), (1, 1), (1, 1), "valid", 2, 3),
    "no stride": Toy("conv", (9, 10), (3, 3), (0, 1), (1, 1), "valid", 2, 3),
    "pool too large": Toy("pool", (9, 2), (3, 3), (3, 3), (1, 1), "valid", 2, 2),
}
REFUSED = ("both", "too large", "causal in 2-D", "causal depthwise", "no kernel", "no stride", "pool too large")


def keras_layer(keras: Any, toy: Toy) -> Any:
    """The layer that a toy stands for."""
    windows = {"strides": toy.strides, "padding": toy.padding}
    if toy.work == "pool":
        return getattr(keras.layers, f"MaxPooling{toy.rank}D")(toy.taps, **windows)
    windows["dilation_rate"] = toy.dilation
    if toy.work == "depthwise":
        kind = getattr(keras.layers, f"DepthwiseConv{toy.rank}D")
        return kind(toy.taps, depth_multiplier=toy.multiplier, **windows)
    if toy.work == "separable":
        kind = getattr(keras.layers, f"SeparableConv{toy.rank}D")
        return kind(toy.filters, toy.taps, depth_multiplier=toy.multiplier, **windows)
    return getattr(keras.layers, f"Conv{toy.rank}D")(toy.filters, toy.taps, groups=toy.groups, **windows)


@pytest.mark.tf
@pytest.mark.slow
def test_keras_agrees_on_sizes_weights_and_refusals() -> None:
    from exporter.backend import keras

    refused = []
    for name, toy in CASES.items():
        shape = (1, *toy.sizes, toy.channels)
        if problem_of(toy):
            refused.append(name)
            with pytest.raises(Exception, match=r"\w"):  # a pool that does not fit is TensorFlow's own error
                keras_layer(keras, toy)(np.zeros(shape, np.float32))
            continue
        made = keras_layer(keras, toy)
        assert made(np.zeros(shape, np.float32)).shape == (1, *toy.shape), name
        assert made.count_params() == toy.parameters, name
    assert tuple(refused) == REFUSED


def test_each_refusal_is_one_sentence_of_its_own() -> None:
    told = [problem_of(CASES[name]) for name in REFUSED]
    assert all(line.endswith(".") and "\n" not in line for line in told)
    assert len(set(told)) == len(told) - 1, "the two that are causal are refused for the same reason"
    assert "5 places (2·(3 − 1) + 1), and there are only 4" in problem_of(CASES["too large"])


def net(*, second: int = 1) -> PaperBundle:
    """Two ways from the input that are added, as in a residual block, a stop at a dense layer, and a pool before it."""
    windows = {"class_name": "Conv2D", "kernel_size": (3, 3), "padding": "same", "variables": ("kernel", "bias")}
    layers = [
        layer("picture", "input", 16, 16, 3, class_name="InputLayer"),
        layer("pad", "padding", 18, 19, 3, class_name="ZeroPadding2D", padding="1,1;2,1", mode="zeros"),
        layer("cut", "padding", 16, 16, 3, class_name="Cropping2D", padding="1,1;2,1", mode="cropping"),
        layer("one", "conv", 16, 16, 4, strides=(1, 1), **windows),
        layer("two", "conv", 16, 16, 4, strides=(second, second), **windows),
        layer("sum", "merge", 16, 16, 4, class_name="Add", mode="add"),
        layer("relu", "activation", 16, 16, 4, activation="relu"),
        layer("pool", "pool", 8, 8, 4, class_name="MaxPooling2D", pool_size=(2, 2), strides=(2, 2), padding="valid"),
        layer("flat", "flatten", 256),
        layer("scores", "dense", 3),
    ]
    edges = [("picture", "pad"), ("pad", "cut"), ("cut", "one"), ("one", "two"), ("one", "sum"), ("two", "sum")]
    rest = [("sum", "relu"), ("relu", "pool"), ("pool", "flat"), ("flat", "scores")]
    return paper_bundle(layers, [*edges, *rest])


def test_paths_that_meet_see_what_either_sees_and_places_are_those_of_the_exact_field() -> None:
    bundle = net()
    found = reaches(bundle)
    assert list(found.by_layer) == ["picture", "pad", "cut", "one", "two", "sum", "relu", "pool"]
    assert (found.last, found.whole, found.problem) == ("pool", (16, 16), "")
    assert found.by_layer["pool"] == Reach((8, 8), (2, 2), (-2, -2), (3, 3))
    assert found.by_layer["pool"].seen == (6, 6)
    for name in ("two", "sum", "pool"):
        reach, exact = found.by_layer[name], receptive_field(bundle, name, (4, 4), 0).of("picture")
        assert exact is not None
        assert exact.start == tuple(low + 4 * jump for low, jump in zip(reach.low, reach.jump, strict=True))
        assert exact.size == reach.seen


def test_what_no_longer_fits_together_is_told_with_the_layer_that_cannot_follow() -> None:
    bundle = net()
    own = toy_of(bundle.layer("two"), (16, 16, 4), (16, 16, 4))
    assert own is not None
    assert (own.parameters, own.products) == (148, 144 * 256)
    found = reaches(bundle, "two", replace(own, strides=(2, 2)))
    assert found.problem == (
        "sum could not follow: it joins maps of 16 × 16 and 8 × 8 cells, which do not fit on each other."
    )
    assert found.last == "two"
    shrunk = reaches(bundle, "one", replace(own, taps=(1, 1), strides=(16, 16)))
    assert shrunk.problem.startswith("pool could not follow: the window reaches over 2 places, and there are only 1")


def test_a_layer_that_slides_no_window_is_no_toy() -> None:
    for kind, fields in (
        ("conv", {"class_name": "Conv2DTranspose", "kernel_size": (3, 3)}),
        ("pool", {"class_name": "AdaptiveMaxPooling2D", "pool_size": (3, 3)}),
        ("dense", {}),
        ("conv", {"class_name": "Conv2D", "kernel_size": (3, 3), "settings": {"data_format": "channels_first"}}),
        ("conv", {"class_name": "Conv2D", "kernel_size": (3,)}),
    ):
        assert toy_of(layer("it", kind, 8, 8, 2, **fields), (8, 8, 2), (8, 8, 2)) is None
    pool = layer("it", "pool", 4, 4, 2, class_name="MaxPooling2D", pool_size=(2, 2))
    own = toy_of(pool, (8, 8, 2), (4, 4, 2))
    assert own is not None
    assert (own.strides, own.shape, own.parameters) == ((2, 2), (4, 4, 2), 0)
