"""A nested list taken by a shape, as the loader takes it: by index, never by what is there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain

import numpy as np

NUMBERS = (float, int, bool, str)  # what the loader's reader turns into a number; words only where they spell one
WORDS_OF = {dict: "an object", list: "a list", type(None): "null", str: "a word"}
MAX_INT = 2**31 - 1


@dataclass(frozen=True)
class Taken:
    """What was taken: the range of the finite values, how many are NaN or infinite, how many lists were too long.

    ``problem`` says why the loader stops; it is empty where it does not, and the rest only then means anything.
    No values at all: a range of 0 to 0.
    """

    low: float = 0.0
    high: float = 0.0
    n_odd: int = 0
    n_cut: int = 0
    problem: str = ""


def whole_number(value: object) -> int | None:
    """The whole number that the loader reads from a JSON value; None where it stops.

    >>> whole_number(28), whole_number(27.6), whole_number("28"), whole_number(None)
    (28, 28, 28, None)
    """
    if isinstance(value, str):
        text = value.strip()
        digits = text.removeprefix("-").removeprefix("+")
        value = int(text) if digits.isascii() and digits.isdigit() and len(digits) < 11 else None
    if not isinstance(value, int | float) or abs(value) > MAX_INT or not math.isfinite(value):
        return None
    return round(value)


def taken(nested: object, shape: tuple[int, ...]) -> Taken:
    """The values at every index within a shape; nothing is allocated that is not already there.

    Parameters
    ----------
    nested : what stands in the file.
    shape : sizes, each at least 0.
    """
    level: list[object] = [nested]
    n_cut = 0
    for depth, size in enumerate(shape):
        problem = _list_problem(level, size, shape[:depth])
        if problem:
            return Taken(problem=problem)
        lists = [each for each in level if isinstance(each, list)]
        longer = sum(len(each) > size for each in lists)
        n_cut += longer
        level = list(chain.from_iterable([each[:size] for each in lists] if longer else lists))
    return _numbers(level, shape, n_cut)


def _list_problem(level: list[object], size: int, before: tuple[int, ...]) -> str:
    if set(map(type, level)) - {list}:
        at = next(at for at, each in enumerate(level) if type(each) is not list)
        return f"{_kind(level[at])} where a list of {size} is expected{_where(at, before)}"
    lists = [each for each in level if isinstance(each, list)]
    shortest = min(map(len, lists), default=size)
    if shortest < size:
        at = next(at for at, each in enumerate(lists) if len(each) < size)
        return f"a list of {len(lists[at])} where the shape says {size}{_where(at, before)}"
    return ""


def _numbers(leaves: list[object], shape: tuple[int, ...], n_cut: int) -> Taken:
    if set(map(type, leaves)) - set(NUMBERS):
        at = next(at for at, each in enumerate(leaves) if type(each) not in NUMBERS)
        return Taken(problem=f"{_kind(leaves[at])} where a number is expected{_where(at, shape)}")
    try:
        values = np.array(leaves, np.float64)
    except (ValueError, OverflowError):
        return Taken(problem="a word where a number is expected, or a number beyond every range")
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Taken(n_odd=values.size, n_cut=n_cut)
    return Taken(float(finite.min()), float(finite.max()), values.size - finite.size, n_cut)


def _kind(value: object) -> str:
    return WORDS_OF.get(type(value), "a number")


def _where(at: int, shape: tuple[int, ...]) -> str:
    return " at " + "".join(f"[{each}]" for each in np.unravel_index(at, shape)) if shape else ""
