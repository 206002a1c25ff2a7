"""Easings start at 0, end at 1, never go back and stay there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes import easing

ALL = [easing.linear, easing.cubic_in_out, easing.cubic_in, easing.cubic_out, easing.even, easing.hold]
SYMMETRIC = [easing.linear, easing.cubic_in_out, easing.even]
ANY_TIME = st.floats(-10, 10)


@pytest.mark.parametrize("ease", ALL)
def test_ends_are_exact_and_clamped(ease: easing.Easing) -> None:
    assert ease(0.0) == ease(-3.0) == 0.0
    assert ease(1.0) == ease(42.0) == 1.0


@pytest.mark.parametrize("ease", ALL)
@given(one=ANY_TIME, two=ANY_TIME)
def test_never_goes_back(ease: easing.Easing, one: float, two: float) -> None:
    assert ease(min(one, two)) <= ease(max(one, two))


@pytest.mark.parametrize("ease", SYMMETRIC)
@given(t=st.floats(0, 1))
def test_leaves_as_it_arrives(ease: easing.Easing, t: float) -> None:
    assert ease(1.0 - t) == pytest.approx(1.0 - ease(t), abs=1e-12)


@given(t=st.floats(0, 1))
def test_in_mirrors_out(t: float) -> None:
    assert easing.cubic_in(1.0 - t) == pytest.approx(1.0 - easing.cubic_out(t), abs=1e-12)


def test_cubic_in_out_is_smooth_in_the_middle() -> None:
    slope_before = (easing.cubic_in_out(0.5) - easing.cubic_in_out(0.5 - 1e-6)) / 1e-6
    slope_after = (easing.cubic_in_out(0.5 + 1e-6) - easing.cubic_in_out(0.5)) / 1e-6
    assert slope_before == pytest.approx(3.0, rel=1e-4)
    assert slope_after == pytest.approx(3.0, rel=1e-4)


def test_hold_cuts_at_the_end() -> None:
    assert easing.hold(0.9999) == 0.0
