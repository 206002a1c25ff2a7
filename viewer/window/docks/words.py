"""Numbers and places in words, as the inspector writes them. Pure."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUS = "\N{MINUS SIGN}"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number_words(value: float, digits: int = 5) -> str:
    """A value with so many digits that count, with a real minus sign and powers of ten where it is tiny or huge.

    >>> number_words(0.982134), number_words(-12.5), number_words(0.0), number_words(1234567.0)
    ('0.98213', '−12.5', '0', '1.2346 × 10⁶')
    >>> number_words(3e-8, 1), number_words(float("nan")), number_words(float("-inf"))
    ('3 × 10⁻⁸', 'not a number', '−∞')
    """
    if not isfinite(value):
        return "not a number" if value != value else "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:.{digits}g}"
    if "e" in text or (value and abs(value) < 1e-3):
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{mantissa} × 10{str(int(power)).translate(_RAISED)}"
    return text.replace("-", MINUS)


def signed_words(value: float, digits: int = 3) -> str:
    """A value with its sign.

    >>> signed_words(0.25), signed_words(-3.0), signed_words(0.0)
    ('+0.25', '−3', '0')
    """
    return ("+" if value > 0 else "") + number_words(value, digits)


def rank_words(rank: int, of: int) -> str:
    """Where a value stands in its layer; rank 1 is the largest.

    >>> rank_words(1, 10), rank_words(10, 10), rank_words(34, 6272)
    ('the largest of 10 in the layer', 'the smallest of 10 in the layer', 'rank 34 of 6,272 in the layer')
    """
    if rank == 1:
        return f"the largest of {of:,} in the layer" if of > 1 else "the only value of the layer"
    return f"the smallest of {of:,} in the layer" if rank == of else f"rank {rank:,} of {of:,} in the layer"


def span_words(start: int, stop: int, what: str) -> str:
    """Rows or columns from `start` up to but without `stop`.

    >>> span_words(3, 8, "row"), span_words(4, 5, "column"), span_words(4, 4, "row")
    ('rows 3–7', 'column 4', 'no row')
    """
    if stop <= start:
        return f"no {what}"
    return f"{what} {start}" if stop == start + 1 else f"{what}s {start}–{stop - 1}"


def joined(parts: Sequence[str], between: str = " · ") -> str:
    """The parts that say something, in one line."""
    return between.join(part for part in parts if part)
