"""What is added to the board of a convolution as the working of a cell goes on. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.steps import convolution_marks as marks
from scenes.steps.board import Board, cell_box, frame, joined, strand, zoom_lines
from scenes.steps.convolution_fixed import numbers, sum_label
from scenes.steps.convolution_places import EDGE_PX
from scenes.timeline import mixed
from viewer.state import Grid, Loupe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.steps.board import Box
    from scenes.steps.convolution import Cell, Terms
    from scenes.steps.convolution_fixed import Bench
    from scenes.steps.walk import Moment
    from viewer.state import ColourRole

THICK_PX, THIN_PX = 8.0, 2.0
"""Strands of the largest sum and of none."""
WINDOW, PRODUCTS, SUMS, TOTAL = range(4)
"""The stages that every convolution has; then that of its own function, if it has one, and that of the cell."""
SWEEPING = 0.85
Tap = tuple[int, int, int]
"""Of which channel shown, in which row and column of the window."""


def stages_of(bench: Bench) -> int:
    """How many stages a cell has."""
    return 5 + bool(bench.made_by.function)


def worked_board(bench: Bench, moment: Moment, terms: Terms, before: Cell, tap: Tap | None = None) -> Board:
    """What comes on top of the fixed board at a moment.

    Parameters
    ----------
    terms : what the cell is made of.
    before : the cell that was worked at before it.
    tap : the product that is pointed at.
    """
    parts = [moment.part(stage) for stage in range(stages_of(bench))]
    fade = SWEEPING if moment.is_quick else 1.0
    board = _map(bench, moment) + _window(bench, terms, before, parts[WINDOW])
    board += _tables(bench, terms, parts, fade, is_read=not moment.is_quick)
    board += _sums(bench, terms, parts, fade, is_read=not moment.is_quick)
    if not moment.is_quick:
        board += _new_cell(bench, terms, parts[-1])
    return board if tap is None else board + _tapped(bench, tap)


def _map(bench: Bench, moment: Moment) -> Board:
    """The output as far as it is there."""
    subject = bench.made_by.subject
    axes = len(subject.cells)
    loupe = Loupe(
        subject.layer.name,
        (*(None,) * axes, subject.channel),
        subject.key,
        bench.places.output,
        bench.looks.output,
        columns=subject.cells[0] if axes == 1 else None,
        filled=moment.filled,
        name="output",
    )
    return Board(loupes=(loupe,))


def _window(bench: Bench, terms: Terms, before: Cell, part: float) -> Board:
    """Where the window lies on each map of the input, and the lines to its table."""
    if part <= 0:
        return Board()
    made_by, board = bench.made_by, Board()
    start, end = (made_by.places(cell) for cell in (before, terms.cell))
    rows, columns = (
        mixed(tuple(map(float, one)), tuple(map(float, two)), part) for one, two in zip(start, end, strict=True)
    )
    shape = input_shape(bench)
    is_spread = any(axis.dilation > 1 and axis.taps > 1 for axis in made_by.axes)
    for tile, table in zip(bench.places.inputs, bench.places.windows, strict=True):
        first, last = marks.cell_at(tile, shape, rows[0], columns[0]), marks.cell_at(tile, shape, rows[-1], columns[-1])
        hull = first[0], first[1], last[0] + last[2] - first[0], last[1] + last[3] - first[1]
        board += _next_window(bench, hull, tile, part) + marks.lit_frame(hull, part)
        if is_spread:
            board += marks.taps_frames(tile, shape, rows, columns)
        board += zoom_lines(hull, table, alpha=part) if _is_beside(tile, table) else Board()
    return board


def _next_window(bench: Bench, hull: Box, tile: Box, part: float) -> Board:
    """Where the window goes next, where it does not go on by a single cell."""
    axis, (_, columns) = bench.made_by.axes[-1], input_shape(bench)
    jump = axis.stride * tile[2] / columns
    if axis.stride == 1 or hull[0] + jump + hull[2] > tile[0] + tile[2] * (1 + axis.after / columns) + 1.0:
        return Board()
    return frame((hull[0] + jump, *hull[1:]), "text", 2.0, 0.5 * part)


def _is_beside(tile: Box, table: Box) -> bool:
    return table[0] > tile[0] + tile[2]


def _tables(bench: Bench, terms: Terms, parts: Sequence[float], fade: float, *, is_read: bool) -> Board:
    """Windows and products."""
    looks, places, board = bench.looks, bench.places, Board()
    for number, colours in enumerate(looks.colours):
        box = places.windows[number]
        board += numbers(
            f"window {number}",
            terms.windows[number],
            box,
            colours,
            looks.input,
            alpha=parts[WINDOW] * fade,
            is_signed=looks.is_signed,
            is_read=is_read,
        )
        board += marks.hatched_cells(terms.is_padding, box, parts[WINDOW] * fade)
        board += numbers(
            f"products {number}",
            terms.products[number],
            places.products[number],
            "activation",
            looks.product,
            alpha=parts[PRODUCTS] * fade,
            is_read=is_read,
        )
    return board


def _sums(bench: Bench, terms: Terms, parts: Sequence[float], fade: float, *, is_read: bool) -> Board:
    """The sums of the channels with the strands that lead there, and what they and the bias add up to."""
    sums, looks, made_by, board = bench.places.sums, bench.looks, bench.made_by, Board()
    values = [*terms.sums.tolist(), *([terms.others] if made_by.hidden else [])]
    largest = max(map(abs, values), default=0.0) or 1.0
    if is_read:
        for value, (start, end) in zip(terms.sums.tolist(), bench.places.strands, strict=True):
            thick = THIN_PX + (THICK_PX - THIN_PX) * min(abs(value) / largest, 1.0)
            board += strand(start, end, _role(value), thick, 0.9, parts[SUMS])
    alpha = parts[SUMS] * fade
    if alpha > 0:
        column = [[value] for value in values]
        board += numbers(
            "sums", column, sums.channels, "activation", looks.output, alpha=alpha, is_read=is_read, on_plate=True
        )
        names = [bench.telling.label(number, is_short=True) for number in range(len(made_by.shown))]
        names += [bench.telling.others] if made_by.hidden else []
        for number, name in enumerate(names):
            board += sum_label(bench, name, sums.channels, alpha, (number + 0.5) / len(names))
    return board + _totals(bench, terms, parts, fade, is_read=is_read)


def _totals(bench: Bench, terms: Terms, parts: Sequence[float], fade: float, *, is_read: bool) -> Board:
    """What all sums and the bias add up to, and what the layer's own function makes of that."""
    sums, full = bench.places.sums, bench.looks.output
    rows = [("result", terms.before, sums.result, TOTAL)]
    if sums.before is not None:
        rows = [("before", terms.before, sums.before, TOTAL), ("result", terms.result, sums.result, TOTAL + 1)]
    return joined(
        numbers(name, [[value]], box, "activation", full, alpha=parts[stage] * fade, is_read=is_read, on_plate=True)
        for name, value, box, stage in rows
    )


def _role(value: float) -> ColourRole:
    return "adds" if value >= 0 else "subtracts"


def _new_cell(bench: Bench, terms: Terms, part: float) -> Board:
    """The result goes to its cell of the output, which is framed and has its number beside it."""
    if part <= 0:
        return Board()
    subject, tile = bench.made_by.subject, bench.places.output
    shape = subject.cells if len(subject.cells) == 2 else (1, subject.cells[0])
    row, column = terms.cell if len(terms.cell) == 2 else (0, terms.cell[0])
    cell = cell_box(tile, shape, (row, column))
    left, top, width, height = bench.places.sums.result
    start, end = (left + width + EDGE_PX, top + height / 2), (cell[0] - 2.0, cell[1] + cell[3] / 2)
    board = strand(start, end, _role(terms.stored), 5.0, 0.9, part) if tile[0] > start[0] else Board()
    one = Grid("cell", ((terms.stored,),), cell, bench.looks.output, alpha=part, number_px=0.0)
    text = bench.telling.number(terms.stored)
    board += Board(grids=(one,)) + marks.lit_frame(cell, part)
    return board + marks.callout(text, cell, tile, start[1] > end[1], part)


def _tapped(bench: Bench, tap: Tap) -> Board:
    """A value, its weight and their product framed."""
    number, row, column = tap
    tables = bench.places.windows[number], bench.places.kernels[number], bench.places.products[number]
    board = Board()
    for box in tables:
        board += marks.lit_frame(cell_box(box, bench.made_by.taps, (row, column)))
    return board


def input_shape(bench: Bench) -> tuple[int, int]:
    """Rows and columns of the input's maps."""
    sizes = [axis.size for axis in bench.made_by.axes]
    return (sizes[0], sizes[1]) if len(sizes) == 2 else (1, sizes[0])
