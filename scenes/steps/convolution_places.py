"""Where the parts of a convolution lie on its board: one row of tables a channel, their sums, and the map that is made.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenes.steps.board import Box, Point
    from scenes.steps.convolution import Filter
    from scenes.steps.scenery import StepFrame

HEAD_ROOM_PX, LABEL_ROOM_PX = 68.0, 34.0
"""Over a row of tiles, for its heads; under a tile, for its channel."""
CAPTION_PX = 24.0
"""Of the board of a square frame, what a second line of the sentence under it takes."""
TALL_HEAD_PX, TALL_RISE_PX = 44.0, 40.0
"""Over a row of tiles, for a head of a single line; how much higher than others a tall board begins."""
WIDEST = 6.0
"""The sides of a tile are in the proportions of its map up to this."""
LARGEST_CELL_PX = 120.0
SUM_PX, RESULT_CELLS = (108.0, 48.0), 1.17
EDGE_PX = 10.0
"""What a panel takes round its tile."""
BIAS_GAP_PX, LINE_GAP_PX, AFTER_GAP_PX = 3.0, 16.0, 6.0
"""On the plate of the sums: before the bias, for the line under it, before what the layer's own function makes."""
TALL, ROOMY = 0.8, 1.5
"""Frames that are narrower than this, in heights, have two columns; from this on the output stands beside the sums."""


@dataclass(frozen=True, slots=True)
class Spaces:
    """How wide what is between the columns is, and the tiles of the input at most."""

    zoom_px: float
    sign_px: float
    strand_px: float
    labels_px: float
    out_px: float
    tile_px: float


WIDE = Spaces(84.0, 62.0, 112.0, 136.0, 44.0, 230.0)
MIDDLE = Spaces(70.0, 54.0, 90.0, 136.0, 0.0, 180.0)
SQUARE = Spaces(46.0, 40.0, 66.0, 114.0, 0.0, 104.0)
OUTPUT_PX = 284.0, 430.0
"""The least and the most that the output gets in wide frames."""
FEW_TAPS, SMALL_PX = 3, (160.0, 240.0)
"""Of windows with more cells along a side tables need more room: input and output then get so much at least."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The cells where all is added up, a column: those of the channels, the bias, what is before the function where
    there is one, and the result.
    """

    channels: Box
    bias: Box | None
    before: Box | None
    result: Box
    is_left: bool = False
    """Whether what they are of stands at their left."""

    @property
    def bottom_px(self) -> float:
        """Where the column ends."""
        return self.result[1] + self.result[3]

    @property
    def plate(self) -> Box:
        """All of it."""
        left, top, width, _ = self.channels
        return left, top, width, self.bottom_px - top

    @property
    def line_px(self) -> float:
        """The height of the line under what is added."""
        return (self.before or self.result)[1] - LINE_GAP_PX / 2


@dataclass(frozen=True, slots=True)
class Places:
    """Boxes in reference pixels.

    Attributes
    ----------
    inputs, rings : of each channel that is shown, the tile of its map; with the padding that windows reach into.
    windows, kernels, products : the tables of each channel.
    output : the tile of the map that is made.
    heads : what the heads of input, windows, kernels, products, sums and output stand over.
    strands : from where to where each channel's products go.
    labels_px : how wide what stands beside the sums may be.
    is_tall : whether heads are single lines, as there is no room for more.
    is_wide : whether there is room before the sums for signs.
    """

    inputs: tuple[Box, ...]
    rings: tuple[Box, ...]
    windows: tuple[Box, ...]
    kernels: tuple[Box, ...]
    products: tuple[Box, ...]
    sums: Sums
    output: Box
    heads: tuple[Box, ...]
    strands: tuple[tuple[Point, Point], ...]
    labels_px: float
    is_tall: bool = False
    is_wide: bool = True


def shown_at_most(frame: StepFrame, taps: tuple[int, ...]) -> int:
    """How many channels a board has room for, with windows of so many rows and columns: fewer where their numbers can
    be read then.
    """
    if frame.aspect < TALL:
        return 1
    return 2 if 3 < max(taps) <= 5 else 3


def places_of(frame: StepFrame, made_by: Filter) -> Places:
    """Where everything lies in a frame."""
    if frame.aspect < TALL:
        return _tall(frame, made_by)
    return _rows(frame, made_by, WIDE if frame.aspect >= ROOMY else MIDDLE if frame.is_wide else SQUARE)


def _rows(frame: StepFrame, made_by: Filter, spaces: Spaces) -> Places:
    """A row a channel from the left to the right; the output beside the sums, or under them."""
    is_roomy, (left, top, width, height) = frame.aspect >= ROOMY, frame.board
    foot = LABEL_ROOM_PX if frame.is_wide else LABEL_ROOM_PX + CAPTION_PX
    top, height = top + HEAD_ROOM_PX, height - HEAD_ROOM_PX - foot
    count, gap = len(made_by.shown), 2 * EDGE_PX + LABEL_ROOM_PX
    most = (height - gap * (count - 1)) / count
    sums_px = SUM_PX[0] + spaces.labels_px
    free = width - 2 * EDGE_PX - spaces.zoom_px - 2 * spaces.sign_px - spaces.strand_px - sums_px - spaces.out_px
    tile, least = min(most, spaces.tile_px), OUTPUT_PX[0] if is_roomy else 0.0
    if max(made_by.taps) > FEW_TAPS and is_roomy:
        tile, least = min(tile, SMALL_PX[0]), SMALL_PX[1]
    table = _table(made_by, min(most, (free - tile - least) / 3))
    row = max(table[1], min(most, tile / _aspect(made_by)))
    first = top + (height - row * count - gap * (count - 1)) / 2
    rows = tuple(first + row / 2 + number * (row + gap) for number in range(count))
    rings = tuple(_fitting((left + EDGE_PX + tile / 2, y), (tile, row), _aspect(made_by)) for y in rows)
    x = left + EDGE_PX + tile + spaces.zoom_px
    starts = [x + number * (table[0] + spaces.sign_px) for number in range(3)]
    windows, kernels, products = (_column(start, rows, table) for start in starts)
    x = starts[2] + table[0] + spaces.strand_px
    heads = [(rings[0][0], first, rings[0][2], row), *((start, first, table[0], row) for start in starts)]
    room = x + sums_px + spaces.out_px, top, left + width - EDGE_PX, top + height
    sums, output = _beside(made_by, x, room) if is_roomy else _under(made_by, x, room)
    heads += [sums.channels, output]
    ends = _ends(sums.channels, made_by, sums.channels[0] - EDGE_PX)
    begins = [(box[0] + table[0] + EDGE_PX, box[1] + table[1] / 2) for box in products]
    return Places(
        tuple(within(ring, made_by) for ring in rings),
        rings,
        windows,
        kernels,
        products,
        sums,
        output,
        tuple(heads),
        tuple(zip(begins, ends, strict=True)),
        spaces.labels_px - 18.0,
        is_wide=is_roomy,
    )


def _beside(made_by: Filter, x: float, room: Box) -> tuple[Sums, Box]:
    """Sums and output in the middle of the height; `room` is left, top, right and bottom of that of the output."""
    left, top, right, bottom = room
    middle = (top + bottom) / 2
    sums = sums_at(made_by, (x, 0.0), SUM_PX[1])
    sums = sums_at(made_by, (x, middle - sums.bottom_px / 2), SUM_PX[1])
    width = min(right - left, OUTPUT_PX[1])
    return sums, _fitting(((left + right) / 2, middle), (width, bottom - top), _aspect_out(made_by))


def _under(made_by: Filter, x: float, room: Box) -> tuple[Sums, Box]:
    """The sums at the top and the output under them, to the right border."""
    sums = sums_at(made_by, (x, room[1]), 0.9 * SUM_PX[1])
    top = sums.bottom_px + HEAD_ROOM_PX + 2 * EDGE_PX
    width, height = room[2] - x, room[3] + LABEL_ROOM_PX - EDGE_PX - top
    output = _fitting((x + width / 2, top + height / 2), (width, height), _aspect_out(made_by))
    return sums, (output[0], top, output[2], output[3])


def _tall(frame: StepFrame, made_by: Filter) -> Places:
    """Three rows of two: input and window, weights and products, sums and output."""
    left, top, width, height = frame.board
    top, height = top - TALL_RISE_PX, height + TALL_RISE_PX
    pitch = (height - 44.0) / 3
    high, wide = pitch - TALL_HEAD_PX - 24.0, (width - 96.0) / 2
    middles = left + EDGE_PX + wide / 2, left + width - EDGE_PX - wide / 2
    lines = [top + TALL_HEAD_PX + number * pitch + high / 2 for number in range(3)]
    table = _table(made_by, min(wide, high))
    ring = _fitting((middles[0], lines[0]), (wide, high), _aspect(made_by))
    window = (middles[1] - table[0] / 2, lines[0] - table[1] / 2, *table)
    kernel = (middles[0] - table[0] / 2, lines[1] - table[1] / 2, *table)
    product = (window[0], kernel[1], *table)
    high += 24.0
    cells, gaps = sum_cells(made_by)
    cell = min(SUM_PX[1], (high - gaps) / cells)
    sums = sums_at(made_by, (left + wide + EDGE_PX - SUM_PX[0], lines[2] - high / 2 + 12.0), cell, is_left=True)
    output = _fitting((middles[1], lines[2]), (wide, high - 24.0), _aspect_out(made_by))
    names = (left, sums.channels[1], wide, 0.0)
    boxes = (ring, window, kernel, product, names, output)
    centres = (middles[0], middles[1], middles[0], middles[1], middles[0], middles[1])
    heads = tuple((x - wide / 2, box[1], wide, box[3]) for x, box in zip(centres, boxes, strict=True))
    (end,) = _ends(sums.channels, made_by, sums.channels[0] + SUM_PX[0] + EDGE_PX)
    strands = (((product[0] - EDGE_PX, product[1] + 0.85 * product[3]), end),)
    tables = (within(ring, made_by),), (ring,), (window,), (kernel,), (product,)
    return Places(*tables, sums, output, heads, strands, labels_px=wide - SUM_PX[0], is_tall=True)


def sums_at(made_by: Filter, start: Point, cell_px: float, *, is_left: bool = False) -> Sums:
    """The column of sums from a top left corner down, with cells so high."""
    left, top = start
    count = len(made_by.shown) + (made_by.hidden > 0)
    channels, y = (left, top, SUM_PX[0], cell_px * count), top + cell_px * count
    bias = before = None
    if made_by.bias is not None:
        bias = (left, y + BIAS_GAP_PX, SUM_PX[0], cell_px)
        y += BIAS_GAP_PX + cell_px
    y += LINE_GAP_PX
    if made_by.function:
        before, y = (left, y, SUM_PX[0], cell_px), y + cell_px + AFTER_GAP_PX
    return Sums(channels, bias, before, (left, y, SUM_PX[0], cell_px * RESULT_CELLS), is_left)


def sum_cells(made_by: Filter) -> tuple[float, float]:
    """How many cells high the column of sums is, and how much more in pixels."""
    count = len(made_by.shown) + (made_by.hidden > 0) + (made_by.bias is not None) + bool(made_by.function)
    gaps = BIAS_GAP_PX * (made_by.bias is not None) + AFTER_GAP_PX * bool(made_by.function)
    return count + RESULT_CELLS, LINE_GAP_PX + gaps


def within(ring: Box, made_by: Filter) -> Box:
    """The part of a box with the padding in which the map itself lies."""
    (above, rows, _), (before, columns, _) = _spans(made_by)
    high, wide = ring[3] / sum(_spans(made_by)[0]), ring[2] / sum(_spans(made_by)[1])
    return ring[0] + before * wide, ring[1] + above * high, columns * wide, rows * high


def _spans(made_by: Filter) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Of rows and of columns of the input: how much padding is before them, how many there are, how much is behind."""
    spans = [(axis.before, axis.size, axis.after) for axis in made_by.axes]
    return (spans[0], spans[1]) if len(spans) == 2 else ((0, 1, 0), spans[0])


def _aspect(made_by: Filter) -> float:
    rows, columns = _spans(made_by)
    return min(max(sum(columns) / sum(rows), 1 / WIDEST), WIDEST)


def _aspect_out(made_by: Filter) -> float:
    cells = made_by.subject.cells
    rows, columns = cells if len(cells) == 2 else (1, cells[0])
    return min(max(columns / rows, 1 / WIDEST), WIDEST)


def _table(made_by: Filter, side_px: float) -> tuple[float, float]:
    """Width and height of a table of the filter's window."""
    rows, columns = made_by.taps
    cell = min(side_px / max(rows, columns), LARGEST_CELL_PX)
    return cell * columns, cell * rows


def _fitting(middle: Point, room: tuple[float, float], aspect: float) -> Box:
    """The largest box of that width over height in a room round a point."""
    width = min(room[0], room[1] * aspect)
    return middle[0] - width / 2, middle[1] - width / aspect / 2, width, width / aspect


def _column(x: float, middles: tuple[float, ...], size: tuple[float, float]) -> tuple[Box, ...]:
    return tuple((x, y - size[1] / 2, *size) for y in middles)


def _ends(box: Box, made_by: Filter, x: float) -> list[Point]:
    """The points at `x` beside the middles of the sums of the channels that are shown."""
    count = len(made_by.shown)
    high = box[3] / (count + (made_by.hidden > 0))
    return [(x, box[1] + (number + 0.5) * high) for number in range(count)]
