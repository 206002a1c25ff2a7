"""Which strands are drawn: always the strongest, never nothing's, and the share they carry is true."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from viewer.strands.choose import MOST, one_to_one, strongest_into_each

strengths = arrays(
    np.float32, st.tuples(st.integers(1, 12), st.integers(1, 9)), elements=st.floats(-100, 100, width=32)
)


@given(strengths, st.integers(1, 14))
def test_the_strongest_are_those_of_a_full_sort(strength: np.ndarray, count: int) -> None:
    chosen = strongest_into_each(strength, strength, count)
    size = np.abs(strength)
    for target in range(size.shape[1]):
        mine = np.sort(size[chosen.source[chosen.target == target], target])[::-1]
        expected = np.sort(size[:, target])[::-1][:count]
        np.testing.assert_array_equal(mine, expected[expected > 0])
    pairs = list(zip(chosen.source, chosen.target, strict=True))
    assert len(set(pairs)) == len(pairs)
    assert chosen.pairs == strength.size
    np.testing.assert_array_equal(chosen.sign, np.sign(strength[chosen.source, chosen.target]))


@given(strengths, st.integers(1, 14))
def test_shares_and_what_is_carried(strength: np.ndarray, count: int) -> None:
    chosen = strongest_into_each(strength, strength, count)
    size = np.abs(strength).astype(np.float64)
    assert ((chosen.share > 0) & (chosen.share <= 1)).all()
    assert chosen.share.max(initial=0) == (1.0 if size.max() > 0 else 0.0)
    assert chosen.total == pytest.approx(size.sum(), rel=1e-4)
    assert chosen.drawn == pytest.approx(size[chosen.source, chosen.target].sum(), rel=1e-4)
    assert chosen.drawn <= chosen.total * (1 + 1e-5)
    if count >= len(strength):
        assert chosen.drawn == pytest.approx(chosen.total, rel=1e-4)


def test_nothing_and_what_is_no_number_are_never_drawn() -> None:
    assert len(strongest_into_each(np.zeros((4, 3), np.float32), np.zeros((4, 3), np.float32), 2).source) == 0
    strength = np.array([[np.nan, 1.0], [2.0, np.nan], [np.inf, 0.5]], np.float32)
    chosen = strongest_into_each(strength, strength, 3)
    assert sorted(zip(chosen.source.tolist(), chosen.target.tolist(), strict=True)) == [(0, 1), (1, 0), (2, 1)]
    assert chosen.total == pytest.approx(3.5)


def test_the_sign_may_come_from_elsewhere() -> None:
    chosen = strongest_into_each(np.ones((1, 3), np.float32), np.array([[-0.1, 0.0, 5.0]], np.float32), 1)
    assert chosen.sign.tolist() == [-1, 0, 1]


@given(arrays(np.float32, st.integers(1, 9), elements=st.floats(-5, 5, width=32)), st.integers(0, 40))
def test_one_to_one_copies_each_channel_to_its_own_number(strength: np.ndarray, offset: int) -> None:
    chosen = one_to_one(strength, offset)
    np.testing.assert_array_equal(chosen.target - chosen.source, offset)
    np.testing.assert_array_equal(chosen.sign, 0)
    assert ((chosen.share >= 0) & (chosen.share <= 1)).all()
    order = chosen.source.argsort()
    np.testing.assert_allclose(
        chosen.share[order] * (np.abs(strength).max() or 1),
        np.abs(strength)[chosen.source[order]],
        rtol=1e-5,
        atol=1e-30,
    )
    assert chosen.drawn == chosen.total == pytest.approx(np.abs(strength).sum(), rel=1e-4)


@pytest.mark.parametrize("size", ["equal", "random"])
def test_a_thousand_classes_get_no_more_than_the_most(size: str) -> None:
    rng = np.random.default_rng(3)
    strength = np.ones((60, 1000), np.float32) if size == "equal" else rng.normal(size=(60, 1000)).astype(np.float32)
    chosen = strongest_into_each(strength, strength, 17)
    assert len(chosen.source) <= MOST
    assert np.abs(strength)[chosen.source, chosen.target].min() == np.sort(np.abs(strength).ravel())[-MOST]
    assert chosen.drawn == pytest.approx(np.abs(strength)[chosen.source, chosen.target].sum(), rel=1e-4)
