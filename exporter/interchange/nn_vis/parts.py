"""The parts of an unpickled file, taken one at a time and each only once, so that a short file is never a long one."""

from __future__ import annotations

from typing import Any

import numpy as np

from exporter.interchange.nn_vis.errors import NnVisError
from exporter.interchange.nn_vis.forms import Floats
from exporter.pickles import Stored

MOST_LAYERS = 1000
MOST_UNITS = 2**24


class Parts:
    """Takes lists and arrays out of what was unpickled. A part that stands in two places is refused."""

    def __init__(self) -> None:
        self._taken: dict[int, Any] = {}

    def listed(self, value: object, what: str) -> list[Any]:
        """A list."""
        if not isinstance(value, list):
            raise odd(what, "a list", named(value))
        self._once(value, what)
        return value

    def row(self, value: object, what: str) -> Floats:
        """The numbers of an array of any shape, in their order: (n,) float32."""
        if not (isinstance(value, Stored) and isinstance(value.values, np.ndarray)):
            raise odd(what, "an array of numbers", named(value))
        self._once(value, what)
        return finite(value.values.reshape(-1), what)

    def table(self, value: object, what: str, columns: int | None) -> Floats:
        """(n, columns) float32 in 0..1, from an array or from a list of rows; `None`: as many columns as rows."""
        if isinstance(value, list):
            rows = [self.row(row, what) for row in self._once(value, what)]
            columns = len(rows) if columns is None else columns
            if any(len(row) != columns for row in rows) or not rows:
                raise odd(what, f"rows of {columns} numbers", "others")
            return fractions(np.stack(rows), what)
        if not (isinstance(value, Stored) and isinstance(value.values, np.ndarray)):
            raise odd(what, "an array of numbers or a list of rows", named(value))
        self._once(value, what)
        shape = value.values.shape
        if len(shape) != 2 or not shape[0] or shape[1] != (shape[0] if columns is None else columns):
            raise odd(what, f"rows of {columns if columns is not None else 'equal'} numbers", f"the shape {shape}")
        return fractions(finite(value.values, what), what)

    def _once(self, value: Any, what: str) -> Any:
        if id(value) in self._taken:
            raise odd(what, "parts of their own", "one that stands in two places")
        self._taken[id(value)] = value
        return value


def whole(value: object, what: str, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    if type(value) is not int or not least <= value <= most:
        raise odd(what, f"a whole number from {least} to {most}", named(value))
    return value


def finite(values: np.ndarray[Any, Any], what: str) -> Floats:
    """The same numbers as float32. Raises `NnVisError` where one is not finite, also for being too large."""
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = np.ascontiguousarray(values, np.float32)
        if not np.isfinite(numbers).all():
            raise odd(what, "finite numbers", "others")
    return numbers


def fractions(values: Floats, what: str) -> Floats:
    """The same numbers. Raises `NnVisError` where one is not from 0 to 1."""
    if values.size and not (values.min() >= 0 and values.max() <= 1):
        raise odd(what, "numbers from 0 to 1", f"{values.min():g} to {values.max():g}")
    return values


def odd(what: str, expected: object, got: object) -> NnVisError:
    """What is said of a part that is not as it should be."""
    return NnVisError(f"{what} is not as nn_vis writes it", expected=expected, got=got)


def named(value: object) -> str:
    """A word for a part that is not as expected."""
    if isinstance(value, Stored):
        return "an array of objects" if isinstance(value.values, list) else "an array"
    return str(value) if type(value) in (int, float) else type(value).__name__
