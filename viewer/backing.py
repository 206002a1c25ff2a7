"""Cards under the flat words of a frame, so that they are read wherever the hand has moved the net. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from viewer.labels import box_of
from viewer.state import Bar, Hud

if TYPE_CHECKING:
    from viewer.labels import Box

PADDING_PX, APART_PX = 12.0, 44.0
ROUND_PX, ALPHA = 12.0, 0.8


@lru_cache(maxsize=8)
def backed(hud: Hud) -> Hud:
    """`hud` with a translucent card under each group of words, bars and ramps that lie within 44 px of each other.

    Without words it stays as it is, and where there are cards already.
    """
    words = [box_of(line) for line in hud.words if line.text and line.alpha > 0]
    if not words or any(bar.role == "ground" for bar in hud.bars):
        return hud
    strips = [_box(bar.box_px) for bar in hud.bars] + [_box(ramp.box_px) for ramp in hud.ramps]
    cards = tuple(_card(box) for box in _joined([*words, *strips]))
    return replace(hud, bars=cards + hud.bars)


def _box(box_px: tuple[float, float, float, float]) -> Box:
    left, top, width, height = box_px
    return left, top, left + width, top + height


def _joined(boxes: list[Box]) -> list[Box]:
    """Boxes that lie near each other as one, again and again until all are apart."""
    joined: list[Box] = []
    for box in boxes:
        merged = box
        while near := [other for other in joined if _are_near(merged, other)]:
            joined = [other for other in joined if other not in near]
            merged = _around([merged, *near])
        joined.append(merged)
    return joined


def _are_near(one: Box, two: Box) -> bool:
    across = max(one[0], two[0]) - min(one[2], two[2])
    down = max(one[1], two[1]) - min(one[3], two[3])
    return max(across, down) < APART_PX


def _around(boxes: list[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _card(box: Box) -> Bar:
    left, top, right, bottom = box
    place = left - PADDING_PX, top - PADDING_PX, right - left + 2 * PADDING_PX, bottom - top + 2 * PADDING_PX
    return Bar(place, "ground", ALPHA, ROUND_PX)
