"""Single values on a board: a cell with its number in it, and a light that goes along a path. Pure."""

from __future__ import annotations

import math
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from scenes.steps.board import Board, curved, frame, table
from scenes.timeline import mixed
from viewer.grids import decimals_for
from viewer.state import Grid, Hud, Polyline, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.steps.board import Box, Point
    from viewer.state import ColourRole, MapName

CHIP_PX = 124.0, 50.0
CHIP_NUMBER_PX = 30.0
MOST_DECIMALS = 5
LIGHT_PX = 15.0
NAME_PX = 22.0


def chip(
    name: str,
    value: float,
    middle: Point,
    scale: float,
    *,
    colours: MapName = "activation",
    alpha: float = 1.0,
    size_px: tuple[float, float] = CHIP_PX,
    is_signed: bool = True,
) -> Board:
    """One value as a cell with its number, its middle at a point; nothing where it is not seen."""
    if alpha <= 0:
        return Board()
    box = middle[0] - size_px[0] / 2, middle[1] - size_px[1] / 2, *size_px
    decimals = digits_for(float(value), scale)
    return table(Grid(name, ((float(value),),), box, scale, colours, alpha, CHIP_NUMBER_PX, is_signed, decimals))


def digits_for(value: float, scale: float) -> int:
    """How many decimals a value has that stands alone: what is small beside its scale keeps two digits.

    >>> digits_for(1.234, 5.0), digits_for(0.0123, 5.0), digits_for(0.0, 5.0), digits_for(1e-9, 1.0)
    (2, 3, 2, 5)
    """
    own = abs(value)
    return min(decimals_for(own if 0 < own < scale else scale), MOST_DECIMALS)


def light(at_px: Point, alpha: float = 1.0, role: ColourRole = "accent") -> Board:
    """A point of light."""
    x, y = at_px
    layers = ((3.0, 0.14), (1.9, 0.28), (1.0, 1.0))
    lines = tuple(
        Polyline(((x - 0.01, y), (x + 0.01, y)), role, LIGHT_PX * wide, share * alpha) for wide, share in layers
    )
    return Board(hud=Hud(lines=lines))


def gone(points: Sequence[Point], part: float) -> tuple[Point, ...]:
    """The first `part` (0..1) of a way through points, by its length; its last point is where one is then.

    >>> gone([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], 0.75)
    ((0.0, 0.0), (10.0, 0.0), (10.0, 5.0))
    """
    lengths = [math.dist(one, two) for one, two in pairwise(points)]
    ends = list(accumulate(lengths, initial=0.0))
    reach = ends[-1] * min(max(part, 0.0), 1.0)
    kept = [points[0]]
    for start, length, one, two in zip(ends, lengths, points, points[1:], strict=False):
        if length <= 0:
            continue
        if start + length >= reach:
            return (*kept, mixed(one, two, (reach - start) / length))
        kept.append(two)
    return tuple(kept)


def trace(points: Sequence[Point], part: float, role: ColourRole = "accent", width_px: float = 4.0) -> Board:
    """The first part of a way as a line with a soft light round it."""
    if part <= 0 or len(points) < 2:
        return Board()
    way = gone(points, part)
    layers = ((4.0, 0.10), (2.2, 0.20), (1.0, 0.85))
    return Board(hud=Hud(lines=tuple(Polyline(way, role, width_px * wide, alpha) for wide, alpha in layers)))


def fallen(start: Point, end: Point) -> tuple[Point, ...]:
    """A curve that leaves and arrives upright."""
    return tuple((x, y) for y, x in curved((start[1], start[0]), (end[1], end[0])))


def ringed(box: Box) -> Board:
    """A frame that is seen on any colour."""
    return frame(box, "ink", 10.0) + frame(box, "chalk", 4.0)


def label(text: str, at_px: Point, *, role: ColourRole = "dim", size_px: float = NAME_PX, bold: bool = False) -> Board:
    """A short line centred at a point of its baseline."""
    return Board(hud=Hud(words=(Words(text, at_px, size_px, bold, role, "centre"),)))
