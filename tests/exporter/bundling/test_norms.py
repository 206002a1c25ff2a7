"""Importance by weights alone, against products of matrices."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_nets import chain_net, net

from exporter.bundling.net import Link, UnitNet
from exporter.bundling.norms import weight_importance


def test_it_is_the_product_of_sizes_with_the_largest_of_each_layer_1() -> None:
    chain = chain_net(6, 5, 4, 3)
    one, two, three = (np.abs(link.weights.astype(np.float64)) for link in chain.links)
    expected = (one @ two @ three, two @ three, three, np.eye(3))
    for made, values in zip(weight_importance(chain, 3), expected, strict=True):
        np.testing.assert_allclose(made, values / values.max(), rtol=1e-5)
        assert made.dtype == np.float32


def test_ways_that_part_and_meet_are_added() -> None:
    rng = np.random.default_rng(3)
    one, two, three = rng.normal(size=(4, 3)), rng.normal(size=(4, 2)), rng.normal(size=(3, 2))
    links = ((0, 1, one), (0, 2, two), (1, 2, three))
    made = weight_importance(net((4, 3, 2), (0, 1, 2), links), 2)
    expected = np.abs(one) @ np.abs(three) + np.abs(two)
    np.testing.assert_allclose(made[0], expected / expected.max(), rtol=1e-5)


def test_some_classes_are_columns_of_all_in_proportion() -> None:
    chain = chain_net(6, 5, 4)
    whole, some = weight_importance(chain, 4), weight_importance(chain, 4, (2, 0))
    for one, other in zip(whole[:2], some[:2], strict=True):
        columns = one[:, [2, 0]]
        np.testing.assert_allclose(other, columns / columns.max(), rtol=1e-5)


@pytest.mark.parametrize("size", [1e-12, 1e12])
def test_no_depth_overflows_or_vanishes(size: float) -> None:
    chain = chain_net(*(5,) * 60)
    links = tuple(Link(link.source, link.target, link.weights * np.float32(size)) for link in chain.links)
    for made, plain in zip(
        weight_importance(UnitNet(chain.layers, chain.taps, links), 5), weight_importance(chain, 5), strict=True
    ):
        np.testing.assert_allclose(made, plain, rtol=1e-4)
        assert made.max() == 1


def test_without_classes_all_that_feeds_nothing_counts_the_same() -> None:
    chain = chain_net(4, 3)
    made = weight_importance(chain, 1)
    assert [values.shape for values in made] == [(4, 1), (3, 1)]
    np.testing.assert_array_equal(made[1], 1)
    sums = np.abs(chain.links[0].weights).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(made[0], sums / sums.max(), rtol=1e-5)


def test_what_leads_to_no_answer_matters_for_none() -> None:
    rng = np.random.default_rng(5)
    made = weight_importance(net((3, 2, 4), (0, 1, 1), ((0, 1, rng.normal(size=(3, 2))),)), 4)
    assert not made[0].any()
    assert not made[1].any()
    np.testing.assert_array_equal(made[2], np.eye(4))
