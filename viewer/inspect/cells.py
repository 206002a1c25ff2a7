"""From a spot on a plate to what is shown there, and back. Pure.

A spot is (u, v) from the plate's centre, in world units: u along +z, v up. Pictures are never mirrored: seen from
behind (`facing` -1) the cells of each tile run the other way, while the tiles stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.layout.plate import Form

    Array = NDArray[np.float64]
    Index = tuple[int, ...]
    Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """What a plate shows at a place: `channel` and `position` as `viewer.study.Place` has them, or of a kernel the
    index of the weight; all `None` between the tiles.
    """

    channel: int | None = None
    position: Index | None = None
    kernel: Index | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a plate: its middle (u, v) from the plate's centre, width and height in world units."""

    u: float
    v: float
    width: float
    height: float

    def scaled(self, fan: float) -> Box:
        """Nearer to the plate's middle and smaller."""
        return Box(self.u * fan, self.v * fan, self.width * fan, self.height * fan)


def spot_at(form: Form, u: float, v: float, facing: float = 1.0, fan: float = 1.0) -> Spot:
    """What a plate of this form shows at (u, v). `fan`, in 0..1, is how far its tiles have come out of its middle: so
    much smaller and nearer to it are they.
    """
    if fan <= 0:
        return Spot()
    u, v = u / fan, v / fan
    small = form.channel_centres()
    channel = _tile_at(small, form.channel_size, u, v) if len(small) else None
    if channel is not None:
        return Spot(channel, _cell_in(form, small[channel], form.channel_size, (u, v), facing))
    centres = form.tile_centres()
    tile = _tile_at(centres, form.tile_size, u, v)
    if tile is None or 0 in form.shape:
        return Spot()
    return _spot(form, tile, _cell_in(form, centres[tile], form.tile_size, (u, v), facing))


def box_of(form: Form, spot: Spot, facing: float = 1.0, fan: float = 1.0) -> Box:
    """Where a plate of this form shows a spot: a cell, a tile, of volumes all slices of a channel, or the whole panel.

    A closed plate shows a channel as its whole tile, and a cell of it where the mean over the channels is.
    """
    tile, cell = _tile_and_cell(form, spot)
    if tile is None:
        width, height = form.size
        return Box(0.0, 0.0, width, height)
    if form.channel_side and spot.channel is not None:
        centres, size = form.channel_centres()[tile], form.channel_size
    else:
        centres, size = form.tile_centres()[tile], form.tile_size
    if cell is not None:
        return cells_box(form, centres[0], size, cell, (cell[0] + 1, cell[1] + 1), facing).scaled(fan)
    low, high = centres.min(axis=0), centres.max(axis=0)
    (u, v), (width, height) = (low + high) / 2, high - low + size
    return Box(float(u), float(v), float(width), float(height)).scaled(fan)


def holds(form: Form, spot: Spot) -> bool:
    """Whether there is such a spot in what a plate shows: a place may be of another net with layers of this name."""
    sizes, count = (form.shape[1:], form.shape[0]) if form.channels_first else (form.shape[:-1], (1, *form.shape)[-1])
    if form.kind in ("vector", "classes") and len(form.shape) != 2:
        count = form.channels
    is_channel = spot.channel is None or 0 <= spot.channel < count
    if spot.position is None:
        return is_channel
    is_there = all(0 <= at < size for at, size in zip(spot.position, sizes, strict=False))
    return is_channel and is_there and len(spot.position) == len(sizes)


def cells_box(
    form: Form, centre: Array, size: tuple[float, float], start: Cell, stop: Cell, facing: float = 1.0
) -> Box:
    """The rectangle of the cells from `start` to before `stop` (row, column) of the tile at `centre`; it may go beyond
    the tile.
    """
    rows, columns = form.cells
    u = ((start[1] + stop[1]) / 2 / columns - 0.5) * size[0] * facing
    v = (0.5 - (start[0] + stop[0]) / 2 / rows) * size[1]
    width, height = (stop[1] - start[1]) / columns * size[0], (stop[0] - start[0]) / rows * size[1]
    return Box(float(centre[0] + u), float(centre[1] + v), width, height)


def _tile_at(centres: Array, size: tuple[float, float], u: float, v: float) -> int | None:
    """The tile whose middle is nearest among those that (u, v) lies in."""
    away = np.abs(centres - (u, v)) / (np.asarray(size) / 2)
    inside = np.flatnonzero((away <= 1.0).all(axis=1))
    return int(inside[np.argmin(away[inside].max(axis=1))]) if len(inside) else None


def _cell_in(form: Form, centre: Array, size: tuple[float, float], at: tuple[float, float], facing: float) -> Cell:
    """Row and column of the cell of a tile at a spot."""
    rows, columns = form.cells
    column = (0.5 + (at[0] - centre[0]) / size[0] * facing) * columns
    row = (0.5 - (at[1] - centre[1]) / size[1]) * rows
    return min(max(int(row), 0), rows - 1), min(max(int(column), 0), columns - 1)


def _spot(form: Form, tile: int, cell: Cell) -> Spot:
    if form.kind == "weights":
        return Spot(kernel=_kernel_index(form, tile, cell))
    if form.kind in ("vector", "classes"):
        return _unit_spot(form, cell)
    if form.kind == "picture":
        return Spot(0 if form.channels == 1 else None, cell)
    if form.channels_first:
        queries, keys = _heads_axes(form)
        return Spot(tile, _unravelled(cell[0], queries) + _unravelled(cell[1], keys))
    deep = form.shape[:-3]
    if form.kind == "closed":
        return Spot() if form.tiles < prod(deep) else Spot(None, _unravelled(tile, deep) + cell)
    return Spot(tile // form.slices, _unravelled(tile % form.slices, deep) + cell)


def _unit_spot(form: Form, cell: Cell) -> Spot:
    """A unit of a vector, or of a matrix (steps, units) the unit at one step; nothing in the padding at the end."""
    unit = cell[0] * form.cells[1] + cell[1]
    if unit >= form.channels:
        return Spot()
    return Spot(cell[1], (cell[0],)) if len(form.shape) == 2 else Spot(unit)


def _tile_and_cell(form: Form, spot: Spot) -> tuple[NDArray[np.int64] | None, Cell | None]:
    """The tiles that show a spot and the cell within; no tile for what the plate as a whole shows."""
    channel, position = spot.channel, spot.position
    if spot.kernel is not None:
        return _kernel_cell(form, spot.kernel)
    if channel is None and position is None:
        return None, None
    if form.kind in ("vector", "classes"):
        return _unit_cell(form, spot)
    if form.kind == "picture":
        return np.array([(channel or 0) * bool(form.channel_side)]), _last_two(position)
    if form.channels_first:
        queries, keys = _heads_axes(form)
        if position is None:
            return np.array([channel or 0]), None
        split = len(queries)
        return np.array([channel or 0]), (_ravelled(position[:split], queries), _ravelled(position[split:], keys))
    first = 0 if form.kind == "closed" else (channel or 0) * form.slices
    if form.kind != "closed" and channel is not None and channel >= form.channels:
        return None, None
    if position is None:
        return np.arange(first, first + (form.tiles if form.kind == "closed" else form.slices)), None
    deep = form.shape[:-3]
    depth = _ravelled(position[:-2], deep) if form.slices == prod(deep) and len(position) - 2 == len(deep) else 0
    return np.array([first + depth]), _last_two(position)


def _unit_cell(form: Form, spot: Spot) -> tuple[NDArray[np.int64] | None, Cell | None]:
    columns = form.cells[1]
    if len(form.shape) == 2:
        if spot.channel is None or spot.position is None:
            return None, None  # a whole unit is a column of the matrix: the plate
        return np.array([0]), (spot.position[0], spot.channel)
    if spot.channel is None or spot.channel >= form.channels:
        return None, None
    return np.array([0]), divmod(spot.channel, columns)


def _kernel_index(form: Form, tile: int, cell: Cell) -> Index:
    """The index of the weight that a kernel's plate shows in a cell."""
    if len(form.shape) != 4:
        return cell
    if form.tiles > 1:
        return (*cell, 0, tile)
    (channel, row), (out, column) = divmod(cell[0], form.shape[0]), divmod(cell[1], form.shape[1])
    return row, column, channel, out


def _kernel_cell(form: Form, index: Index) -> tuple[NDArray[np.int64], Cell]:
    if len(form.shape) != 4:
        return np.array([0]), (index[0], index[1])
    row, column, channel, out = index
    if form.tiles > 1:
        return np.array([out]), (row, column)
    return np.array([0]), (channel * form.shape[0] + row, out * form.shape[1] + column)


def _heads_axes(form: Form) -> tuple[Index, Index]:
    """Sizes of the axes that run down the tile of a head of attention, and of those that run across."""
    middle = (len(form.shape) + 1) // 2
    return form.shape[1:middle], form.shape[middle:]


def _last_two(position: Index | None) -> Cell | None:
    return None if position is None else (position[-2], position[-1])


def _unravelled(index: int, shape: Index) -> Index:
    return tuple(int(i) for i in np.unravel_index(index, shape)) if shape else ()


def _ravelled(position: Index, shape: Index) -> int:
    return int(np.ravel_multi_index(position, shape)) if shape else 0
