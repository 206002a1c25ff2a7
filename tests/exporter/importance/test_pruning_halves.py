from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import UnitLayer
from exporter.bundling.net import Link, UnitNet
from exporter.importance.contract import Labelled
from exporter.importance.prune_report import halves, hidden_layers, incoming_norms, weight_orders


def labelled(classes: list[int]) -> Labelled:
    numbers = np.arange(len(classes))
    return Labelled((numbers,), np.array(classes, np.int64))


def forked_net() -> UnitNet:
    """Three inputs, two layers side by side that both feed two answers."""
    rng = np.random.default_rng(8)
    layers = tuple(
        UnitLayer(name=n, units=u, plane=p) for n, u, p in (("in", 3, 0), ("a", 4, 1), ("b", 5, 1), ("out", 2, 2))
    )
    ways = ((0, 1), (0, 2), (1, 3), (2, 3))
    shapes = ((layers[source].units, layers[target].units) for source, target in ways)
    links = tuple(
        Link(*way, rng.normal(size=shape).astype(np.float32)) for way, shape in zip(ways, shapes, strict=True)
    )
    return UnitNet(layers, tuple(layer.name for layer in layers), links)


@given(st.lists(st.integers(0, 4), min_size=4, max_size=60), st.integers(0, 9))
def test_halves_share_no_sample_and_have_every_class_evenly(classes: list[int], seed: int) -> None:
    counts = np.bincount(classes, minlength=5)
    if np.sum(counts > 1) < 2:
        with pytest.raises(KerascopeError, match="too few inputs"):
            halves(labelled(classes), seed)
        return
    first, second = halves(labelled(classes), seed)
    assert not set(first.x[0]) & set(second.x[0])
    for each in range(5):
        rows = counts[each] if counts[each] > 1 else 0
        assert np.sum(first.classes == each) == rows // 2
        assert np.sum(second.classes == each) == rows - rows // 2


def test_halves_are_drawn_and_the_same_again() -> None:
    data = labelled([0, 1] * 40)
    rows = [halves(data, seed)[0].x[0].tolist() for seed in (1, 1, 2)]
    assert rows[0] == rows[1] != rows[2]
    assert rows[0] != list(range(40)), "not the first ones: inputs may be sorted"


def test_too_few_inputs_are_one_line_with_what_to_do() -> None:
    with pytest.raises(KerascopeError) as caught:
        halves(labelled([0, 1, 2]))
    assert "\n" not in str(caught.value)
    assert "3 inputs of 3 classes, 0 of them with two or more" in str(caught.value)


def test_hidden_layers_are_fed_and_feed() -> None:
    assert hidden_layers(forked_net()) == ("a", "b")


def test_the_norm_of_a_unit_is_of_all_that_feeds_it() -> None:
    net = forked_net()
    norms = incoming_norms(net)
    assert np.all(norms["in"] == 0.0)
    assert np.allclose(norms["a"][:, 0], np.linalg.norm(net.links[0].weights, axis=0))
    both = np.concatenate([net.links[2].weights, net.links[3].weights])
    assert np.allclose(norms["out"][:, 0], np.linalg.norm(both, axis=0), rtol=1e-6)


def test_orders_by_weight_have_a_column_for_each_class_asked_for() -> None:
    orders = weight_orders(forked_net(), 2, (1,))
    assert orders["weight"]["a"].shape == (4, 1)
    whole = weight_orders(forked_net(), 2, (0, 1))["weight"]["a"]
    assert np.allclose(np.argsort(whole[:, 1]), np.argsort(orders["weight"]["a"][:, 0]))
