"""What a pickle of numbers is made of: names that are allowed, kinds of numbers, arrays. None executes anything.

The parts of an array are those that `numpy.ndarray.__reduce__` and `numpy.dtype.__reduce__` hand to pickle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.pickles.errors import refused as _refused

RECONSTRUCT, NDARRAY, DTYPE = "numpy.core.multiarray._reconstruct", "numpy.ndarray", "numpy.dtype"
ENCODE, BYTES = "_codecs.encode", "__builtin__.bytes"
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): RECONSTRUCT,
    ("numpy", "ndarray"): NDARRAY,
    ("numpy", "dtype"): DTYPE,
    ("_codecs", "encode"): ENCODE,
    ("__builtin__", "bytes"): BYTES,
}
"""What a file may name: numpy's three, and what protocol 2, which has no instruction for them, spells bytes and no
bytes with. Nothing is looked up: what each name stands for is done here."""

_NUMBERS = ("f2", "f4", "f8")
_OBJECTS = ("O8", "O4", "O")
_MOST_AXES = 4


@dataclass(frozen=True)
class Name:
    """One of the values of `ALLOWED`."""

    what: str


@dataclass
class Kind:
    """What the entries of an array are: `f2`, `f4`, `f8`, or `O8` for objects; `order` is `<`, `>` or `|`."""

    code: str
    order: str | None = None

    @property
    def is_object(self) -> bool:
        """Whether the entries are objects."""
        return self.code in _OBJECTS


@dataclass
class Stored:
    """An array: `values` is a row of numbers, or a list of objects; `None` until the pickle has told what they are."""

    values: np.ndarray[Any, Any] | list[Any] | None = None


def called(name: Name, arguments: object) -> Kind | Stored | bytes:
    """What comes of a name and arguments. Raises `PickleError` for all but the ways that numpy's arrays need."""
    if not isinstance(arguments, tuple):
        raise _refused("a call without a tuple of arguments")
    if name.what == RECONSTRUCT and arguments == (Name(NDARRAY), (0,), b"b"):
        return Stored()
    if name.what == DTYPE and _is_of(arguments, str, int, int) and arguments[0] in (*_NUMBERS, *_OBJECTS):
        return Kind(arguments[0])
    if name.what == BYTES and arguments == ():
        return b""
    if name.what == ENCODE and _is_of(arguments, str, str) and arguments[1] == "latin1":
        return _latin(arguments[0])
    told = f" {arguments[0]!r}"[:40] if name.what == DTYPE and arguments and isinstance(arguments[0], str) else ""
    raise _refused(f"a call of {name.what}{told} that arrays of numbers do not need")


def set_up(target: object, state: object) -> None:
    """Give a kind or an array what the pickle tells of it. Raises `PickleError` where that does not hold together."""
    if isinstance(target, Kind) and target.order is None:
        target.order = _order(target, state)
    elif isinstance(target, Stored) and target.values is None:
        target.values = _values(state)
    else:
        raise _refused("something that is set up and is no new array")


def _order(kind: Kind, state: object) -> str:
    plain = isinstance(state, tuple) and len(state) == 8 and state[0] == 3 and state[2:7] == (None, None, None, -1, -1)
    if not plain or not isinstance(state, tuple) or state[1] not in (("|",) if kind.is_object else ("<", ">")):
        raise _refused(f"numbers of an odd kind, {kind.code}")
    return str(state[1])


def _values(state: object) -> np.ndarray[Any, Any] | list[Any]:
    if not (_is_of(state, int, tuple, Kind, int, object) and isinstance(state, tuple) and state[0] == 1):
        raise _refused("an array that is not set up as numpy does it")
    _, shape, kind, is_fortran, held = state
    if len(shape) > _MOST_AXES or not all(type(size) is int and 0 <= size < 2**48 for size in shape):
        raise _refused(f"an array whose shape is not up to {_MOST_AXES} sizes")
    if kind.order is None:
        raise _refused("an array of numbers of an unknown kind")
    count = math.prod(shape)
    if kind.is_object:
        if not isinstance(held, list) or len(held) != count or len(shape) != 1:
            raise _refused(f"an array of objects that is no row of {count}")
        return held
    size = int(kind.code[1:])
    if not isinstance(held, bytes) or len(held) != count * size:
        there = f"{len(held)} bytes" if isinstance(held, bytes) else "no bytes"
        raise _refused(f"an array of the shape {shape} with {there}")
    return np.ndarray(shape, f"{kind.order}{kind.code}", held, order="F" if is_fortran else "C")


def _is_of(values: object, *kinds: type) -> bool:
    """Whether it is a tuple of values of these types; a truth value counts as a whole number."""
    if not isinstance(values, tuple) or len(values) != len(kinds):
        return False
    return all(isinstance(value, kind) for value, kind in zip(values, kinds, strict=True))


def _latin(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise _refused("text in the place of bytes") from error
