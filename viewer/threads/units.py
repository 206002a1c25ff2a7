"""One number for every channel and unit of a layout, and where in the world each one is. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.layout import Layout, Plate

MOST_UNITS = 2**24
"""Three bytes tell units apart. No known network has as many channels and units; one that has draws no threads."""


@dataclass(frozen=True, slots=True)
class Units:
    """The channels and units of a layout, plate after plate.

    Attributes
    ----------
    first : (plates + 1,) int64
        Number of each plate's first unit; the last entry is how many there are.
    places : (units, 3) float32
        Centre of each in the world.
    plates : (units,) int32
        The plate that each belongs to.
    """

    first: NDArray[np.int64]
    places: NDArray[np.float32]
    plates: NDArray[np.int32]


def units_of(layout: Layout) -> Units:
    """The units of `layout`: cells of vectors, tiles of open maps; the channels of a closed plate, which share a tile,
    stand over each other down its middle. Plates of weights have none.
    """
    places = [_places(plate) for plate in layout.plates]
    counts = [len(each) for each in places]
    first = np.array([0, *accumulate(counts)], np.int64)
    joined = np.concatenate([np.zeros((0, 3)), *places]).astype(np.float32)
    return Units(first, joined, np.repeat(np.arange(len(counts)), counts).astype(np.int32))


def _places(plate: Plate) -> NDArray[np.float64]:
    form = plate.form
    if form.kind == "weights":
        return np.zeros((0, 3))
    if form.kind in ("vector", "classes"):
        return _cells(plate)
    if form.kind == "maps":
        tiles = plate.tile_centres()
        slices = max(len(tiles) // max(form.channels, 1), 1)
        middles: NDArray[np.float64] = tiles[: form.channels * slices].reshape(-1, slices, 3).mean(axis=1)
        return middles
    if form.channel_side:
        return plate.channel_centres()
    return _down_the_middle(plate)


def _cells(plate: Plate) -> NDArray[np.float64]:
    rows, columns = plate.form.cells
    unit = np.arange(plate.form.channels)
    u = ((unit % columns + 0.5) / columns - 0.5) * plate.form.tile_size[0]
    v = (0.5 - (unit // columns + 0.5) / rows) * plate.form.tile_size[1]
    return np.asarray(plate.centre) + np.stack([np.zeros(len(unit)), v, u], axis=1)


def _down_the_middle(plate: Plate) -> NDArray[np.float64]:
    part = (np.arange(plate.form.channels) + 0.5) / max(plate.form.channels, 1)
    v = (0.5 - part) * plate.form.tile_size[1]
    return np.asarray(plate.centre) + np.stack([np.zeros(len(v)), v, np.zeros(len(v))], axis=1)
