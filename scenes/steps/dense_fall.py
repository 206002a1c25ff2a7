"""A sum as it grows and shrinks, term by term: each bar begins where the one before it has ended. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.steps.board import Board, joined
from viewer.state import Bar, Hud, Polyline, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.steps.dense_places import DensePlaces
    from viewer.state import ColourRole

LEAST_PX, HIGH = 3.0, 0.46
"""The shortest bar, and how high one is in rows."""


def waterfall(places: DensePlaces, running: Sequence[float], parts: Sequence[float], whole: float) -> Board:
    """The bars of a sum.

    Parameters
    ----------
    running : the sum so far, from 0, after each row.
    parts : how far each row has come, 0..1; one more than there are steps: the last is that of the whole sum.
    whole : how far the axis is there, 0..1.
    """
    left, top, width, _ = places.column(4)
    low, high = min(running), max(running)
    spread = (high - low) or 1.0

    def x(value: float) -> float:
        return left + 4.0 + (value - low) / spread * (width - 8.0)

    end_px = places.middle(len(running) - 1) + 0.5 * places.pitch_px
    axis = Polyline(((x(0.0), top), (x(0.0), end_px)), "dim", 2.0, 0.7 * whole)
    nought = Words("0", (x(0.0), end_px + 24.0), role="dim", anchor="centre", alpha=whole)
    made = [Board(hud=Hud(lines=(axis,), words=(nought,)))]
    for row, part in enumerate(parts[:-1]):
        start, end = running[row], running[row + 1]
        role: ColourRole = "adds" if end >= start else "subtracts"
        made.append(_bar(places, row, x(start), x(start + (end - start) * part), role, part))
        if row and part > 0:
            joint = (x(start), places.middle(row - 1)), (x(start), places.middle(row))
            made.append(Board(hud=Hud(lines=(Polyline(joint, "dim", 2.0, 0.6 * part),))))
    total = running[-1]
    made.append(_bar(places, len(running) - 1, x(0.0), x(total * parts[-1]), "accent", parts[-1]))
    return joined(made)


def _bar(places: DensePlaces, row: int, start: float, end: float, role: ColourRole, alpha: float) -> Board:
    if alpha <= 0:
        return Board()
    high = HIGH * places.pitch_px
    left, wide = min(start, end), abs(end - start)
    if wide < LEAST_PX:
        left, wide = (start + end - LEAST_PX) / 2, LEAST_PX
    return Board(hud=Hud(bars=(Bar((left, places.middle(row) - high / 2, wide, high), role, alpha, 3.0),)))
