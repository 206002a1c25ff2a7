"""How kernels are compiled: without Python's lock, kept on disk where that can be, and dividing as numpy does.

Each kernel does the edges, points or lines of the grid from `first` to `last` and writes only what is its own: so the
same cuts give the same bits on any number of cores. Compiled, because numpy alone has no scatter and gather that would
keep the cost of a point at that of the few cells around it; by numba, because that needs no compiler at hand and no
wheel for each system.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]


def _compiler(fastmath: set[str]) -> Callable[[Callable[..., Any]], Any]:
    def compiler(function: Callable[..., Any]) -> Any:
        try:
            return njit(nogil=True, error_model="numpy", fastmath=fastmath, cache=True)(function)
        except RuntimeError:
            # Neither the package's folder nor the user's own can be written to: compiled anew in each process.
            return njit(nogil=True, error_model="numpy", fastmath=fastmath)(function)

    return compiler


compiled = _compiler({"contract"})
"""A product and a sum may be one operation, nothing else differs from what is written."""
dotting = _compiler({"contract", "reassoc"})
"""For sums whose order does not matter, so that several terms are added at once. It is the same order at every call."""
