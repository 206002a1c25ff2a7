"""How kernels are compiled: without Python's lock, kept on disk, and dividing by nothing as numpy does.

Each kernel does the edges, points or lines of the grid from `first` to `last` and writes only what is its own: so the
same cuts give the same bits on any number of cores.
"""

from __future__ import annotations

from typing import Any

from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]
compiled = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
dotting = njit(nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "contract"})
"""For sums whose order does not matter, so that several terms are added at once. It is the same order at every call."""
