"""The cells of every plate as solids: what has rows and columns as slabs with a picture over them, units as boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from viewer.atlas import as_picture, tiles_of, values_of
from viewer.scopes import colouring_of, scales_of
from viewer.solids.bake import between, palette_of
from viewer.solids.pictured import Pictured, pictured, pictured_solid
from viewer.solids.tiled import Tiled, tiled, tiled_solid
from viewer.solids.units import Units, units, units_solid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.layout import Layout, Plate
    from viewer.solids.detail import Detail
    from viewer.solids.solid import Solid
    from viewer.state import CaptureKey, MapName, NetView, ViewState

    Array = NDArray[np.float32]

CAPTURES_KEPT = 4
"""Whose values stay in memory: the clean capture is shown beside every step of an attack."""


class Cells:
    """The cells of one layout, in the colours of a state: its theme, colour set, and scales."""

    def __init__(self, bundle: Bundle, layout: Layout, state: ViewState, detail: Detail) -> None:
        self._bundle, self._layout, self._detail = bundle, layout, detail
        self._theme, self._colours = state.theme, state.colours
        self._scales = scales_of(bundle, layout, colouring_of(state))
        self._moulds: dict[int, Tiled | Pictured | Units] = {}
        self._values: dict[CaptureKey, dict[int, Array | None]] = {}

    def solids(self, net: NetView) -> dict[int, tuple[Solid, ...]]:
        """What a net shows on each of its plates, by the plate's index; nothing where none was kept, or it is empty.

        All of it is lit and fully out, whatever the net's `front`, `emphasis` and `fans`. The arrays that no value
        changes are the same objects for all nets.
        """
        shown = ((index, self._solid(index, plate, net)) for index, plate in enumerate(self._layout.plates))
        return {index: (solid,) for index, solid in shown if solid is not None}

    def _solid(self, index: int, plate: Plate, net: NetView) -> Solid | None:
        values, mould = self._shown(index, net), self._mould(index, plate)
        if values is None:
            return None
        is_difference = net.quantity == "difference"
        if isinstance(mould, Pictured):
            return pictured_solid(mould, values, self._theme, self._colours, is_difference=is_difference)
        name: MapName = "difference" if is_difference else "activation"
        if isinstance(mould, Units):
            return units_solid(mould, values[0], self._theme, self._colours, name, is_difference=is_difference)
        palette = palette_of(self._theme, "weight" if plate.form.kind == "weights" else name, self._colours)
        return tiled_solid(mould, values, palette, is_difference=is_difference)

    def _mould(self, index: int, plate: Plate) -> Tiled | Pictured | Units:
        if index not in self._moulds:
            make = pictured if plate.form.kind == "picture" else units if _has_boxes(plate, self._detail) else tiled
            self._moulds[index] = make(plate, self._detail)
        return self._moulds[index]

    def _shown(self, index: int, net: NetView) -> Array | None:
        """What a plate shows of a net: values over their scale (tiles, rows, columns), or a picture (h, w, 3)."""
        here = self._value(index, net.capture)
        there = here if net.toward is None else self._value(index, net.toward)
        if here is None or there is None:
            return None
        is_difference = net.quantity == "difference"
        both = is_difference or net.blend > 0
        value = between(here, there, net.blend, is_difference=is_difference) if both else here
        gain = 1.0 if net.gains is None else net.gains[index]
        return value * self._strength(index, gain)

    def _strength(self, index: int, gain: float) -> Array:
        """By how much the values of each tile are multiplied: gain / scale."""
        scale = np.asarray(self._scales.tiles.get(index, self._scales.plates[index]), np.float32).reshape(-1, 1, 1)
        if self._layout.plates[index].form.kind == "picture":
            return np.full((1, 1, 1), gain, np.float32)
        strength: Array = (gain / np.where(scale > 0, scale, 1)).astype(np.float32)
        return strength

    def _value(self, index: int, key: CaptureKey) -> Array | None:
        kept = self._values.pop(key, {})
        self._values[key] = kept  # what was used last is the last to go
        if len(self._values) > CAPTURES_KEPT:
            self._values.pop(next(iter(self._values)))
        if index not in kept:
            kept[index] = self._read(self._layout.plates[index], key)
        return kept[index]

    def _read(self, plate: Plate, key: CaptureKey) -> Array | None:
        is_picture = plate.form.kind == "picture"
        values = values_of(self._bundle, plate, key, keeps_nan=not is_picture)
        if values is None or not values.size:
            return None
        if is_picture:
            return as_picture(values, self._bundle.manifest.preprocessing)
        return np.nan_to_num(tiles_of(plate, values, keeps_nan=True), nan=0.0)


def _has_boxes(plate: Plate, detail: Detail) -> bool:
    """Whether each unit of a plate has a box. So many units that each is a dot make a picture, as do the cells of a
    matrix of steps and units: boxes are most of a file, and nobody could tell their heights apart.
    """
    if plate.form.kind == "classes":
        return True
    return plate.form.kind == "vector" and len(plate.form.shape) != 2 and plate.form.channels <= detail.boxes
