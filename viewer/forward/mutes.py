"""What is switched off: cells of an output set to 0, and edges that carry nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from viewer.forward.node import Array
from viewer.state import Mute


def checked(bundle: Bundle, mutes: Iterable[Mute]) -> tuple[Mute, ...]:
    """The mutes, all of which are of this network.

    Raises
    ------
    KerascopeError
        a layer, channel or cell that is not there, or an edge that leads nowhere.
    """
    found = tuple(mutes)
    for mute in found:
        _check_place(bundle, mute.layer, mute.channel, mute.position)
        if mute.target is not None:
            _check_place(bundle, mute.target, mute.into, None)
    return found


def _check_place(bundle: Bundle, layer: str, channel: int | None, position: Sequence[int] | None) -> None:
    shape = bundle.layer(layer).outputs[0].shape
    channels = shape[-1] if shape else 1
    if channel is not None and channels is not None and not 0 <= channel < channels:
        raise KerascopeError(f"{layer} has no such channel", expected=f"0 to {channels - 1}", got=channel)
    if position is None:
        return
    sizes = shape[:-1]
    fits = len(position) == len(sizes) and all(
        at >= 0 and (size is None or at < size) for at, size in zip(position, sizes, strict=True)
    )
    if not fits:
        raise KerascopeError(f"{layer} has no such cell", expected=f"a place within {sizes}", got=tuple(position))


def muted(values: Array, mutes: Iterable[Mute]) -> Array:
    """A copy of an output (1, ..., channels) in which the places of the mutes are 0."""
    out = np.array(values)
    for mute in mutes:
        if out.ndim == 1:  # a single number
            out[:] = 0
            continue
        cells = (slice(None),) * (out.ndim - 2) if mute.position is None else mute.position
        out[(slice(None), *cells, slice(None) if mute.channel is None else mute.channel)] = 0
    return out


def outputs_off(mutes: Iterable[Mute]) -> dict[str, list[Mute]]:
    """By layer, the mutes of outputs."""
    found: dict[str, list[Mute]] = defaultdict(list)
    for mute in mutes:
        if mute.target is None:
            found[mute.layer].append(mute)
    return found


def edges_off(mutes: Iterable[Mute]) -> dict[str, dict[int | None, list[Mute]]]:
    """By target, and there by channel (`None`: all of them), the mutes of edges."""
    found: dict[str, dict[int | None, list[Mute]]] = defaultdict(lambda: defaultdict(list))
    for mute in mutes:
        if mute.target is not None:
            found[mute.target][mute.into].append(mute)
    return found
