"""What is planted in a net as ill is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from paper_bundle import KEY, PaperBundle, layer, noise, paper_bundle

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import Capture, Input, TensorRef
from viewer.inspect.health import Ailment, health_of

Array = np.ndarray[Any, Any]
RELU = {"activation": "relu", "value": "post-activation"}


def ailing(bundle: Bundle) -> dict[tuple[str, str], tuple[int, ...]]:
    return {(each.layer, each.illness): each.channels for each in health_of(bundle, KEY[1]).ailments}


def one_layer(values: Array, kind: str = "conv", **more: Any) -> PaperBundle:
    return paper_bundle([layer("in", "input", 6, 6, 1), layer("a", kind, *values.shape, **more)], arrays={"a": values})


def maps() -> Array:
    return np.maximum(noise("maps", (4, 5, 6)), 0.01)


def test_a_healthy_net_has_nothing(tiny_bundle: Bundle) -> None:
    assert ailing(one_layer(maps(), **RELU)) == {}
    found = health_of(one_layer(maps(), **RELU), KEY[1])
    assert found.words.startswith("nothing ails 2 layers; judged over 1 input")
    assert health_of(tiny_bundle, "000").inputs == (2, 2)


def test_channels_that_are_always_0_after_relu_are_dead() -> None:
    values = maps()
    values[..., (1, 4)] = 0.0
    assert ailing(one_layer(values, **RELU)) == {("a", "dead"): (1, 4)}
    assert ailing(one_layer(values)) == {("a", "constant"): (1, 4)}, "without relu a 0 is no death"


def test_one_value_above_0_is_alive() -> None:
    values = maps()
    values[..., 1] = 0.0
    values[2, 3, 1] = 1e-20
    assert ailing(one_layer(values, **RELU)) == {}


def test_a_unit_of_a_vector_cannot_be_judged_by_one_input() -> None:
    values = np.array([0.0, 1.0, 2.0], np.float32)
    assert ailing(one_layer(values, "dense", **RELU)) == {}


def test_channels_that_never_change_are_constant() -> None:
    values = maps()
    values[..., 2] = 3.5
    assert ailing(one_layer(values)) == {("a", "constant"): (2,)}
    assert ailing(one_layer(values, "pool")) == {}, "a pool only hands on what its source has"


@pytest.mark.parametrize(("activation", "ends"), [("sigmoid", (0.0, 1.0)), ("tanh", (-1.0, 1.0))])
def test_channels_at_the_ends_of_their_function_are_saturated(activation: str, ends: tuple[float, float]) -> None:
    low, high = ends
    values = np.random.default_rng(1).uniform(low + 0.1, high - 0.1, (4, 5, 3))
    values[..., 1] = np.where(np.arange(20).reshape(4, 5) % 2, low, high)
    made = {"activation": activation, "value": "post-activation"}
    assert ailing(one_layer(values, **made)) == {("a", "saturated"): (1,)}
    assert ailing(one_layer(values, activation=activation)) == {}, "before the function nothing is saturated"


def test_a_softmax_is_saturated_only_as_a_whole() -> None:
    made = {"activation": "softmax", "value": "post-activation"}
    sure, unsure = np.array([0.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.7, 0.3, 0.0])
    assert ailing(one_layer(sure, "dense", **made)) == {("a", "saturated"): (0, 1, 2, 3)}
    assert ailing(one_layer(unsure, "dense", **made)) == {}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_found_and_hides_nothing_else(bad: float) -> None:
    values = maps()
    values[1, 1, 3] = bad
    values[..., 5] = 0.0
    assert ailing(one_layer(values, **RELU)) == {("a", "not a number"): (3,), ("a", "dead"): (5,)}


def kernel_bundle(kernel: Array, class_name: str = "Conv2D") -> PaperBundle:
    made = layer("a", "conv", 4, 4, kernel.shape[-1], class_name=class_name, variables=("kernel",))
    return paper_bundle([layer("in", "input", 6, 6, kernel.shape[-2]), made], arrays={"a/kernel": kernel})


def test_kernels_that_point_the_same_way_are_twins() -> None:
    kernel = noise("k", (3, 3, 2, 6))
    kernel[..., 4] = kernel[..., 1] * 7.0
    kernel[..., 5] = -kernel[..., 0]
    (found,) = health_of(kernel_bundle(kernel), KEY[1]).ailments
    assert (found.illness, found.channels, found.inputs) == ("duplicate", (4,), 0)
    assert "4 as 1" in found.words


def test_kernels_of_zeros_or_almost_alike_are_no_twins() -> None:
    kernel = noise("k", (3, 3, 2, 6))
    kernel[..., 2] = kernel[..., 3] = 0.0
    kernel[..., 4] = kernel[..., 1] + 0.2 * kernel[..., 0]
    assert ailing(kernel_bundle(kernel)) == {}


def test_of_a_transposed_convolution_the_filters_are_the_axis_before() -> None:
    kernel = noise("k", (3, 3, 4, 5))
    kernel[:, :, 3] = kernel[:, :, 0]
    assert ailing(kernel_bundle(kernel, "Conv2DTranspose")) == {("a", "duplicate"): (3,)}
    assert ailing(kernel_bundle(kernel)) == {}


def test_weights_that_are_no_numbers_are_told() -> None:
    kernel = noise("k", (3, 3, 2, 6))
    kernel[0, 0, 0, 0] = np.nan
    (found,) = health_of(kernel_bundle(kernel), KEY[1]).ailments
    assert (found.illness, found.words) == ("not a number", "weights that are not finite: kernel")


def test_it_is_judged_over_all_inputs() -> None:
    dead_for_one = maps()
    dead_for_one[..., 2] = 0.0
    bundle = one_layer(dead_for_one, **RELU)
    assert ailing(bundle) == {("a", "dead"): (2,)}
    other = TensorRef(file="inputs/000.npz", key="b", shape=(4, 5, 6), dtype="float32")
    second = Capture(input="other", checkpoint=KEY[1], outputs={"a": other})
    both = paper_bundle(
        bundle.manifest.layers,
        arrays={"a": dead_for_one, "b": maps()},
        inputs=(Input(id=KEY[0], label="shown"), Input(id="other", label="other")),
        captures=(*bundle.manifest.captures, second),
    )
    assert ailing(both) == {}


def test_the_statistics_of_the_bundle_say_the_same_as_its_captures(tiny_bundle: Bundle) -> None:
    for moment in ("000", "001", "002"):
        told = {(each.layer, each.illness, each.channels) for each in health_of(tiny_bundle, moment).ailments}
        outputs = {name: [] for name in ("conv", "relu", "pool")}  # type: ignore[var-annotated]
        for name, values in outputs.items():
            values += [tiny_bundle.output(each, moment, name) for each in ("clean-0", "clean-1")]
        dead = np.flatnonzero((np.stack(outputs["relu"]) == 0).all(axis=(0, 1, 2)))
        assert {each for each in told if each[1] == "dead"} == ({("relu", "dead", tuple(dead))} if len(dead) else set())


def test_it_is_measured_once(tiny_bundle: Bundle) -> None:
    assert health_of(tiny_bundle, "002") is health_of(tiny_bundle, "002")
    with pytest.raises(KerascopeError):
        health_of(tiny_bundle, "999")


def test_ailments_are_found_by_their_layer() -> None:
    values = maps()
    values[..., 1], values[0, 0, 2] = 0.0, np.nan
    found = health_of(one_layer(values, **RELU), KEY[1])
    assert [each.illness for each in found.by_layer["a"]] == ["not a number", "dead"], "the worst first"
    assert all(isinstance(each, Ailment) and "\n" not in each.words for each in found.ailments)
