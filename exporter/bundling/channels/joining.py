"""The matrix between two layers of units, out of a kernel and of where the units of the first stand before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.channels.kernels import Kernel
from exporter.bundling.channels.strands import Indices, Strand

Floats = NDArray[np.float32]


def joined(kernel: Kernel, strand: Strand, units: int) -> Floats:
    """The weights (units, m) from each unit of a strand to each unit behind a kernel (n, m).

    Where one number lies between the two it is that; where several do (a window, the cells of a flattened map) it is
    their norm, with the sign of their sum. Where nothing does it is 0. The kernel's own memory is looked at where it
    need not be changed.
    """
    is_whole = len(strand.units) == units == len(kernel.sums)
    if is_whole and _counts_up(strand.places) and _counts_up(strand.units):
        return _signed(kernel.sums.astype(np.float32, copy=False), kernel.squares)
    sums, squares = _gathered(kernel, strand, units)
    return _signed(sums, squares)


def _counts_up(numbers: Indices) -> bool:
    return bool((np.diff(numbers, prepend=-1) == 1).all())


def _gathered(kernel: Kernel, strand: Strand, units: int) -> tuple[Floats, Floats | None]:
    """Sums and squares over the places of each unit; the first place of all units at a time, then the second, ..."""
    order = np.argsort(strand.units, kind="stable")
    ordered, places = strand.units[order], strand.places[order]
    nth = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    most = int(nth.max(initial=0))
    sums = np.zeros((units, kernel.sums.shape[1]), np.float32)
    squares = None if most == 0 and kernel.squares is None else np.zeros_like(sums)
    for turn in range(most + 1):
        at = nth == turn
        rows = kernel.sums[places[at]].astype(np.float32, copy=False)
        sums[ordered[at]] += rows
        if squares is not None:
            squares[ordered[at]] += rows**2 if kernel.squares is None else kernel.squares[places[at]]
    return sums, squares


def _signed(sums: Floats, squares: Floats | None) -> Floats:
    """The root of `squares` with the sign of `sums` (0 has a plus); the sums where there are no squares."""
    if squares is None:
        return sums
    norms = np.sqrt(squares)
    return np.where(sums < 0, -norms, norms)
