"""The line of relative change along the spine: how far an attacked input has drifted at each layer."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from viewer.state import Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

DOT_PX = 11.0
BREAK_SHARE = 0.62


def drift_chart(
    x_px: Sequence[float], changes: Sequence[float], most_hidden: float, base_px: float, height_px: float
) -> Hud:
    """Points at `x_px`, as high as each layer's relative change, over a level base line.

    All points but the last share a linear axis on which `most_hidden` is 62 % of the height; the last one, the
    classes', is usually far beyond it and stands at the top behind a broken line where it is. Numbers in percent stand
    over each point.
    """
    if not changes:
        return Hud()
    if not math.isfinite(most_hidden):  # a layer that was all zero has moved infinitely far: the others keep their axis
        most_hidden = max((change for change in changes[:-1] if math.isfinite(change)), default=0.0)
    scale = max(most_hidden, 1e-6)
    heights = [min(change / scale, 1.0) * BREAK_SHARE for change in changes[:-1]]
    is_broken = changes[-1] > scale
    heights.append(1.0 if is_broken else changes[-1] / scale * BREAK_SHARE)
    points = tuple((x, base_px - height * height_px) for x, height in zip(x_px, heights, strict=True))
    lines = [Polyline(((x_px[0] - 14, base_px), (x_px[-1] + 14, base_px)), "dim", 2.5, 0.7)]
    lines += [Polyline(pair, "difference", 4.0) for pair in _pieces(points, is_broken)]
    lines += [Polyline(((x - DOT_PX / 2, y), (x + DOT_PX / 2, y)), "difference", DOT_PX) for x, y in points]
    return Hud(lines=tuple(lines), words=_numbers(points, changes))


def _pieces(
    points: Sequence[tuple[float, float]], is_broken: bool
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Straight pieces between neighbours; the last one has a gap in its middle where the axis is broken."""
    pieces = list(pairwise(points))
    if is_broken and pieces:
        (x0, y0), (x1, y1) = pieces.pop()
        near, far = 0.40, 0.60
        pieces.append(((x0, y0), (x0 + (x1 - x0) * near, y0 + (y1 - y0) * near)))
        pieces.append(((x0 + (x1 - x0) * far, y0 + (y1 - y0) * far), (x1, y1)))
    return pieces


def _numbers(points: Sequence[tuple[float, float]], changes: Sequence[float]) -> tuple[Words, ...]:
    """The number of each point where it has room beside the one before; the last, bold, always."""
    words = []
    taken_until = float("-inf")
    last = len(points) - 1
    last_text = f"{changes[-1] * 100:.0f} %"
    for (x, y), change in zip(points[:-1], changes, strict=False):
        text = f"{change * 100:.1f}"
        half = width_of(text, 21.0) / 2
        if x - half < taken_until or x + half > points[last][0] - 8:
            continue
        words.append(Words(text, (x, y - 14), 21.0, anchor="centre"))
        taken_until = x + half + 12.0
    x, y = points[last]
    words.append(Words(last_text, (x + 18, y + 11), 30.0, True, "difference"))
    return tuple(words)
