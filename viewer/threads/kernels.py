"""The matrix behind a link, one number for each pair of channels or units, and its strongest entries. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.kept import finite
from viewer.strands.contribution import signed_norm
from viewer.strands.cuts import without
from viewer.strands.pairs import readable_kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout import Layout, Link
    from viewer.strands.cuts import Cut

    Array = NDArray[np.float32]

BLOCK = 2**23
"""So many weights are looked at at once: what a large kernel takes in memory does not grow with it."""


@dataclass(frozen=True, slots=True)
class Strongest:
    """The strongest pairs of a link, the strongest first: source and target by their number in the plate, and weight.

    `sums` (sources,) is the sum of |weight| over all targets, of all pairs.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: Array
    sums: NDArray[np.float64]


def pairs_of_link(bundle: Bundle, layout: Layout, link: Link, checkpoint_id: str) -> NDArray[np.floating] | None:
    """The matrix (sources, targets) of a dense or convolution link; of a convolution the norm of each pair's kernel,
    with the sign of its sum.

    `None` where there is no such matrix, where it was not kept, and for links that lead round other plates or on to the
    next row: straight lines would cross the picture there.
    """
    source, target = layout.plates[link.source], layout.plates[link.target]
    is_plain = link.ridge is None and source.row == target.row and not target.group
    if link.kind == "copy" or not is_plain or "weights" in (source.form.kind, target.form.kind):
        return None
    if link.kind == "dense" and source.form.kind not in ("vector", "classes"):
        return None
    ref = readable_kernel(bundle, checkpoint_id, bundle.layer(target.layer), source)
    if ref is None:
        return None
    kernel: NDArray[np.floating] = bundle.load(ref)[..., : source.form.channels, : target.form.channels]
    return kernel if kernel.ndim == 2 else signed_norm(finite(kernel))


def strongest(matrix: NDArray[np.floating], factor: Array | None, count: int, cuts: Sequence[Cut] = ()) -> Strongest:
    """The `count` entries of `matrix` (n, m) of largest size, each row first multiplied by `factor` (n,).

    What is 0 then, is no number, or was cut is not among them. The weights given are those of the matrix itself.
    """
    rows, columns = matrix.shape
    step = max(BLOCK // max(columns, 1), 1)
    found, sums, least = np.zeros((3, 0)), np.zeros(rows), np.float32(0)
    for first in range(0, rows, step):
        block = without(finite(matrix[first : first + step]), cuts, first)
        size = np.abs(block)
        sums[first : first + step] = size @ np.ones(columns, np.float32)
        if factor is not None:
            size *= factor[first : first + step, None]
        flat = np.flatnonzero(size > least) if count else np.zeros(0, np.int64)
        chosen = flat[_largest(size.reshape(-1)[flat], count)]
        new = np.stack([chosen + first * columns, size.reshape(-1)[chosen], block.reshape(-1)[chosen]])
        found = np.concatenate([found, new], axis=1)
        found = found[:, _largest(found[1], count)]
        if found.shape[1] == count:
            least = found[1].min(initial=np.inf).astype(np.float32)  # of what is no larger there are enough
    found = found[:, np.lexsort((found[0], -found[1]))]
    at = found[0].astype(np.int64)
    return Strongest(at // max(columns, 1), at % max(columns, 1), found[2].astype(np.float32), sums)


def _largest(size: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    """Where the `count` largest of some positive sizes are."""
    return np.argpartition(size, -count)[-count:] if 0 < count < size.size else np.arange(size.size if count else 0)
