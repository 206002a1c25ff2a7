"""The units of networks on paper: which layers have them, where they have their values, and what is refused."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from paper_bundle import KEY, PaperBundle, layer, noise, paper_bundle

from exporter.bundle import KerascopeError
from exporter.bundle.schema import Layer
from exporter.bundling.net import UnitNet, unit_layers, unit_net

Array = np.ndarray[Any, Any]


def weighted(name: str, kind: str, *shape: int, **more: Any) -> Layer:
    return layer(name, kind, *shape, variables=("kernel", "bias"), **more)


def net_of(bundle: PaperBundle) -> UnitNet:
    return unit_net(bundle, KEY[1])


def named_links(net: UnitNet) -> dict[tuple[str, str], Array]:
    return {(net.layers[link.source].name, net.layers[link.target].name): link.weights for link in net.links}


def residual(kernels: dict[str, Array] | None = None) -> PaperBundle:
    """x -> stem -> norm -> relu, round by a block of two, added, and on to a head."""
    layers = (
        layer("x", "input", 6, 6, 3),
        weighted("stem", "conv", 6, 6, 4),
        layer("norm", "normalisation", 6, 6, 4),
        layer("relu", "activation", 6, 6, 4),
        weighted("inner", "conv", 6, 6, 4),
        layer("inner_norm", "normalisation", 6, 6, 4),
        layer("sum", "merge", 6, 6, 4, mode="add"),
        layer("after", "activation", 6, 6, 4),
        weighted("head", "conv", 6, 6, 5),
        layer("pooled", "global_pool", 5),
    )
    names = ("x", "stem", "norm", "relu", "inner", "inner_norm", "sum", "after", "head", "pooled")
    edges = [*itertools.pairwise(names), ("relu", "sum")]
    shapes = {"stem": (3, 3, 3, 4), "inner": (3, 3, 4, 4), "head": (1, 1, 4, 5)}
    arrays = {f"{name}/kernel": (kernels or {}).get(name, noise(name, shape)) for name, shape in shapes.items()}
    return paper_bundle(layers, edges, arrays=arrays)


def test_a_sum_hands_on_both_of_its_branches() -> None:
    links = named_links(net_of(residual()))
    assert list(links) == [("x", "stem"), ("stem", "inner"), ("inner", "head"), ("stem", "head")]
    np.testing.assert_array_equal(links["inner", "head"], noise("head", (1, 1, 4, 5))[0, 0])
    np.testing.assert_array_equal(links["stem", "head"], links["inner", "head"])


def test_an_edge_goes_to_a_higher_plane_and_inputs_lie_on_the_first() -> None:
    layers, taps = unit_layers(residual().manifest)
    assert [(each.name, each.units, each.plane) for each in layers] == [
        ("x", 3, 0), ("stem", 4, 1), ("inner", 4, 2), ("head", 5, 3),
    ]  # fmt: skip
    assert taps == ("x", "relu", "inner_norm", "head")


def test_a_tap_stops_where_the_answer_is_taken_or_two_ways_part() -> None:
    bundle = residual()
    model = structs.replace(bundle.manifest.model, outputs=("norm", "pooled"))
    assert unit_layers(structs.replace(bundle.manifest, model=model))[1][1] == "norm"


def test_permuting_channels_permutes_rows_and_columns() -> None:
    order, kernels = np.array([2, 0, 3, 1]), {}
    for name, shape, axis in (("stem", (3, 3, 3, 4), -1), ("inner", (3, 3, 4, 4), -2), ("head", (1, 1, 4, 5), -2)):
        kernels[name] = noise(name, shape).take(order, axis=axis)
    before, after = named_links(net_of(residual())), named_links(net_of(residual(kernels)))
    np.testing.assert_array_equal(after["x", "stem"], before["x", "stem"][:, order])
    np.testing.assert_array_equal(after["stem", "inner"], before["stem", "inner"][order])
    np.testing.assert_array_equal(after["stem", "head"], before["stem", "head"][order])


def test_a_kernel_is_the_norm_over_its_window_with_the_sign_of_the_sum() -> None:
    kernel = noise("stem", (3, 3, 3, 4)).astype(np.float64)
    signs = np.where(kernel.sum(axis=(0, 1)) < 0, -1, 1)
    expected = np.sqrt((kernel**2).sum(axis=(0, 1))) * signs
    np.testing.assert_allclose(named_links(net_of(residual()))["x", "stem"], expected, rtol=1e-5)
    assert (signs < 0).any()
    assert (signs > 0).any()


def flattened(shape: tuple[int, ...], kernel: Array) -> PaperBundle:
    size = int(np.prod(shape))
    layers = (
        layer("x", "input", *shape[:-1], 2),
        weighted("maps", "conv", *shape),
        layer("pool", "pool", *shape),
        layer("flat", "flatten", size),
        weighted("dense", "dense", 2),
    )
    return paper_bundle(layers, arrays={"dense/kernel": kernel, "maps/kernel": noise("m", (1, 1, 2, shape[-1]))})


def test_rows_of_a_flattened_map_are_taken_with_channels_fastest() -> None:
    kernel = np.zeros((12, 2), np.float32)
    kernel[3 * 1 + 2, 0], kernel[3 * 3 + 2, 0] = 3, -4  # channel 2 at the second and the fourth cell
    kernel[0, 1] = 5  # channel 0 at the first
    weights = net_of(flattened((2, 2, 3), kernel)).links[-1].weights
    np.testing.assert_allclose(weights, [[0, 5], [0, 0], [-5, 0]])


def test_inputs_that_feed_no_kernel_have_no_units() -> None:
    layers = (
        layer("x", "input", 4),
        layer("mask", "input", 4),
        weighted("dense", "dense", 2),
        layer("product", "merge", 2, mode="multiply"),
    )
    bundle = paper_bundle(
        layers, [("x", "dense"), ("dense", "product"), ("mask", "product")], kernels={"dense": (4, 2)}
    )
    assert [each.name for each in unit_layers(bundle.manifest)[0]] == ["x", "dense"]
    assert [(link.source, link.target) for link in net_of(bundle).links] == [(0, 1)]


def test_weights_of_two_bytes_and_of_eight_become_four() -> None:
    for dtype in (np.float16, np.float64):
        bundle = flattened((2, 2, 3), noise("d", (12, 2)).astype(dtype))
        assert {link.weights.dtype for link in net_of(bundle).links} == {np.dtype(np.float32)}


def test_of_a_kernel_on_disk_no_copy_is_made() -> None:
    bundle = paper_bundle((layer("x", "input", 40), weighted("d", "dense", 30)), kernels={"d": (40, 30)})
    weights = net_of(bundle).links[0].weights
    assert np.shares_memory(weights, bundle.arrays["d/kernel"])


def refusal(bundle: PaperBundle, checkpoint: str = KEY[1]) -> str:
    with pytest.raises(KerascopeError) as caught:
        unit_net(bundle, checkpoint)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_not_there_is_told_in_a_line() -> None:
    assert "no such checkpoint" in refusal(residual(), "007")
    layers = (layer("x", "input", 4), weighted("dense", "dense", 2), weighted("other", "dense", 2))
    assert "the model has no units" in refusal(paper_bundle(layers[:1], kernels={"x": (1, 1)}))
    assert "no weights of any layer" in refusal(paper_bundle(layers))
    assert "no weights of the layer 'dense'" in refusal(paper_bundle(layers, kernels={"other": (2, 2)}))


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_told_with_their_layer(odd: float) -> None:
    kernel = noise("inner", (3, 3, 4, 4))
    kernel[0, 0, 1, 1] = odd
    assert "1 of 16 weights between channels of the layer 'inner'" in refusal(residual({"inner": kernel}))
