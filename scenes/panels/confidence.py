"""A chart of shares, 0 to 100 %, one line for each of several networks, drawn as far as the present moment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.panels.heading import fitted
from viewer.state import ColourRole, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.panels.classes import Place

TITLE_PX, SMALL_PX = 24.0, 21.0
TITLE_ROOM_PX, DOT_PX, LINE_PX = 22.0, 12.0, 4.0
AXIS_PX = 2.0
PIECE_PX = 10.0
"""Pieces of a line that are hardly longer than it is wide would look like beads."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The shares of one network, 0 to 1 each, its colour, and at which of them its answer is first another one."""

    shares: tuple[float, ...]
    role: ColourRole
    flip: int | None


def confidence_chart(
    title: str, ends: tuple[str, str], places: Sequence[float], curves: Sequence[Curve], at: int, place: Place,
    height_px: float,
) -> Hud:  # fmt: skip
    """The `curves` over `places` (0 to 1, rising) up to number `at`, with a mark where an answer changed.

    `place.top_px` is the base line of the title, the chart lies below it, `height_px` high; `ends` is what is written
    at both ends of its lower border.
    """
    room_px = width_of("100 %", SMALL_PX) + 12.0
    left_px, top_px = place.left_px + room_px, place.top_px + TITLE_ROOM_PX
    wide_px, base_px = place.right_px - left_px, place.top_px + TITLE_ROOM_PX + height_px
    lines = [
        Polyline(((left_px, y), (place.right_px, y)), "dim", AXIS_PX, alpha)
        for y, alpha in ((top_px, 0.3), ((top_px + base_px) / 2, 0.2), (base_px, 0.7))
    ]
    for number, curve in enumerate(curves):
        points = [(left_px + wide_px * x, base_px - height_px * y) for x, y in zip(places, curve.shares, strict=True)]
        lines += _drawn(points[: at + 1], curve, at, under=number > 0)
    words = (
        Words(fitted(title, place.width_px, TITLE_PX, True), (place.left_px, place.top_px), TITLE_PX, True),
        Words("100 %", (left_px - 10.0, top_px + 8.0), SMALL_PX, role="dim", anchor="right"),
        Words("0 %", (left_px - 10.0, base_px + 4.0), SMALL_PX, role="dim", anchor="right"),
        Words(ends[0], (left_px, base_px + 30.0), SMALL_PX, role="dim"),
        Words(ends[1], (place.right_px, base_px + 30.0), SMALL_PX, role="dim", anchor="right"),
    )
    return Hud(lines=tuple(lines), words=words)


def _drawn(points: Sequence[tuple[float, float]], curve: Curve, at: int, *, under: bool) -> list[Polyline]:
    """A line with its present end, and its mark; the second of two is drawn thinner, so that the first stays in sight
    where they are alike.
    """
    width_px = LINE_PX * (0.7 if under else 1.0)
    lines = [Polyline(_thinned(points), curve.role, width_px)] if len(points) > 1 else []
    x, y = points[-1]
    lines.append(Polyline(((x - DOT_PX / 2, y), (x + DOT_PX / 2, y)), curve.role, DOT_PX))
    if curve.flip is not None and curve.flip <= at:
        x, y = points[curve.flip]
        lines.append(Polyline(((x, y - 1.4 * DOT_PX), (x, y + 1.4 * DOT_PX)), "alarm", LINE_PX))
    return lines


def _thinned(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The points without those that are too near to the one before; the first and the last are always there."""
    kept = [points[0]]
    for point in points[1:-1]:
        if math.dist(point, kept[-1]) >= PIECE_PX and math.dist(point, points[-1]) >= PIECE_PX:
            kept.append(point)
    return (*kept, points[-1])
