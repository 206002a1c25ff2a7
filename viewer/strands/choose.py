"""Which strands are drawn: the strongest few into each unit, and the share of the whole flow that they carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


MOST = 400


@dataclass(frozen=True, slots=True)
class Chosen:
    """Pairs that are drawn. `share` (n,) is each one's strength over the largest, in 0..1; `sign` is -1, 0 (copy) or
    +1.

    `drawn` of `total` strength is theirs (not a number: not measured); `pairs` is how many there were to choose from.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    share: NDArray[np.float32]
    sign: NDArray[np.float32]
    drawn: float
    total: float
    pairs: int


def strongest_into_each(
    strength: NDArray[np.float32], sign: NDArray[np.float32], count: int, most: int = MOST
) -> Chosen:
    """The `count` strongest pairs into each column of `strength` (sources, targets); `sign` has the same shape.

    Of these at most `most` are kept, the strongest: a thousand classes would be a white cloud.
    NaN counts as no strength. Pairs of no strength are never drawn, so an all-zero layer gives no strands.
    """
    strength = np.nan_to_num(np.abs(strength), nan=0.0, posinf=0.0)
    count = min(count, strength.shape[0])
    top = np.argpartition(strength, -count, axis=0)[-count:]
    target = np.broadcast_to(np.arange(strength.shape[1]), top.shape)
    source, target = np.sort(top, axis=0).T.ravel(), target.T.ravel()
    chosen = strength[source, target]
    alive = chosen > 0
    if alive.sum() > most:
        alive = np.zeros(len(chosen), bool)
        alive[np.argpartition(chosen, -most)[-most:]] = True
    source, target, chosen = source[alive], target[alive], chosen[alive]
    largest = float(strength.max(initial=0.0)) or 1.0
    return Chosen(
        source,
        target,
        (chosen / largest).astype(np.float32),
        np.sign(sign[source, target]).astype(np.float32),
        float(chosen.sum()),
        float(strength.sum()),
        strength.size,
    )


def one_to_one(strength: NDArray[np.float32], offset: int = 0) -> Chosen:
    """Every channel copied to the channel of the same number (plus `offset`, as in a concatenation)."""
    strength = np.nan_to_num(np.abs(strength), nan=0.0, posinf=0.0).astype(np.float32)
    index = np.arange(len(strength))
    total = float(strength.sum())
    largest = float(strength.max(initial=0.0)) or 1.0
    return Chosen(
        index,
        index + offset,
        strength / np.float32(largest),
        np.zeros(len(index), np.float32),
        total,
        total,
        len(index),
    )


def single() -> Chosen:
    """One neutral strand from plate to plate (index -1), where channels or units are not told apart."""
    whole = np.full(1, -1, np.int64)
    return Chosen(whole, whole, np.full(1, 0.6, np.float32), np.zeros(1, np.float32), np.nan, np.nan, 1)
