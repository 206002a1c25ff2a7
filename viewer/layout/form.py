"""From a layer and the shape of its output to the form of its plate: how many tiles, how large, in how many columns."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, prod
from typing import TYPE_CHECKING

from viewer.layout.plate import TILE_GAP, Form

if TYPE_CHECKING:
    from exporter.bundle.schema import Layer
    from viewer.layout.plate import PlateKind

Shape = tuple[int, ...]

MAX_OPEN_CHANNELS = 32
MOST_TILES = 64
MOST_SLICES_IN_LINE = 10
REFERENCE_CELLS = 62
PICTURE_SIZE = 3.6
CLASS_CELL = (0.52, 0.86)
MAX_CLASSES = 24
SMALLEST_CLOSED = 1.3
SMALLEST_HEAD = 1.0
SMALLEST_OF_MANY = 0.18
HIGHEST_VECTOR = 14.0
LARGEST_MATRIX = 3.0


def tile_side(cells: int) -> float:
    """Side of a feature map's tile in world units: deep maps shrink but stay pictures (62 cells: 1, 13: 0.55)."""
    return max(0.4, float((max(cells, 1) / REFERENCE_CELLS) ** 0.38))


def form_of(
    layer: Layer,
    stored: Shape,
    room: float,
    is_class_list: bool,
    *,
    shape: Shape | None = None,
    channels_first: bool = False,
    is_open: bool | None = None,
) -> Form:
    """Form of the plate of an output of `layer` of which `stored` is there (no batch axis), at most about `room` high.

    `shape` is that of the whole output, where that is more. An output without any element gets one empty cell. Maps
    show every channel where `is_open`, their mean where it is False, and what there is room for where it is `None`.
    """
    form = _form_of(layer, stored, room, is_class_list, channels_first, is_open)
    return replace(form, shape=stored if shape is None else shape)


def _form_of(
    layer: Layer, shape: Shape, room: float, is_class_list: bool, channels_first: bool, is_open: bool | None
) -> Form:
    if 0 in shape:
        return _vector_form((1,), room)
    if len(shape) <= 1:
        return _class_form(shape, room) if is_class_list else _vector_form(shape, room)
    if len(shape) == 2:
        return _matrix_form(shape, room)
    if channels_first:
        middle = (len(shape) + 1) // 2
        cells = prod(shape[1:middle]), prod(shape[middle:])
        return _heads_form(shape, cells)
    slices, (rows, columns, channels) = prod(shape[:-3]), shape[-3:]
    if layer.kind == "input" and channels in (1, 3) and len(shape) == 3:
        return _picture_form((rows, columns, channels), room)
    if slices * rows * columns == 1:
        return _vector_form((channels,), room)  # nothing of it is in space: its channels are its cells
    return _maps_form(shape, (rows, columns), slices, channels, room, is_open)


def _heads_form(shape: Shape, cells: tuple[int, int]) -> Form:
    """A tile for each head of attention, in a square of them: each is a picture of its own."""
    size = _sides(cells, max(SMALLEST_HEAD, tile_side(max(cells))))
    heads = shape[0]
    return Form("maps", shape, heads, cells, size, ceil(heads**0.5), heads, channels_first=True)


def _picture_form(shape: tuple[int, int, int], room: float) -> Form:
    rows, columns, channels = shape
    wanted = PICTURE_SIZE * tile_side(max(rows, columns))
    channel_side = wanted / 3 if channels == 3 and room > 2.2 * wanted and rows <= 2 * columns else 0.0
    width, height = _sides((rows, columns), min(wanted, room))
    return Form("picture", shape, 1, (rows, columns), (width, height), 1, channels, channel_side)


def _sides(cells: tuple[int, int], longest: float) -> tuple[float, float]:
    """Width and height of a tile in the proportions of its cells, but at most five times longer than wide."""
    return longest * max(0.2, min(1.0, cells[1] / cells[0])), longest * max(0.2, min(1.0, cells[0] / cells[1]))


def _maps_form(
    shape: Shape, cells: tuple[int, int], slices: int, channels: int, room: float, asked: bool | None
) -> Form:
    side = tile_side(max(cells))
    is_few = channels <= MAX_OPEN_CHANNELS and slices * channels <= MOST_TILES
    is_open = is_few if asked is None else asked
    if not is_open and slices > MAX_OPEN_CHANNELS:
        slices = 1
    if not is_open and slices == 1:
        side *= max(1.5, SMALLEST_CLOSED / side)
    tiles = slices * channels if is_open else slices
    if is_open and not is_few:
        side = _side_among_many(tiles, side, room)
    size = _sides(cells, side)
    per_column = max(1, int((room + TILE_GAP) / (size[1] + TILE_GAP) + 1e-9))
    # Nor wider than a square of tiles, even where that is higher: a wide plate takes its neighbours' room.
    columns = min(ceil(tiles / per_column), ceil(tiles**0.5))
    columns = ceil(tiles / ceil(tiles / columns))
    if is_open and 1 < slices <= MOST_SLICES_IN_LINE and channels > 1:
        columns = slices  # a line of slices for each channel
    kind: PlateKind = "maps" if is_open else "closed"
    return Form(kind, shape, tiles, cells, size, columns, channels, slices=slices)


def _side_among_many(tiles: int, side: float, room: float) -> float:
    """How long the longest side of a tile is where a square of so many fits into the room, but not under a size at
    which it is a dot.
    """
    fitting = (room + TILE_GAP) / ceil(tiles**0.5) - TILE_GAP
    return float(min(side, max(fitting, SMALLEST_OF_MANY)))


def _vector_form(shape: Shape, room: float) -> Form:
    units = prod(shape)
    columns = 1 if units <= 48 else ceil(units / max(48, min(units / 4, 170)))
    rows = ceil(units / columns)
    height = min(rows * 0.42, room, HIGHEST_VECTOR)
    width = min(max(0.42, columns * 0.062), 1.4)
    return Form("vector", shape, 1, (rows, columns), (width, height), 1, units)


def _class_form(shape: Shape, room: float) -> Form:
    units = prod(shape)
    if units > MAX_CLASSES:
        columns = ceil(units / 100)
        height = min(room, HIGHEST_VECTOR)
        return Form("classes", shape, 1, (ceil(units / columns), columns), (0.6, height), 1, units)
    return Form("classes", shape, 1, (units, 1), (CLASS_CELL[0], min(units * CLASS_CELL[1], room)), 1, units)


def _matrix_side(cells: tuple[int, int], room: float) -> float:
    return min(LARGEST_MATRIX, room, max(1.0, 0.42 * max(cells)))


def weights_form(shape: Shape, room: float) -> Form:
    """Form of a kernel: a tile per filter where there is one input channel, else one matrix, input by output.

    In the matrix of a convolution each pair of channels is a block of kernel cells.
    """
    if len(shape) == 4 and shape[2] == 1:
        columns = ceil(shape[3] ** 0.5)
        side = min(0.6, max(room / ceil(shape[3] / columns) - TILE_GAP, 0.2))
        return Form("weights", shape, shape[3], (shape[0], shape[1]), (side, side * shape[0] / shape[1]), columns, 1)
    rows, columns = (shape[0] * shape[2], shape[1] * shape[3]) if len(shape) == 4 else (shape[0], prod(shape[1:]))
    height = room * min(1.0, max(0.5, rows / 60))
    width = min(max(0.4, height * columns / rows), 2.4)
    return Form("weights", shape, 1, (rows, columns), (width, height), 1, 1)


def _matrix_form(shape: Shape, room: float) -> Form:
    rows, columns = shape
    longest, side = max(rows, columns), _matrix_side((rows, columns), room)
    size = max(0.3, side * columns / longest), max(0.3, side * rows / longest)
    return Form("vector", shape, 1, (rows, columns), size, 1, rows * columns)


def grown(form: Form, factor: float) -> Form:
    """The form of a closed plate so many times larger; any other form as it is."""
    if form.kind != "closed":
        return form
    width, height = form.tile_size
    return replace(form, tile_size=(width * factor, height * factor))


def part_of_wanted(form: Form) -> float:
    """How large a matrix, or a tile of an open layer, is beside what it would be with room enough, in 0..1; 1 for every
    other form.
    """
    if form.kind == "maps" and not form.channels_first:
        return min(1.0, max(form.tile_size) / tile_side(max(form.cells)))
    if form.kind != "vector" or len(form.shape) != 2:
        return 1.0
    return max(form.tile_size) / _matrix_side(form.cells, LARGEST_MATRIX)


def flattened_cells(form: Form, channels: int) -> Form:
    """The form of a flattened stack of maps: one row per position, one column per channel, in Keras order."""
    units = form.channels
    if channels < 2 or channels > 64 or units % channels or form.kind != "vector":
        return form
    width = min(max(0.42, channels * 0.062), 1.4)
    rows = units // channels
    height = form.tile_size[1] if rows > 20 else min(form.tile_size[1], rows * 0.42)
    return Form("vector", form.shape, 1, (rows, channels), (width, height), 1, units)
