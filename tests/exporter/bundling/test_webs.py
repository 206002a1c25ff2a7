"""The edges of a net that are bundled, against a plain sort of all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from drawn_nets import chain_net, net

from exporter.bundling import webs
from exporter.bundling.net import UnitNet
from exporter.bundling.norms import weight_importance
from exporter.bundling.parameters import Parameters
from exporter.bundling.webs import Woven, web_of

SIZES = (7, 6, 5, 3)
EVERY = Parameters()


def drawn() -> UnitNet:
    """Every layer is joined to the next one, the first to the last, too; some weights are 0."""
    chain = chain_net(*SIZES)
    rng = np.random.default_rng(8)
    links = [(link.source, link.target, link.weights * (rng.random(link.weights.shape) < 0.8)) for link in chain.links]
    return net(SIZES, range(4), [*links, (0, 3, rng.normal(size=(7, 3)))])


def all_edges(of: UnitNet, importance: Any, kind: int) -> list[tuple[float, int, int, float, float]]:
    """(key, start, end, strength, weight) of every edge, the most important first, one at a time."""
    firsts = np.concatenate([[0], np.cumsum(SIZES)])
    edges = []
    for link in of.links:
        most = np.abs(link.weights).max()
        for (row, column), weight in np.ndenumerate(link.weights):
            if weight:
                start, end = importance[link.source][row].mean(), importance[link.target][column].mean()
                strength = abs(weight) / most
                key = ((start + end) / 2, start, start * end, end)[kind] * strength
                edges.append((key, firsts[link.source] + row, firsts[link.target] + column, strength, weight))
    return sorted(edges, reverse=True)


def woven(of: UnitNet, parameters: Parameters = EVERY, most_edges: int | None = None) -> Woven:
    return web_of(of, weight_importance(of, 3), parameters, most_edges)


@pytest.mark.parametrize("kind", range(4))
def test_edges_come_by_the_importance_of_their_ends_and_their_weight(kind: int) -> None:
    of = drawn()
    importance = weight_importance(of, 3)
    expected = all_edges(of, importance, kind)
    made = woven(of, replace(EVERY, edge_importance_type=kind))
    keys = {(start, end): key for key, start, end, _, _ in expected}
    assert {tuple(pair) for pair in made.web.edges.tolist()} == set(keys)
    own = np.array([keys[int(start), int(end)] for start, end in made.web.edges])
    pair_of = np.searchsorted(np.cumsum(SIZES), made.web.edges, side="right") @ [10, 1]
    for pair in np.unique(pair_of):
        assert (np.diff(own[pair_of == pair]) <= 1e-6).all()
    ranked = np.sort(own)[::-1]
    for first in (1, 2, 10, 31, len(own)):
        shown = set(np.round(own[:first], 9).tolist())
        assert set(np.round(ranked[: (first + 1) // 2], 9).tolist()) <= shown
        least = min((pair_of[:first] == pair).sum() for pair in np.unique(pair_of))
        assert least >= min(first // 2 // 4, 15)


def test_every_edge_keeps_its_own_weight_and_strength() -> None:
    of = drawn()
    made = woven(of)
    known = {(s, e): (strength, weight) for _, s, e, strength, weight in all_edges(of, weight_importance(of, 3), 0)}
    for pair, strength, weight in zip(made.web.edges.tolist(), made.web.strength, made.weights, strict=True):
        assert known[tuple(pair)] == pytest.approx((strength, weight), rel=1e-5)
    assert made.web.strength.max() == 1
    assert made.web.sizes == SIZES
    assert made.web.planes == (0, 1, 2, 3)
    assert made.web.importance.shape == (21, 3)


def test_no_edge_is_made_up_and_none_is_lost() -> None:
    of = drawn()
    made = woven(of)
    assert made.possible == len(made.weights) == sum(np.count_nonzero(link.weights) for link in of.links)
    assert made.share == 1
    assert len({tuple(pair) for pair in made.web.edges.tolist()}) == made.possible
    assert made.weights.all()


def test_pruning_leaves_out_the_least_important_ones() -> None:
    of = drawn()
    whole, pruned = woven(of), woven(of, replace(EVERY, prune_percentage=0.75))
    assert len(pruned.weights) == round(whole.possible / 4)
    expected = all_edges(of, weight_importance(of, 3), 0)[: len(pruned.weights)]
    assert {tuple(pair) for pair in pruned.web.edges.tolist()} == {(s, e) for _, s, e, _, _ in expected}
    assert pruned.share == pytest.approx(float(pruned.web.strength.sum() / whole.web.strength.sum()))
    assert pruned.possible == whole.possible


def test_where_not_all_fit_every_two_layers_keep_their_most_important_ones() -> None:
    rng = np.random.default_rng(1)
    wide = net((40, 40, 3), (0, 1, 2), ((0, 1, 1 + rng.random((40, 40))), (1, 2, rng.random((40, 3)) ** 6)))
    made = web_of(wide, [np.ones((size, 3), np.float32) for size in (40, 40, 3)], EVERY, 40)
    assert len(made.weights) == 40
    between = made.web.edges[:, 1] >= 80
    assert between.sum() == 10
    last = wide.links[1].weights
    np.testing.assert_allclose(np.sort(made.weights[between]), np.sort(last.ravel())[-10:])


def test_the_same_edges_are_found_in_parts_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    of = drawn()
    cut = [woven(of, most_edges=most) for most in (1, 9, 30, 1000)]
    for cells in (1, 4, 17):
        monkeypatch.setattr(webs, "_BLOCK_CELLS", cells)
        for one, most in zip(cut, (1, 9, 30, 1000), strict=True):
            other = woven(of, most_edges=most)
            np.testing.assert_array_equal(one.web.edges, other.web.edges)
            np.testing.assert_array_equal(one.weights, other.weights)
            assert one.share == pytest.approx(other.share)


def test_of_equal_edges_the_first_ones_are_kept() -> None:
    even = net((4, 5), (0, 1), ((0, 1, np.ones((4, 5))),))
    made = web_of(even, [np.ones((4, 2), np.float32), np.ones((5, 2), np.float32)], EVERY, 7)
    assert made.web.edges.tolist() == [[0, 4], [0, 5], [0, 6], [0, 7], [0, 8], [1, 4], [1, 5]]


def test_a_net_of_zeros_has_no_edges() -> None:
    dead = net((2, 3), (0, 1), ((0, 1, np.zeros((2, 3))),))
    made = woven(dead)
    assert made.web.edges.shape == (0, 2)
    assert (made.possible, made.share, len(made.weights)) == (0, 1.0, 0)
