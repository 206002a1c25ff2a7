"""Pairs of units that are switched off: no edge is drawn between them. Pure numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.state import Mute

    Array = NDArray[np.float32]
    Cut = tuple[int | None, int | None]


def cuts_of(mutes: Sequence[Mute], source_layer: str, target_layer: str) -> tuple[Cut, ...]:
    """Which pairs of two layers are switched off, as (source or `None` for all, target or `None` for all).

    A mute of one cell leaves the rest of its channel on, so it cuts nothing.
    """
    return tuple(
        (mute.channel, mute.into)
        for mute in mutes
        if mute.layer == source_layer and mute.target == target_layer and mute.position is None
    )


def without(strength: Array, cuts: Sequence[Cut], first: int = 0) -> Array:
    """`strength` (sources, targets), whose first row is source `first`, with what is cut set to 0: a copy if need
    be.
    """
    for channel, into in cuts:
        if channel is None or first <= channel < first + len(strength):
            strength = strength.copy()
            row = slice(None) if channel is None else channel - first
            strength[row, slice(None) if into is None else into] = 0.0
    return strength


def without_chosen(
    strength: Array, cuts: Sequence[Cut], sources: NDArray[np.int64], targets: NDArray[np.int64]
) -> Array:
    """As `without`, of a part of all pairs: its rows are `sources` and its columns `targets`."""
    for channel, into in cuts:
        rows = np.full(len(sources), True) if channel is None else sources == channel
        columns = np.full(len(targets), True) if into is None else targets == into
        strength = np.where(rows[:, None] & columns, np.float32(0), strength)
    return strength
