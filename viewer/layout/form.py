"""From a layer and the shape of its output to the form of its plate: how many tiles, how large, in how many columns."""

from __future__ import annotations

from math import ceil, prod
from typing import TYPE_CHECKING

from viewer.layout.plate import TILE_GAP, Form

if TYPE_CHECKING:
    from exporter.bundle.schema import Layer

MAX_OPEN_CHANNELS = 32
REFERENCE_CELLS = 62
PICTURE_SIZE = 3.6
CLASS_CELL = (0.52, 0.86)
MAX_CLASSES = 24
SMALLEST_CLOSED = 1.3


def tile_side(cells: int) -> float:
    """Side of a feature map's tile in world units: deep maps shrink but stay pictures (62 cells: 1, 13: 0.55)."""
    return max(0.4, float((max(cells, 1) / REFERENCE_CELLS) ** 0.38))


def form_of(layer: Layer, shape: tuple[int, ...], room: float, is_class_list: bool) -> Form:
    """Form of the plate of `layer`, whose output has `shape` (no batch axis), at most about `room` high."""
    if len(shape) <= 1:
        return _class_form(shape, room) if is_class_list else _vector_form(shape, room)
    if len(shape) == 2:
        return _matrix_form(shape, room)
    rows, columns, channels = shape[0], prod(shape[1:-1]), shape[-1]
    if layer.kind == "input" and channels in (1, 3) and len(shape) == 3:
        return _picture_form(shape, room)
    return _maps_form(shape, (rows, columns), channels, room)


def _picture_form(shape: tuple[int, ...], room: float) -> Form:
    rows, columns, channels = shape
    wanted = PICTURE_SIZE * tile_side(max(rows, columns))
    channel_side = wanted / 3 if channels == 3 and room > 2.2 * wanted else 0.0
    side = min(wanted, room)
    size = side * min(1.0, columns / rows), side * min(1.0, rows / columns)
    return Form("picture", shape, 1, (rows, columns), size, 1, channels, channel_side)


def _maps_form(shape: tuple[int, ...], cells: tuple[int, int], channels: int, room: float) -> Form:
    side = tile_side(max(cells))
    size = side * max(0.2, min(1.0, cells[1] / cells[0])), side * max(0.2, min(1.0, cells[0] / cells[1]))
    if channels > MAX_OPEN_CHANNELS:
        larger = max(1.5, SMALLEST_CLOSED / side)
        return Form("closed", shape, 1, cells, (size[0] * larger, size[1] * larger), 1, channels)
    per_column = max(1, int((room + TILE_GAP) / (size[1] + TILE_GAP) + 1e-9))
    columns = ceil(channels / per_column)
    columns = ceil(channels / ceil(channels / columns))
    return Form("maps", shape, channels, cells, size, columns, channels)


def _vector_form(shape: tuple[int, ...], room: float) -> Form:
    units = prod(shape)
    columns = 1 if units <= 48 else ceil(units / max(48, min(units / 4, 170)))
    rows = ceil(units / columns)
    height = min(rows * 0.42, room)
    width = min(max(0.42, columns * 0.062), 1.4)
    return Form("vector", shape, 1, (rows, columns), (width, height), 1, units)


def _class_form(shape: tuple[int, ...], room: float) -> Form:
    units = prod(shape)
    if units > MAX_CLASSES:
        columns = ceil(units / 100)
        return Form("classes", shape, 1, (ceil(units / columns), columns), (0.6, room), 1, units)
    return Form("classes", shape, 1, (units, 1), (CLASS_CELL[0], min(units * CLASS_CELL[1], room)), 1, units)


def weights_form(shape: tuple[int, ...], room: float) -> Form:
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


def _matrix_form(shape: tuple[int, ...], room: float) -> Form:
    rows, columns = shape
    longest = max(rows, columns)
    side = min(3.0, room)
    size = max(0.3, side * columns / longest), max(0.3, side * rows / longest)
    return Form("vector", shape, 1, (rows, columns), size, 1, rows * columns)


def flattened_cells(form: Form, channels: int) -> Form:
    """The form of a flattened stack of maps: one row per position, one column per channel, in Keras order."""
    units = form.channels
    if channels < 2 or channels > 64 or units % channels or form.kind != "vector":
        return form
    width = min(max(0.42, channels * 0.062), 1.4)
    rows = units // channels
    height = form.tile_size[1] if rows > 20 else min(form.tile_size[1], rows * 0.42)
    return Form("vector", form.shape, 1, (rows, channels), (width, height), 1, units)
