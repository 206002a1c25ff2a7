"""How plates and tiles look, as small textures that are uploaded when it changes: never with a frame, never by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.scopes import Colouring, Scales, scales_of
from viewer.visuals.quad import float_texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.atlas import Atlas
    from viewer.layout import Layout
    from viewer.state import NetView

TABLE_WIDTH = 1024
COLOURINGS_KEPT = 8
LOOKS_KEPT = 8


class LookStore:
    """Scales of tiles by what they were measured on, and gains, emphasis and fans of plates; those used longest ago
    make room.
    """

    def __init__(self, bundle: Bundle, layout: Layout, cells: Atlas) -> None:
        self._bundle, self._layout, self._cells = bundle, layout, cells
        self._scales: dict[Colouring, tuple[Scales, gloo.Texture2D]] = {}
        self._plates: dict[tuple[object, ...], gloo.Texture2D] = {}

    def scales(self, by: Colouring) -> Scales:
        """The scales of a frame. Raises as `viewer.scopes.scales_of`."""
        return self._measured(by)[0]

    def tiles(self, by: Colouring) -> gloo.Texture2D:
        """1 / scale of each tile of the cells' atlas, in rows of 1,024."""
        return self._measured(by)[1]

    def plates(self, net: NetView) -> gloo.Texture2D:
        """Gain, emphasis and fan of each plate, in rows of 1,024."""
        key = net.gains, net.emphasis, net.fans
        found = self._plates.pop(key, None)
        if found is None:
            while len(self._plates) >= LOOKS_KEPT:
                self._plates.pop(next(iter(self._plates))).delete()
            found = table(np.stack([self._column(values) for values in key], axis=1))
        self._plates[key] = found  # the one used last is the last to go
        return found

    def close(self) -> None:
        """Give everything back."""
        for _, texture in self._scales.values():
            texture.delete()
        for texture in self._plates.values():
            texture.delete()

    def _column(self, values: tuple[float, ...] | None) -> NDArray[np.float32]:
        return np.asarray(values or np.ones(len(self._layout.plates)), np.float32)

    def _measured(self, by: Colouring) -> tuple[Scales, gloo.Texture2D]:
        found = self._scales.pop(by, None)
        if found is None:
            while len(self._scales) >= COLOURINGS_KEPT:
                self._scales.pop(next(iter(self._scales)))[1].delete()
            scales = scales_of(self._bundle, self._layout, by)
            found = scales, table(strengths(scales, self._cells))
        self._scales[by] = found
        return found


def strengths(scales: Scales, cells: Atlas) -> NDArray[np.float32]:
    """1 / scale (n,) of each tile of an atlas; 1 where nothing was kept."""
    parts = [
        np.broadcast_to(scales.tiles.get(block.plate, scales.plates[block.plate]), (block.tiles,))
        for block in cells.blocks
    ]
    joined = np.concatenate([np.zeros(0), *parts])
    return (1.0 / np.where(joined > 0, joined, 1.0)).astype(np.float32)


def table(values: NDArray[np.float32]) -> gloo.Texture2D:
    """A texture of `values` (n,) or (n, 3), entry i at column i % 1024 of row i // 1024."""
    rows = max(-(-len(values) // TABLE_WIDTH), 1)
    padded = np.zeros((rows * TABLE_WIDTH, *values.shape[1:]), np.float32)
    padded[: len(values)] = values
    return float_texture(padded.reshape(rows, TABLE_WIDTH, *values.shape[1:]))
