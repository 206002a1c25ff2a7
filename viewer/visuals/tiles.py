"""The quads of a layout's plates as tables, one row each: where they stand and where their texels lie. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viewer.layout.plate import STACK_RISE, STACK_STEP, STACKED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.atlas import Atlas
    from viewer.layout import Layout, Plate

    Array = NDArray[np.float64]

PANEL, CELLS, KERNEL = 0.0, 1.0, 2.0
PICTURE, CHANNEL = 0.0, 1.0
NO_TILE = -1.0


@dataclass(frozen=True, slots=True)
class Quads:
    """Quads of one kind.

    Attributes
    ----------
    centre : (n, 3)
        Middle of the plate in the layout.
    place : (n, 4)
        From there to the quad's middle, along u and v, and its width and height, in world units.
    texels : (n, 4)
        Left, top, width and height in the atlas.
    look : (n, 4)
        Kind, station, plate, and channel: of a picture's channel its colour (0 red, 2 blue), else how many there are.
    tile : (n,)
        Which tile of the cells' atlas it is; -1 for none.
    behind : (n,)
        How far it lies behind its place, seen from where the eye is.
    """

    centre: Array
    place: Array
    texels: Array
    look: Array
    tile: Array
    behind: Array

    def __len__(self) -> int:
        return len(self.tile)

    def seen_from(self, faces_input: bool) -> Quads:
        """The same, from the far one to the near one along x."""
        away = self.behind if faces_input else -self.behind
        centre = self.centre + np.outer(away, (1.0, 0.0, 0.0))
        order = np.argsort(-centre[:, 0] if faces_input else centre[:, 0], kind="stable")
        place, texels, look = self.place[order], self.texels[order], self.look[order]
        return Quads(centre[order], place, texels, look, self.tile[order], self.behind[order])


def panel_quads(layout: Layout) -> Quads:
    """A quad for each panel. A folded group has more panels behind it: it is a stack."""
    parts = []
    for index, plate in enumerate(layout.plates):
        backs = np.arange(1 + STACKED * (plate.group is not None), dtype=float)
        places = [(0.0, back * STACK_RISE, *plate.size) for back in backs]
        texels = np.tile([0.0, 0.0, 1.0, 1.0], (len(backs), 1))
        parts.append(_quads(plate, index, PANEL, places, texels, behind=backs * STACK_STEP))
    return _joined(parts)


def cell_quads(layout: Layout, atlas: Atlas) -> Quads:
    """A quad for each map, vector and kernel."""
    parts = []
    first = 0
    for block in atlas.blocks:
        plate = layout.plates[block.plate]
        at = plate.form.tile_centres()
        places = np.c_[at, np.tile(plate.form.tile_size, (len(at), 1))]
        kind = KERNEL if plate.form.kind == "weights" else CELLS
        tiles = np.arange(first, first + block.tiles)
        parts.append(_quads(plate, block.plate, kind, places, block.boxes(), tile=tiles))
        first += block.tiles
    return _joined(parts)


def picture_quads(layout: Layout, atlas: Atlas) -> Quads:
    """A quad for each picture, and one for each of its colour channels."""
    parts = []
    for block in atlas.blocks:
        plate, box = layout.plates[block.plate], block.boxes()
        place = np.array([[*plate.form.tile_centres()[0], *plate.form.tile_size]])
        parts.append(_quads(plate, block.plate, PICTURE, place, box))
        for channel, at in enumerate(plate.form.channel_centres()):
            place = np.array([[*at, *plate.form.channel_size]])
            colour = 2 - channel if plate.form.blue_first else channel
            parts.append(_quads(plate, block.plate, CHANNEL, place, box, channel=colour))
    return _joined(parts)


def tile_quads(layout: Layout, layer: str) -> Quads:
    """A quad for each tile of what a layer puts out first: its maps, or its picture without the colour channels. None
    where it has no plate, also inside a folded group.
    """
    parts = []
    for index, plate in enumerate(layout.plates):
        if plate.layer == layer and plate.form.kind != "weights" and not plate.output:
            at = plate.form.tile_centres()
            places = np.c_[at, np.tile(plate.form.tile_size, (len(at), 1))]
            parts.append(_quads(plate, index, CELLS, places, np.tile([0.0, 0.0, 1.0, 1.0], (len(at), 1))))
    return _joined(parts)


def _quads(
    plate: Plate,
    index: int,
    kind: float,
    places: Sequence[tuple[float, ...]] | Array,
    texels: NDArray[np.float64] | NDArray[np.int64],
    *,
    channel: int | None = None,
    tile: NDArray[np.int64] | None = None,
    behind: Array | None = None,
) -> Quads:
    count = len(places)
    look = kind, plate.station, index, plate.form.channels if channel is None else channel
    return Quads(
        np.tile(plate.centre, (count, 1)),
        np.asarray(places, np.float64),
        texels.astype(np.float64),
        np.tile(np.array(look, np.float64), (count, 1)),
        np.full(count, NO_TILE) if tile is None else tile.astype(np.float64),
        np.zeros(count) if behind is None else behind,
    )


def _joined(parts: Sequence[Quads]) -> Quads:
    four = np.zeros((0, 4))
    every = (Quads(np.zeros((0, 3)), four, four, four, np.zeros(0), np.zeros(0)), *parts)
    return Quads(
        np.concatenate([part.centre for part in every]),
        np.concatenate([part.place for part in every]),
        np.concatenate([part.texels for part in every]),
        np.concatenate([part.look for part in every]),
        np.concatenate([part.tile for part in every]),
        np.concatenate([part.behind for part in every]),
    )
