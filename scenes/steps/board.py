"""Pieces of which boards are made: panels with tiles or tables, their heads, frames, and what runs between. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.heading import fitted
from viewer.drift import faded
from viewer.state import Bar, Grid, Hud, Loupe, Polyline, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike

    from viewer.state import ColourRole

Box = tuple[float, float, float, float]
"""Left, top, width and height in reference pixels."""
Point = tuple[float, float]

HEAD_PX, DETAIL_PX, OPERATOR_PX = 26.0, 21.0, 44.0
PADDING_PX, ROUND_PX, BORDER_PX = 8.0, 12.0, 2.0
CURVE_POINTS = 24
NOTHING = Hud()


@dataclass(frozen=True, slots=True)
class Board:
    """What lies flat on the picture: panels under, tiles and tables on them, lines and words over all."""

    under: Hud = NOTHING
    loupes: tuple[Loupe, ...] = ()
    grids: tuple[Grid, ...] = ()
    hud: Hud = NOTHING

    def __add__(self, other: Board) -> Board:
        """Both, `other` over this one."""
        return Board(
            self.under + other.under, self.loupes + other.loupes, self.grids + other.grids, self.hud + other.hud
        )

    def faded(self, alpha: float) -> Board:
        """All of it, that much (0..1) of it seen."""
        if alpha >= 1:
            return self
        return Board(
            faded(self.under, alpha),
            tuple(replace(each, alpha=each.alpha * alpha) for each in self.loupes),
            tuple(replace(each, alpha=each.alpha * alpha) for each in self.grids),
            faded(self.hud, alpha),
        )


def joined(boards: Iterable[Board]) -> Board:
    """All of them over each other, the last on top: at once, where there are many."""
    all_ = tuple(boards)
    return Board(
        _joined(board.under for board in all_),
        tuple(chain.from_iterable(board.loupes for board in all_)),
        tuple(chain.from_iterable(board.grids for board in all_)),
        _joined(board.hud for board in all_),
    )


def _joined(huds: Iterable[Hud]) -> Hud:
    all_ = tuple(huds)
    return Hud(
        tuple(chain.from_iterable(hud.bars for hud in all_)),
        tuple(chain.from_iterable(hud.ramps for hud in all_)),
        tuple(chain.from_iterable(hud.lines for hud in all_)),
        tuple(chain.from_iterable(hud.words for hud in all_)),
    )


def panel(box: Box, *, role: ColourRole = "border", alpha: float = 1.0) -> Board:
    """The panel under a tile or table at `box`, a little larger, with a border."""
    left, top, width, height = box
    inner = left - PADDING_PX, top - PADDING_PX, width + 2 * PADDING_PX, height + 2 * PADDING_PX
    outer = inner[0] - BORDER_PX, inner[1] - BORDER_PX, inner[2] + 2 * BORDER_PX, inner[3] + 2 * BORDER_PX
    border = Bar(outer, role, 0.7 * alpha, ROUND_PX + BORDER_PX)
    return Board(under=Hud(bars=(border, Bar(inner, "panel", alpha, ROUND_PX))))


def tile(loupe: Loupe) -> Board:
    """A part of an output on a panel."""
    return panel(loupe.box_px, alpha=loupe.alpha) + Board(loupes=(loupe,))


def table(grid: Grid) -> Board:
    """A table of numbers on a panel."""
    return panel(grid.box_px, alpha=grid.alpha) + Board(grids=(grid,))


def head(name: str, detail: str, box: Box, *, room_px: float | None = None, alpha: float = 1.0) -> Board:
    """What a tile is, over it in bold, and its size or so under that; both centred, cut to `room_px`."""
    left, top, width, _ = box
    room, middle = width if room_px is None else room_px, left + width / 2
    lines = [Words(fitted(name, room, HEAD_PX, True), (middle, top - 50.0), HEAD_PX, True, anchor="centre")]
    lines.append(Words(fitted(detail, room, DETAIL_PX), (middle, top - 22.0), DETAIL_PX, role="dim", anchor="centre"))
    return Board(hud=faded(Hud(words=tuple(line for line in lines if line.text)), alpha))


def operator(sign: str, at_px: Point, *, alpha: float = 1.0, size_px: float = OPERATOR_PX) -> Board:
    """A sign between two tables, its middle at a point."""
    words = Words(sign, (at_px[0], at_px[1] + 0.36 * size_px), size_px, True, anchor="centre", alpha=alpha)
    return Board(hud=Hud(words=(words,)))


def cell_box(box: Box, shape: tuple[int, int], first: tuple[int, int], size: tuple[int, int] = (1, 1)) -> Box:
    """Where cells lie on a tile at `box` with (rows, columns) `shape`: `size` of them from the cell `first` on; they
    may reach over its border.
    """
    left, top, width, height = box
    high, wide = height / shape[0], width / shape[1]
    return left + first[1] * wide, top + first[0] * high, size[1] * wide, size[0] * high


def frame(box: Box, role: ColourRole = "accent", width_px: float = 4.0, alpha: float = 1.0) -> Board:
    """A frame round a box."""
    left, top, width, height = box
    right, bottom = left + width, top + height
    around = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    return Board(hud=Hud(lines=(Polyline(around, role, width_px, alpha),)))


def zoom_lines(small: Box, large: Box, *, alpha: float = 1.0) -> Board:
    """Two lines from the right border of a small box to the left border of a large one: this is that enlarged."""
    right, left = small[0] + small[2], large[0] - PADDING_PX
    pairs = ((small[1], large[1] - PADDING_PX), (small[1] + small[3], large[1] + large[3] + PADDING_PX))
    lines = (Polyline(((right, one), (left, two)), "accent", 3.0, 0.5 * alpha) for one, two in pairs)
    return Board(hud=Hud(lines=tuple(lines)))


def strand(
    start: Point, end: Point, role: ColourRole, width_px: float = 4.0, alpha: float = 1.0, part: float = 1.0
) -> Board:
    """A curve with a soft light round it, level at both ends: something flows along it and has come as far as `part`
    (0..1) of it.
    """
    if part <= 0:
        return Board()
    points = curved(start, end, part)
    layers = ((4.0, 0.10), (2.2, 0.20), (1.0, 0.85))
    lines = (Polyline(points, role, width_px * wide, share * alpha) for wide, share in layers)
    return Board(hud=Hud(lines=tuple(lines)))


def curved(start: Point, end: Point, part: float = 1.0) -> tuple[Point, ...]:
    """A cubic Bezier curve that leaves and arrives level, the first `part` (0..1) of it."""
    bend = 0.5 * (end[0] - start[0])
    corners = np.array([start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end])
    t = np.linspace(0.0, min(part, 1.0), CURVE_POINTS)[:, None]
    weights = np.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=1)
    return tuple((float(x), float(y)) for x, y in weights @ corners)


def rows_of(values: ArrayLike) -> tuple[tuple[float, ...], ...]:
    """An array (rows, columns) as a grid has it.

    >>> rows_of([[1, 2], [3, 4]])
    ((1.0, 2.0), (3.0, 4.0))
    """
    return tuple(tuple(float(value) for value in row) for row in np.asarray(values))


def stacked(box: Box, count: int, gap_px: float, aspect: float = 1.0) -> tuple[Box, ...]:
    """`count` boxes of one size and width over height `aspect` over each other, as large as they can be in `box`, in
    its middle.
    """
    left, top, width, height = box
    high = min((height - gap_px * (count - 1)) / count, width / aspect)
    wide, whole = high * aspect, high * count + gap_px * (count - 1)
    return tuple(
        (left + (width - wide) / 2, top + (height - whole) / 2 + at * (high + gap_px), wide, high)
        for at in range(count)
    )


def beside(box: Box, widths: Sequence[float], gap_px: float) -> tuple[Box, ...]:
    """Columns of `box` from left to right with widths in these proportions."""
    left, top, width, height = box
    unit = (width - gap_px * (len(widths) - 1)) / sum(widths)
    columns, x = [], left
    for share in widths:
        columns.append((x, top, share * unit, height))
        x += share * unit + gap_px
    return tuple(columns)
