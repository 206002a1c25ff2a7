"""From what one input did in the network to strands in world space, one frozen table for the whole net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.strands.pairs import PairsOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout import Layout, Link, Plate
    from viewer.state import CaptureKey, EdgeMode
    from viewer.strands.choose import Chosen

STRANDS_PER_HEIGHT = 22.0
ORDINARY_EXTENT = 45.0
CONV, DENSE, COPY = 0.0, 1.0, 2.0
RIDGE_SPREAD = 0.25
ON_A_RIDGE = 2.0
"""Strands that may share a ridge at full brightness: there all run side by side."""
SMALLEST_OVER = 1e-3
MOST_APART, IN_A_HAZE = 48, 0.45
"""Into more units than these nobody can tell strands apart: they are a haze, which must not outshine the plates."""


@dataclass(frozen=True, slots=True)
class Strands:
    """Strands of one net for one capture.

    Attributes
    ----------
    ends : (n, 6) float32
        World x, y, z of the start and of the end.
    look : (n, 4) float32
        Kind (0 convolution, 1 dense, 2 copy), share of the layer's largest in 0..1, sign, brightness factor.
    way : (n, 4) float32
        Station of the start and of the end, height of the ridge over the ends' mean (0: straight), and a fan in -1..1
        that spreads handles.
    drawn, possible : int
        How many are drawn and of how many.
    conv_share, dense_share : float or None
        Part of the flow that the drawn ones carry, in 0..1; `None` where the net has no such layer, or one of which not
        every pair was looked at.
    pairs : (n, 4) int32
        Source plate, its channel or unit, target plate, its channel or unit; plates by their index in the layout,
        channel -1 is the plate as a whole.
    """

    ends: NDArray[np.float32]
    look: NDArray[np.float32]
    way: NDArray[np.float32]
    drawn: int
    possible: int
    conv_share: float | None
    dense_share: float | None
    pairs: NDArray[np.int32]


def trace(bundle: Bundle, layout: Layout, key: CaptureKey, mode: EdgeMode = "contribution") -> Strands:
    """The strands of `layout` for the capture `key`: the strongest into each channel, unit and class.

    By `mode` the strongest by contribution, or by weight or mean contribution, which depend on the key's checkpoint
    alone.
    """
    scale = min(1.0, ORDINARY_EXTENT / layout.extent)
    pairs = PairsOf(bundle, key, scale, mode)
    parts: list[tuple[Link, Chosen, NDArray[np.float32]]] = []
    for link in layout.links:
        source, target = layout.plates[link.source], layout.plates[link.target]
        chosen = pairs.choose(link, source, target)
        parts.append((link, chosen, _brightness(link, chosen, target, pairs, scale)))
    tables = [_table(layout, *part) for part in parts]
    ends, look, way = (
        np.concatenate([t[i] for t in tables]) if tables else np.zeros((0, n)) for i, n in enumerate((6, 4, 4))
    )
    return Strands(
        ends.astype(np.float32),
        look.astype(np.float32),
        way.astype(np.float32),
        sum(len(chosen.source) for _, chosen, _ in parts),
        sum(chosen.pairs for _, chosen, _ in parts),
        _share([chosen for link, chosen, _ in parts if link.kind == "conv"]),
        _share([chosen for link, chosen, _ in parts if link.kind == "dense"]),
        np.concatenate([np.zeros((0, 4), np.int32), *(_pairs(link, chosen) for link, chosen, _ in parts)]),
    )


def _pairs(link: Link, chosen: Chosen) -> NDArray[np.int32]:
    plates = (np.full(len(chosen.source), end) for end in (link.source, link.target))
    from_plate, to_plate = plates
    return np.stack([from_plate, chosen.source, to_plate, chosen.target], axis=1).astype(np.int32)


def _brightness(link: Link, chosen: Chosen, target: Plate, pairs: PairsOf, scale: float) -> NDArray[np.float32]:
    """A factor (n,) a strand: those into the winner class stand out, and where many share little height on the picture
    each is fainter.
    """
    crowd = min(1.0, (STRANDS_PER_HEIGHT * target.size[1] * scale / max(len(chosen.source), 1)) ** 0.5)
    if link.ridge is not None:
        crowd *= min(1.0, ON_A_RIDGE / max(len(chosen.source), 1)) ** 0.5
    if link.kind != "copy" and target.form.channels > MOST_APART and target.form.kind in ("vector", "classes"):
        crowd *= IN_A_HAZE
    factor = np.full(len(chosen.source), crowd, np.float32)
    if link.kind == "conv" and target.form.kind == "vector":
        factor *= 0.4  # strands of convolutions are broad: among units, as many as of a dense layer
    if link.kind == "dense":
        factor *= 0.8
        values = pairs.answer(target)
        if values is not None:
            factor[chosen.target == int(np.argmax(values))] = 1.25 * crowd
    return factor


def _table(
    layout: Layout, link: Link, chosen: Chosen, brightness: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Ends, look and way of one link's strands. Index -1 stands for the plate as a whole: its centre's height."""
    source, target = layout.plates[link.source], layout.plates[link.target]
    n = len(chosen.source)
    ends = np.empty((n, 6), np.float32)
    ends[:, 0], ends[:, 3] = source.centre[0], target.centre[0]
    ends[:, 1] = _heights(source, chosen.source)
    ends[:, 4] = _heights(target, chosen.target)
    ends[:, 2], ends[:, 5] = source.size[0] / 2, -target.size[0] / 2
    kind = {"conv": CONV, "dense": DENSE, "copy": COPY}[link.kind]
    look = np.stack([np.full(n, kind), chosen.share, chosen.sign, brightness], axis=1)
    fan = np.linspace(-1, 1, n)[np.argsort(np.argsort(chosen.target, kind="stable"))] if n > 1 else np.zeros(n)
    over = _over_mean(link, ends, fan) if link.ridge is not None else np.zeros(n)
    way = np.stack([np.full(n, source.station), np.full(n, target.station), over, fan], axis=1)
    return ends, look.astype(np.float32), way.astype(np.float32)


def _over_mean(link: Link, ends: NDArray[np.float32], fan: NDArray[np.float64]) -> NDArray[np.float64]:
    """How high the ridge of each strand lies over the mean of its ends; never 0, which stands for no ridge."""
    ridge = (link.ridge or 0.0) + RIDGE_SPREAD * (fan + 1) / 2
    over: NDArray[np.float64] = ridge - (ends[:, 1] + ends[:, 4]) / 2
    return np.where(np.abs(over) < SMALLEST_OVER, SMALLEST_OVER, over)


def _heights(plate: Plate, index: NDArray[np.int64]) -> NDArray[np.float64]:
    whole = np.full(len(index), plate.centre[1])
    heights = plate.unit_heights()
    return np.where(index < 0, whole, heights[np.clip(index, 0, len(heights) - 1)])


def _share(parts: Sequence[Chosen]) -> float | None:
    """What the drawn ones carry, where that was measured for every link of their kind."""
    total = sum(chosen.total for chosen in parts)
    return sum(chosen.drawn for chosen in parts) / total if total > 0 else None
