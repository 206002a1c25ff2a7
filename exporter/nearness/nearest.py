"""The nearest rows of every row, exactly, without ever holding all distances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.nearness.centred import Centred, centred
from exporter.telling import in_silence

Distances = NDArray[np.float64]
Places = NDArray[np.int64]
Progress = Callable[[str, int, int], None]
_BLOCK_BYTES = 2**26
_MARGIN = 12
"""So many more than k are looked at exactly: that settles all but a few rows."""


def nearest_rows(values: NDArray[np.float32], k: int, progress: Progress = in_silence) -> tuple[Places, Distances]:
    """Which rows are nearest to each, and how far they are: (N, k) int64 and (N, k) float64, Euclidean.

    A row is not its own neighbour; of equally near ones the first comes first. That is what sorting the sums of squared
    differences in float64 of all pairs gives, to the last bit: products of matrices, of wide rows in float32, only
    choose whom to look at, and where their rounding might have left one out, products in float64 choose again.

    Parameters
    ----------
    values : (N, F) float32, finite.
    k : 1 to N - 1.
    progress : is told how many rows are done.
    """
    table, among = centred(values), _candidates(values, k)
    others = table.middle if len(among) == len(values) else table.middle[among]
    images, squares = np.zeros((len(values), k), np.int64), np.zeros((len(values), k))
    unsure = []
    for rows in _blocks(np.arange(len(values)), len(among) * 8 + (k + _MARGIN) * values.shape[1] * 16):
        progress("neighbours", int(rows[0]), len(values))
        images[rows], squares[rows], is_sure = _by_product(table, rows, (among, others), k)
        unsure.append(rows[~is_sure])
    for rows in _blocks(np.concatenate(unsure), len(among) * 8):
        _settle(table, rows, among, images, squares)
    progress("neighbours", len(values), len(values))
    return images, np.sqrt(squares)


def _candidates(values: NDArray[np.float32], k: int) -> Places:
    """The rows that may be a neighbour at all, rising: of rows that are alike only the first k + 1.

    For whomever one after these is as near as they are, k of them that are not the row itself come before it.
    """
    seen: dict[bytes, int] = {}
    kept = []
    for row, numbers in enumerate(values + np.float32(0)):  # which makes -0 and 0 alike
        name = blake2b(numbers.tobytes(), digest_size=16).digest()
        seen[name] = seen.get(name, 0) + 1
        if seen[name] <= k + 1:
            kept.append(row)
    return np.array(kept, np.int64)


def _blocks(rows: Places, row_bytes: int) -> Iterator[Places]:
    step = max(1, _BLOCK_BYTES // row_bytes)
    return (rows[start : start + step] for start in range(0, len(rows), step))


def _by_product(
    table: Centred, rows: Places, candidates: tuple[Places, NDArray[np.floating[Any]]], k: int
) -> tuple[Places, Distances, NDArray[np.bool_]]:
    """The nearest of some rows, the squares of their distances, and whether it is sure that there are no nearer ones.

    All whom products did not choose are at least as far as the last one chosen, but for rounding.
    """
    among, others = candidates
    rough = table.middle[rows] @ others.T
    rough *= -2
    rough += table.squares[among].astype(rough.dtype)
    own = np.searchsorted(among, rows)
    is_own = (own < len(among)) & (among[np.minimum(own, len(among) - 1)] == rows)
    rough[np.flatnonzero(is_own), own[is_own]] = np.inf
    most = min(k + _MARGIN, len(among) - 1)
    near = np.argpartition(rough, most - 1, axis=1)[:, :most]
    last = np.take_along_axis(rough, near, axis=1).max(axis=1).astype(np.float64)
    images, squares = _sorted(table, rows, among[near], k)
    reach = squares[:, -1] * table.scale**2 - table.squares[rows]
    everyone = most == len(among) - is_own
    return images, squares, everyone | (last - table.slack(table.middle.dtype) > reach)


def _sorted(table: Centred, rows: Places, near: Places, k: int) -> tuple[Places, Distances]:
    """The k nearest of the rows (R, C) that were chosen, by differences, each of them once and none the row itself."""
    near = np.sort(near, axis=1)
    apart = table.values[near].astype(np.float64) - table.values[rows].astype(np.float64)[:, None]
    squares = (apart**2).sum(axis=2)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(near, order, axis=1), np.take_along_axis(squares, order, axis=1)


def _settle(table: Centred, rows: Places, among: Places, images: Places, squares: Distances) -> None:
    """Look again, with products in float64, for who may be as near as the last neighbour that was found."""
    k = images.shape[1]
    reach = squares[rows, -1] * table.scale**2 - table.squares[rows] + table.slack(np.dtype(np.float64))
    queries = table.exact_middle(rows)
    found: list[list[int]] = [[] for _ in rows]
    for others in _blocks(among, max(len(rows), table.values.shape[1]) * 8):
        rough = table.squares[others] - 2 * queries @ table.exact_middle(others).T
        rough[rows[:, None] == others] = np.inf
        for place, other in np.argwhere(rough <= reach[:, None]):
            found[place].append(int(others[other]))
    for row, near in zip(rows, found, strict=True):
        one = row[None]
        images[one], squares[one] = _sorted(table, one, np.array(near)[None], k)
