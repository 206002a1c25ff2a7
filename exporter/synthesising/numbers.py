"""Numbers of channels and classes as a person writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from exporter.synthesis.contract import SynthesisError

_RANGE = re.compile(r"(\d+)-(\d+)")


def numbers_of(texts: Sequence[str | int], count: int) -> tuple[int, ...]:
    """The numbers that texts name, each once, in the order in which they are first named.

    Parameters
    ----------
    texts : `3`, a range with both ends `0-15`, `all`; several of them in one text with commas between.
    count : how many there are, from 0.

    >>> numbers_of(["3", "0-2", "2"], 8), numbers_of(["all"], 3), numbers_of(["1,4-5"], 8)
    ((3, 0, 1, 2), (0, 1, 2), (1, 4, 5))

    Raises
    ------
    SynthesisError
        a text that names no number, or a number that is not there.
    """
    named: dict[int, None] = {}
    for text in (part.strip() for each in texts for part in str(each).split(",")):
        named |= dict.fromkeys(range(count) if text == "all" else _named(text, count))
    return tuple(named)


def _named(text: str, count: int) -> range:
    ends = _RANGE.fullmatch(text)
    if ends is None and not (text.isascii() and text.isdecimal()):
        raise SynthesisError("these are no numbers", expected="such as 3, 0-15 or all", got=repr(text))
    first, last = (int(ends[1]), int(ends[2])) if ends else (int(text), int(text))
    if not first <= last < count:
        raise SynthesisError("no such number", expected=f"0 to {count - 1}", got=text)
    return range(first, last + 1)
