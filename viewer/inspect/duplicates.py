"""Kernels of a layer that say the same: they point the same way, however long they are. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.kept import kernel_ref

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from exporter.bundle.schema import Layer

SAME_COSINE = 0.999
FEWEST_WEIGHTS = 4
"""Kernels of fewer weights point the same way by chance."""
MOST_WEIGHTS = 2**22
"""Of larger kernels evenly spaced weights are looked at."""
KINDS = ("conv", "dense")


@dataclass(frozen=True, slots=True)
class Twins:
    """Pairs (n, 2) of a kernel and an earlier one that it repeats, of `of` kernels, by so many weights of each."""

    pairs: tuple[tuple[int, int], ...]
    of: int
    looked_at: int
    weights: int


def twins_of(bundle: Bundle, layer: Layer, checkpoint_id: str) -> Twins | None:
    """The kernels of a dense or convolution layer whose cosine with an earlier one is over 0.999; `None` where the
    layer has no kernel of this form, or its weights were not kept. Kernels of zeros repeat nothing.
    """
    ref = kernel_ref(bundle, checkpoint_id, layer)
    if ref is None or layer.kind not in KINDS or layer.shares_weights_with or len(ref.shape) < 2:
        return None
    kernel = bundle.load(ref)
    if "Transpose" in layer.class_name:
        kernel = np.moveaxis(kernel, -2, -1)
    table = kernel.reshape(-1, kernel.shape[-1])
    step = -(-table.size // MOST_WEIGHTS)
    part = np.asarray(table[::step], np.float32)
    if len(part) < FEWEST_WEIGHTS:
        return None
    return Twins(_same_way(part), table.shape[1], len(part), len(table))


def _same_way(table: NDArray[np.float32]) -> tuple[tuple[int, int], ...]:
    """Pairs (later, earlier) of columns with a cosine over 0.999."""
    with np.errstate(all="ignore"):
        unit = table / np.linalg.norm(table, axis=0)
        alike = np.nan_to_num(unit.T @ unit, nan=0.0) > SAME_COSINE
    later, earlier = np.nonzero(np.tril(alike, -1))
    first: dict[int, int] = {}
    for one, other in zip(later.tolist(), earlier.tolist(), strict=True):
        first.setdefault(one, other)
    return tuple(first.items())
