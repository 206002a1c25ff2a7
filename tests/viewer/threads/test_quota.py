"""Every link keeps some edges, and every part of the order from the front is fair."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from viewer.threads.quota import fair_order, quotas

sizes = st.lists(st.integers(0, 5000), min_size=1, max_size=8)


@given(sizes, st.integers(0, 20_000))
def test_quotas_add_up_and_never_exceed(pairs: list[int], budget: int) -> None:
    shares = quotas(pairs, budget)
    assert sum(shares) == min(budget, sum(pairs))
    assert all(0 <= share <= size for share, size in zip(shares, pairs, strict=True))


@given(sizes, st.integers(0, 20_000))
def test_smaller_links_draw_a_larger_part_of_themselves(pairs: list[int], budget: int) -> None:
    shares = quotas(pairs, budget)
    order = np.argsort(pairs, kind="stable")
    drawn = np.array(shares)[order]
    assert (np.diff(drawn) >= -1).all(), "a larger link never draws less, but for a rounding"
    if budget >= 400 * len(pairs):
        assert all(share > 0 for share, size in zip(shares, pairs, strict=True) if size)


@given(sizes, st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_smaller_budget_is_a_part_of_a_larger_one(pairs: list[int], one: int, two: int) -> None:
    small, large = quotas(pairs, min(one, two)), quotas(pairs, max(one, two))
    assert all(a <= b + 1 for a, b in zip(small, large, strict=True))


@given(sizes, st.floats(0, 1))
def test_any_front_of_the_order_has_the_quotas_of_its_length(pairs: list[int], part: float) -> None:
    order = fair_order(pairs, pairs)
    assert sorted(order.tolist()) == list(range(sum(pairs)))
    link_of = np.repeat(np.arange(len(pairs)), pairs)
    length = int(part * sum(pairs))
    counts = np.bincount(link_of[order[:length]], minlength=len(pairs))
    np.testing.assert_allclose(counts, quotas(pairs, length), atol=1)
    for link in range(len(pairs)):
        mine = order[link_of[order] == link]
        assert (np.diff(mine) > 0).all(), "within a link the strongest come first"
