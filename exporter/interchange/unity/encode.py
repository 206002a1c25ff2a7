"""Arrays as JSON: nested lists of numbers, never null, with the fewest digits that give each float32 back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

_BLOCK_VALUES = 2**20
"""An array's text is made of so many values at a time."""
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY


def array_text(values: NDArray[np.float32]) -> Iterator[bytes]:
    """The text of an array in pieces that together are its nested lists.

    NaN and infinities become `NaN`, `Infinity` and `-Infinity`, which the loader reads and strict JSON does not have.

    >>> b"".join(array_text(np.array([[0.1, 1], [np.nan, -np.inf]], np.float32)))
    b'[[0.1,1.0],[NaN,-Infinity]]'
    """
    if values.size <= _BLOCK_VALUES or values.ndim < 2:
        yield _block_text(values)
        return
    rows = max(1, _BLOCK_VALUES // max(1, values[0].size))
    yield b"["
    for start in range(0, len(values), rows):
        block = values[start : start + rows]
        yield b"," if start else b""
        if rows == 1:
            yield from array_text(block[0])
        else:
            yield _block_text(block)[1:-1]
    yield b"]"


def parts_text(parts: Iterable[NDArray[np.float32]]) -> Iterator[bytes]:
    """The text of an array that comes in pieces along its first axis.

    >>> b"".join(parts_text([np.zeros((1, 2), np.float32), np.ones((1, 2), np.float32)]))
    b'[[0.0,0.0],[1.0,1.0]]'
    """
    yield b"["
    for place, part in enumerate(parts):
        yield b"," if place else b""
        texts = list(array_text(part))
        yield b"".join(texts)[1:-1]
    yield b"]"


def _block_text(values: NDArray[np.float32]) -> bytes:
    text = orjson.dumps(np.ascontiguousarray(values, np.float32), option=_OPTIONS)
    odd = values[~np.isfinite(values)]
    return text if odd.size == 0 else _with_odd(text, odd)


def _with_odd(text: bytes, odd: NDArray[np.float32]) -> bytes:
    """The text with a word for each null, in order."""
    parts = text.split(b"null")
    words = [b"NaN" if np.isnan(each) else b"Infinity" if each > 0 else b"-Infinity" for each in odd]
    return b"".join(part for pair in zip(parts, [*words, b""], strict=True) for part in pair)


def entry_start(name: str, shape: tuple[int, ...]) -> bytes:
    """The text of an entry up to its values.

    >>> entry_start("conv0", (3, 3, 1, 8))
    b'["conv0",[3,3,1,8],'
    """
    return orjson.dumps([name, shape])[:-1] + b","


def text_of(plain: Any) -> bytes:
    """The text of plain lists, texts and whole numbers."""
    return orjson.dumps(plain)
