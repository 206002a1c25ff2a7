"""Numbers as words, the same in every panel."""

from __future__ import annotations

import math

MINUS = "\u2212"


def percent(share: float, *, unit: bool = True) -> str:
    """A share of 0..1 in words; what rounds to nothing is not called nothing.

    >>> percent(0.957), percent(0.0004), percent(0.0), percent(1.0), percent(0.5, unit=False)
    ('95.7 %', '<0.1 %', '<0.1 %', '100.0 %', '50.0')
    """
    if not math.isfinite(share):
        return "not a number"
    text = f"{share * 100:.1f}" if share >= 0.0005 else "<0.1"
    return f"{text} %" if unit else text


def points(change: float) -> str:
    """A change of a share in signed percentage points.

    >>> points(-0.915), points(0.552), points(0.0)
    ('\u221291.5', '+55.2', '0.0')
    """
    text = f"{abs(change) * 100:.1f}"
    if text == "0.0":
        return text
    return f"{MINUS if change < 0 else '+'}{text}"


def signed(value: float) -> str:
    """A value with its sign, to three digits.

    >>> signed(1.234), signed(-0.04567), signed(1234567.0), signed(0.0), signed(float("nan"))
    ('+1.23', '\u22120.0457', '+1.23e+06', '0', 'not a number')
    """
    if not math.isfinite(value):
        return "not a number"
    if value == 0:
        return "0"
    return f"{MINUS if value < 0 else '+'}{abs(value):.3g}"


def count(number: int) -> str:
    """A whole number with commas.

    >>> count(17230)
    '17,230'
    """
    return f"{number:,}"
