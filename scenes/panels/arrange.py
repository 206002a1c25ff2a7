"""Pieces of a head-up display side by side, as many as there is room for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viewer.labels import box_of
from viewer.wording import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.state import Hud

Extent = tuple[float, float]


def extent_px(hud: Hud) -> Extent:
    """Left and right border of everything in a piece; (0, 0) for an empty one."""
    boxes = [box_of(filled(line)) for line in hud.words]
    spans = [(box[0], box[2]) for box in boxes]
    flat = [bar.box_px for bar in hud.bars] + [ramp.box_px for ramp in hud.ramps]
    spans += [(left, left + width) for left, _, width, _ in flat]
    spans += [(x, x) for line in hud.lines for x, _ in line.points_px]
    return min((left for left, _ in spans), default=0.0), max((right for _, right in spans), default=0.0)


def moved(hud: Hud, right_px: float) -> Hud:
    """The same piece, `right_px` further to the right."""

    def box(at: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        return at[0] + right_px, *at[1:]

    return replace(
        hud,
        bars=tuple(replace(bar, box_px=box(bar.box_px)) for bar in hud.bars),
        ramps=tuple(replace(ramp, box_px=box(ramp.box_px)) for ramp in hud.ramps),
        lines=tuple(replace(line, points_px=tuple((x + right_px, y) for x, y in line.points_px)) for line in hud.lines),
        words=tuple(replace(word, at_px=(word.at_px[0] + right_px, word.at_px[1])) for word in hud.words),
    )


def in_a_row(pieces: Sequence[Hud], left_px: float, right_px: float, gap_px: float = 48.0) -> tuple[Hud, ...]:
    """The pieces from left to right between the borders, apart by at least `gap_px`, at most by twice that.

    The first counts most and is always there; a later one that finds no room is left out.
    """
    kept: list[tuple[Hud, Extent]] = []
    used_px = 0.0
    for piece in pieces:
        extent = extent_px(piece)
        needs_px = extent[1] - extent[0] + (gap_px if kept else 0.0)
        if not kept or used_px + needs_px <= right_px - left_px:
            kept.append((piece, extent))
            used_px += needs_px
    spare_px = max(right_px - left_px - used_px, 0.0) / max(len(kept) - 1, 1)
    at_px, placed = left_px, []
    for piece, (left, right) in kept:
        placed.append(moved(piece, at_px - left))
        at_px += right - left + gap_px + min(spare_px, gap_px)
    return tuple(placed)
