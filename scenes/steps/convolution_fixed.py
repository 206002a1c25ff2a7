"""What lies on the board of a convolution all the time: input, weights, bias, heads, the room of the output. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.panels.heading import fitted
from scenes.steps import convolution_marks as marks
from scenes.steps.board import HEAD_PX, OPERATOR_PX, Board, head, joined, operator, panel, rows_of, table
from scenes.steps.convolution_places import EDGE_PX, SUM_PX
from viewer.grids import decimals_for, number_text
from viewer.state import Bar, Grid, Hud, Loupe, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from scenes.steps.board import Box, Point
    from scenes.steps.convolution import Filter
    from scenes.steps.convolution_places import Places
    from scenes.steps.convolution_words import Telling
    from viewer.state import MapName, Tint

LABEL_PX, NUMBER_PX, LEAST_NUMBER_PX, SHORT_HEAD_PX = 21.0, 28.0, 14.5, 23.0
EMPTY = 0.25
"""How much of a panel is seen whose table is not there yet."""
LABEL_BASE_PX = EDGE_PX + 1.1 * LABEL_PX
"""From the bottom of a tile to the baseline of what stands under it."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Full colour of each kind of number, and the colours of each channel of the input that is shown."""

    input: float
    weight: float
    product: float
    output: float
    colours: tuple[MapName | Tint, ...]
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Bench:
    """Where one filter is shown at work: its places, colours and words; `width_px` is that of the frame."""

    made_by: Filter
    places: Places
    looks: Looks
    telling: Telling
    width_px: float


def fixed_board(bench: Bench) -> Board:
    """All that lies there before anything is computed."""
    board = _inputs(bench) + _heads(bench) + _signs(bench)
    boxes = zip(bench.made_by.shown_kernels, bench.places.kernels, strict=True)
    for number, (kernel, box) in enumerate(boxes):
        board += numbers(f"kernel {number}", kernel, box, "weight", bench.looks.weight)
    sums = bench.places.sums
    if sums.bias is not None and bench.made_by.bias is not None:
        board += numbers("bias", [[bench.made_by.bias]], sums.bias, "weight", bench.looks.weight, on_plate=True)
        board += sum_label(bench, bench.telling.speech("bias"), sums.bias)
    output, places = bench.places.output, bench.places
    board += joined(panel(box, alpha=EMPTY) for box in (*places.windows, *places.products))
    return panel(sums.plate) + board + panel(output) + Board(under=Hud(bars=(Bar(output, "track", 0.35, 0.0),)))


def numbers(
    name: str,
    values: ArrayLike,
    box: Box,
    colours: MapName | Tint,
    scale: float,
    *,
    alpha: float = 1.0,
    is_signed: bool = True,
    is_read: bool = True,
    on_plate: bool = False,
) -> Board:
    """A table with its numbers, as large as the cells allow; cells alone where they could not be read, or are gone too
    soon to be.
    """
    if alpha <= 0:
        return Board()
    rows = rows_of(values)
    size_px = number_px(box[2] / len(rows[0]), box[3] / len(rows), scale, is_signed) if is_read else 0.0
    grid = Grid(name, rows, box, scale, colours, alpha, size_px, is_signed)
    return Board(grids=(grid,)) if on_plate else table(grid)


def number_px(width_px: float, height_px: float, scale: float, is_signed: bool = True) -> float:
    """How large numbers are in cells of a size; 0 where they could not be read."""
    text = number_text(-scale if is_signed else scale, decimals_for(scale), is_signed=is_signed)
    size = min(0.62 * height_px, 0.9 * width_px / width_of(text, 1.0, True))
    return NUMBER_PX if size >= LEAST_NUMBER_PX else 0.0


def sum_label(bench: Bench, text: str, box: Box, alpha: float = 1.0, row: float = 0.5) -> Board:
    """What a cell of the sums is, beside it."""
    sums, left = bench.places.sums, box[0]
    y = box[1] + row * box[3] + 0.36 * LABEL_PX
    if sums.is_left:
        words = Words(fitted(text, left - 30.0, LABEL_PX), (left - 18.0, y), LABEL_PX, anchor="right", alpha=alpha)
    else:
        room = bench.places.labels_px
        words = Words(fitted(text, room, LABEL_PX), (left + box[2] + 18.0, y), LABEL_PX, alpha=alpha)
    return Board(hud=Hud(words=(words,)))


def _inputs(bench: Bench) -> Board:
    """The maps that go in, their padding round them, their names under them."""
    made_by, looks, board = bench.made_by, bench.looks, Board()
    (layer, output), axes = made_by.subject.source, made_by.axes
    rows = zip(made_by.channels, bench.places.inputs, bench.places.rings, looks.colours, strict=True)
    for number, (channel, box, ring, colours) in enumerate(rows):
        loupe = Loupe(
            layer,
            (*(None,) * len(axes), channel),
            made_by.subject.key,
            box,
            looks.input,
            output=output,
            columns=axes[-1].size if len(axes) == 1 else None,
            colours=colours,
            name=f"input {number}",
        )
        board += panel(ring) + (marks.hatched(ring) if ring != box else Board()) + Board(loupes=(loupe,))
        if not bench.places.is_tall:
            board += _under(bench.telling.label(number), (ring[0] + ring[2] / 2, ring[1] + ring[3]), "centre")
    return board


def _heads(bench: Bench) -> Board:
    board, places, telling = Board(), bench.places, bench.telling
    rooms = marks.rooms(places.heads, bench.width_px)
    if not places.is_wide and not places.is_tall:
        rooms[-1] = SUM_PX[0] + places.labels_px + 2 * EDGE_PX
    for (name, detail), box, room in zip(telling.heads(places.is_tall), places.heads, rooms, strict=True):
        is_last = box is places.heads[-1]
        if is_last and width_of(name, HEAD_PX, True) > room:
            name = telling.output_short
        board += head(name, detail, box, room_px=room) if detail else _short_head(bench, name, box, room)
    if not places.is_tall:
        left, top, _, height = places.windows[-1]
        lowest = max(top + height, top + 0.5 * (height + OPERATOR_PX), _bottom(places.rings[-1]))
        board += _under(bench.telling.settings, (left, lowest), "left")
    return board


def _short_head(bench: Bench, name: str, box: Box, room_px: float) -> Board:
    """A head of a single line."""
    size, at = SHORT_HEAD_PX if bench.places.is_tall else HEAD_PX, (box[0] + box[2] / 2, box[1] - 22.0)
    return Board(hud=Hud(words=(Words(fitted(name, room_px, size, True), at, size, True, anchor="centre"),)))


def _bottom(box: Box) -> float:
    return box[1] + box[3]


def _under(text: str, at: Point, anchor: str) -> Board:
    place = at[0], at[1] + LABEL_BASE_PX
    return Board(hud=Hud(words=(Words(text, place, LABEL_PX, role="dim", anchor=anchor),)))  # type: ignore[arg-type]


def _signs(bench: Bench) -> Board:
    """Times and equals between the tables, and what the result is of what is above it."""
    places, board = bench.places, Board()
    for sign, lefts, rights in (
        ("\u00d7", places.windows, places.kernels),
        ("=", places.kernels, places.products),
    ):
        for left, right in zip(lefts, rights, strict=True):
            board += operator(sign, _between(left, right))
    sums = places.sums
    first: Box = sums.before or sums.result
    ends = (first[0] - 2.0, sums.line_px), (first[0] + first[2] + 2.0, sums.line_px)
    board += Board(hud=Hud(lines=(Polyline(ends, "text", 2.5, 0.9),)))
    if places.is_wide:
        board += operator("=", (first[0] - 28.0, first[1] + first[3] / 2), size_px=36.0)
    return board if sums.before is None else board + _function(bench)


def _function(bench: Bench) -> Board:
    """The name of the layer's own function, before its result or behind it."""
    name, box = bench.made_by.function, bench.places.sums.result
    if not bench.places.is_wide:
        return sum_label(bench, name, box)
    at = box[0] - 16.0, box[1] + box[3] / 2 + 8.0
    return Board(hud=Hud(words=(Words(name, at, 24.0, True, anchor="right"),)))


def _between(left: Box, right: Box) -> Point:
    """The middle between two tables beside each other; where they are in two lines, before the second."""
    if left[1] != right[1]:
        return right[0] - EDGE_PX - 26.0, right[1] + right[3] / 2
    return (left[0] + left[2] + right[0]) / 2, right[1] + right[3] / 2
