"""How much each unit matters for each class by the weights alone: their sizes, carried back from the answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.net import UnitNet

Floats = NDArray[np.float32]
_BLOCK_CELLS = 2**22


def weight_importance(net: UnitNet, classes: int, chosen: Sequence[int] | None = None) -> tuple[Floats, ...]:
    """The importance of every layer's units for each class, of the sizes of the weights alone.

    What a unit matters is the sum over all that it feeds of |weight| times what that matters; the answer's units
    matter for their own class, 1, and for no other. It is the bound that absolute weights set to how much a unit can
    change an answer where no activation is steeper than 1. It is carried in floating point with an exponent of each
    layer's own, so that no depth overflows.

    Parameters
    ----------
    net : layers and links.
    classes : how many there are. Layers that feed nothing and have as many units are answers; of a model without such
        a layer all that feed nothing are, and every class is the same.
    chosen : the classes that are wanted, `None`: all of them.

    Returns
    -------
    (U_l, C) float32 of each layer in 0..1, its largest 1; all 0 where no way leads to an answer.
    """
    columns = np.arange(classes) if chosen is None else np.asarray(chosen, np.int64)
    feeding = {link.source for link in net.links}
    sinks = {index for index in range(len(net.layers)) if index not in feeding}
    answers = {index for index in sinks if net.layers[index].units == classes} if classes > 1 else set()
    carried: dict[int, Floats] = {}
    exponents: dict[int, int] = {}
    for index in reversed(range(len(net.layers))):
        units = net.layers[index].units
        if index in answers:
            made, exponent = np.eye(units, dtype=np.float32)[:, columns], 0
        elif index in sinks:
            made, exponent = np.full((units, len(columns)), not answers, np.float32), 0
        else:
            made, exponent = _of_links(net, index, carried, exponents)
        carried[index], exponents[index] = _scaled(made, exponent)
    return tuple(_largest_one(carried[index]) for index in range(len(net.layers)))


def _of_links(net: UnitNet, source: int, carried: dict[int, Floats], exponents: dict[int, int]) -> tuple[Floats, int]:
    """What comes back to a layer over all of its links, times two to the exponent that is given beside it."""
    links = [link for link in net.links if link.source == source]
    highest = max(exponents[link.target] for link in links)
    columns = carried[links[0].target].shape[1]
    total = np.zeros((net.layers[source].units, columns), np.float32)
    for link in links:
        rows = max(_BLOCK_CELLS // max(link.weights.shape[1], 1), 1)
        scale = np.float32(2.0 ** max(exponents[link.target] - highest, -140))
        for first in range(0, len(total), rows):
            total[first : first + rows] += np.abs(link.weights[first : first + rows]) @ carried[link.target] * scale
    return total, highest


def _scaled(values: Floats, exponent: int) -> tuple[Floats, int]:
    """The values with a power of two taken out, so that the largest is between a half and 1."""
    most = values.max(initial=0)
    power = int(np.frexp(most)[1]) if most > 0 else 0
    return np.ldexp(values, -power).astype(np.float32), exponent + power


def _largest_one(values: Floats) -> Floats:
    most = values.max(initial=0)
    return values / most if most > 0 else values
