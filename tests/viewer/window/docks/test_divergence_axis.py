from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.window.docks.divergence.axis import Axis, axis_over

changes = st.one_of(st.just(0.0), st.floats(1e-7, 1e4), st.just(math.inf))


@given(st.lists(changes, max_size=10))
def test_every_change_stands_inside_and_larger_ones_higher(found) -> None:
    axis = axis_over(found)
    heights = [axis.height_of(change) for change in sorted(found)]
    assert heights == sorted(heights)
    assert all(0 <= height <= 1 for height in heights)
    for change in found:
        if 1e-4 <= change < math.inf:
            assert 0 < axis.height_of(change) < 1, "a known change is neither at the foot nor at the top"


@given(st.floats(1e-3, 1.0), st.floats(1.1, 4))
def test_the_same_factor_is_the_same_height_anywhere(change, factor) -> None:
    axis = Axis(1e-4, 100.0)
    step = axis.height_of(change * factor) - axis.height_of(change)
    assert math.isclose(step, axis.height_of(1e-3 * factor) - axis.height_of(1e-3), rel_tol=1e-6)


def test_marks_are_round_and_inside() -> None:
    assert Axis(0.02, 0.9).marks() == pytest.approx((0.03, 0.1, 0.3))
    assert Axis(0.0015, 3.0).marks() == pytest.approx((0.01, 0.1, 1.0))
    for mark in Axis(0.02, 0.9).marks():
        assert 0 < Axis(0.02, 0.9).height_of(mark) < 1
