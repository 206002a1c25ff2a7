"""The interval of a share, against what others have published and against its definition."""

from __future__ import annotations

import math

import pytest

from exporter.robustness.shares import Share

KAPPA = 1.959963984540054


def bisected(count: int, of: int, low: float, high: float) -> float:
    """Where |p - share| = kappa sqrt(p (1 - p) / n) between low and high: the score test is just met."""
    outside_at_low = abs(low - count / of) > KAPPA * math.sqrt(low * (1 - low) / of)
    for _ in range(100):
        middle = (low + high) / 2
        is_outside = abs(middle - count / of) > KAPPA * math.sqrt(middle * (1 - middle) / of)
        low, high = (middle, high) if is_outside == outside_at_low else (low, middle)
    return low


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(count: int, of: int, low: float, high: float) -> None:
    assert Share(count, of).interval == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


@pytest.mark.parametrize(("count", "of"), [(1, 2), (3, 7), (97, 100), (1, 1000), (640, 1000)])
def test_its_ends_are_where_the_score_test_is_just_met(count: int, of: int) -> None:
    low, high = Share(count, of).interval
    assert low == pytest.approx(bisected(count, of, 0.0, count / of), abs=1e-9)
    assert high == pytest.approx(bisected(count, of, count / of, 1.0), abs=1e-9)


def test_it_holds_the_share_mirrors_and_narrows() -> None:
    for of in (1, 2, 10, 100):
        for count in range(of + 1):
            low, high = Share(count, of).interval
            assert 0.0 <= low <= count / of <= high <= 1.0
            mirrored = Share(of - count, of).interval
            assert (1 - mirrored[1], 1 - mirrored[0]) == (pytest.approx(low), pytest.approx(high))
    widths = [high - low for low, high in (Share(n // 2, n).interval for n in (10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)


def test_of_none_nothing_is_known() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(0, 0).as_plain() == {"count": 0, "of": 0, "share": None, "low": 0.0, "high": 1.0}
    for count, of in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="no share"):
            Share(count, of)
