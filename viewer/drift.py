"""The line of relative change along the spine: how far an attacked input has drifted at each layer, in any view."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from viewer.camera import project
from viewer.state import Hud, Polyline, Words
from viewer.typeset import width_of
from viewer.wording import filled_hud

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.state import Drift, ViewState

    Point = tuple[float, float]

DOT_PX = 11.0
BREAK_SHARE = 0.62
NUMBER_PX = 21.0
LAST_PX = 30.0
TURN_DOT_PX = 19.0
BESIDE_PX = 100.0
"""How far words may reach beyond the last point: where its number is."""
TITLE = "relative change, %"


def flat_of(state: ViewState, aspect: float) -> Hud:
    """Everything flat of a frame: the words and shapes of the scene, and the charts that follow the camera."""
    charts = (
        faded(drift_chart(drift, _on_picture(drift, state, aspect)), drift.alpha)
        for drift in state.drifts
        if drift.changes and drift.alpha > 0
    )
    return sum(charts, filled_hud(state.hud, state.scope, state.clip_percentile))


def faded(hud: Hud, alpha: float) -> Hud:
    """Everything of a display but its ramps (whose colours are numbers) so much weaker; nothing at 0, the same at 1."""
    if alpha >= 1:
        return hud
    if alpha <= 0:
        return Hud(ramps=hud.ramps)
    return Hud(
        tuple(replace(each, alpha=each.alpha * alpha) for each in hud.bars),
        hud.ramps,
        tuple(replace(each, alpha=each.alpha * alpha) for each in hud.lines),
        tuple(replace(each, alpha=each.alpha * alpha) for each in hud.words),
    )


def _on_picture(drift: Drift, state: ViewState, aspect: float) -> list[Point]:
    """Where each point of the chart has its foot: under its place, all on one level."""
    seen = project(state.camera, drift.places, aspect)
    base_px = float(seen[:, 1].max()) + drift.below_px
    return [(float(x), base_px) for x in seen[:, 0]]


def drift_chart(drift: Drift, feet_px: Sequence[Point]) -> Hud:
    """Points over `feet_px`, as high as each layer's relative change.

    All points but the last share a linear axis on which `most_hidden` is 62 % of the height; the last one, the
    classes', is usually far beyond it and stands at the top behind a broken line where it is. Numbers in percent stand
    over each point.
    """
    changes, most_hidden = drift.changes, drift.most_hidden
    if not math.isfinite(most_hidden):  # a layer that was all zero has moved infinitely far: the others keep their axis
        most_hidden = max((change for change in changes[:-1] if math.isfinite(change)), default=0.0)
    scale = max(most_hidden, 1e-6)
    heights = [min(change / scale, 1.0) * BREAK_SHARE for change in changes[:-1]]
    is_broken = changes[-1] > scale
    heights.append(1.0 if is_broken else changes[-1] / scale * BREAK_SHARE)
    points = tuple((x, y - height * drift.height_px) for (x, y), height in zip(feet_px, heights, strict=True))
    left_px, right_px, base_px = min(x for x, _ in feet_px), max(x for x, _ in feet_px), feet_px[0][1]
    lines = [Polyline(((left_px - 14, base_px), (right_px + 14, base_px)), "dim", 2.5, 0.7)]
    lines += [Polyline(pair, "difference", 4.0) for pair in _pieces(points, is_broken)]
    lines += [Polyline(((x - DOT_PX / 2, y), (x + DOT_PX / 2, y)), "difference", DOT_PX) for x, y in points]
    title = Words(TITLE, (max(left_px - 60.0, 8.0), base_px + 28.0), NUMBER_PX, role="difference")
    hud = Hud(lines=tuple(lines), words=(title, *_numbers(points, changes)))
    if drift.turn is None:
        return hud
    first_px = title.at_px[0] + width_of(title.text, NUMBER_PX) + 24.0
    return hud + _marked(points[drift.turn[0]], drift.turn[1], base_px, (first_px, right_px + BESIDE_PX))


def _marked(at: Point, words: str, base_px: float, between_px: tuple[float, float]) -> Hud:
    """A larger dot, a line from it down to the base, and under that the words, where there is room for them."""
    x, y = at
    lines = (
        Polyline(((x, y), (x, base_px + 6.0)), "alarm", 3.0),
        Polyline(((x - TURN_DOT_PX / 2, y), (x + TURN_DOT_PX / 2, y)), "alarm", TURN_DOT_PX),
    )
    width_px, (first_px, last_px) = width_of(words, NUMBER_PX, True), between_px
    if width_px > last_px - first_px:
        return Hud(lines=lines)
    left_px = min(max(x - width_px / 2, first_px), last_px - width_px)
    return Hud(lines=lines, words=(Words(words, (left_px, base_px + 28.0), NUMBER_PX, True, "alarm"),))


def _pieces(points: Sequence[Point], is_broken: bool) -> list[tuple[Point, Point]]:
    """Straight pieces between neighbours; the last one has a gap in its middle where the axis is broken."""
    pieces = list(pairwise(points))
    if is_broken and pieces:
        (x0, y0), (x1, y1) = pieces.pop()
        near, far = 0.40, 0.60
        pieces.append(((x0, y0), (x0 + (x1 - x0) * near, y0 + (y1 - y0) * near)))
        pieces.append(((x0 + (x1 - x0) * far, y0 + (y1 - y0) * far), (x1, y1)))
    return pieces


def _numbers(points: Sequence[Point], changes: Sequence[float]) -> tuple[Words, ...]:
    """The number of each point where it has room beside the one before; the last, bold and outside, always."""
    words = []
    x_last, y_last = points[-1]
    is_forward = x_last >= points[0][0]
    outward = 1.0 if is_forward else -1.0
    taken_until = float("-inf")
    for (x, y), change in sorted(zip(points[:-1], changes, strict=False)):
        text = f"{change * 100:.1f}"
        half = width_of(text, NUMBER_PX) / 2
        if x - half < taken_until or (x_last - x) * outward < half + 8:
            continue
        words.append(Words(text, (x, y - 14), NUMBER_PX, anchor="centre"))
        taken_until = x + half + 12.0
    at_px = x_last + 18 * outward, y_last + 11
    last = Words(f"{changes[-1] * 100:.0f} %", at_px, LAST_PX, True, "difference", "left" if is_forward else "right")
    return (*words, last)
