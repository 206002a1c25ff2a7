"""The loss of an optimisation: a curve that is drawn as it goes, with the numbers of its axes. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scenes.panels.heading import fitted
from scenes.panels.numbers import MINUS
from scenes.timeline import mixed
from viewer.state import Bar, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from scenes.optimised.subject import Curve
    from scenes.panels.classes import Place

TITLE_PX, NUMBER_PX, SMALL_PX = 21.0, 26.0, 21.0
TITLE_ROOM_PX, DOT_PX, FOOT_PX = 20.0, 13.0, 30.0
PIECE_PX = 8.0


def number_text(value: float) -> str:
    """A loss to four digits, large ones whole.

    >>> number_text(0.123456), number_text(-1234567.0), number_text(28.0), number_text(20503.2)
    ('0.1235', '\u22121.235e+06', '28', '20,503')
    """
    if 1e3 <= abs(value) < 1e6:
        return f"{value:,.0f}".replace("-", MINUS, 1)
    return f"{value:.4g}".replace("-", MINUS, 1) if math.isfinite(value) else "not a number"


def curve_at(curve: Curve, step: float) -> float:
    """What was measured after so many steps, on the straight way between two that were kept."""
    known = _known(curve)
    before = max((pair for pair in known if pair[0] <= step), default=known[0])
    after = min((pair for pair in known if pair[0] >= step), default=known[-1])
    span = after[0] - before[0]
    return mixed(before[1], after[1], (step - before[0]) / span) if span > 0 else before[1]


def loss_chart(title: str, curve: Curve, step: float, place: Place, height_px: float) -> Hud:
    """`curve` from its smallest to its largest value, drawn up to `step`, over an axis of all steps.

    `place.top_px` is the base line of the title, the chart lies below it, `height_px` high.
    """
    known = _known(curve)
    low, high = min(value for _, value in known), max(value for _, value in known)
    room_px = max(width_of(number_text(value), SMALL_PX) for value in (low, high)) + 14.0
    left_px, top_px = place.left_px + room_px, place.top_px + TITLE_ROOM_PX
    base_px, last = top_px + height_px, max(curve.steps[-1], 1)
    span = (high - low) or 1.0

    def point(at: float, value: float) -> tuple[float, float]:
        share = (value - low) / span if high > low else 0.5
        return left_px + (place.right_px - left_px) * at / last, base_px - height_px * share

    here = min(max(step, known[0][0]), known[-1][0])
    gone = [point(at, value) for at, value in known if at <= here]
    present = point(here, curve_at(curve, here))
    x, y = present
    number = number_text(curve_at(curve, here))
    title = fitted(title, place.width_px - width_of(number, NUMBER_PX, True) - 20.0, TITLE_PX)
    lines = [Polyline(((left_px, top_px), (place.right_px, top_px)), "dim", 2.0, 0.25)]
    if here > known[0][0]:
        lines.append(Polyline(_thinned([*gone, present]), "accent", 4.0))
    lines.append(Polyline(((x - DOT_PX / 2, y), (x + DOT_PX / 2, y)), "accent", DOT_PX))
    return Hud(
        bars=(Bar((left_px, base_px, place.right_px - left_px, 3.0), "track"),),
        lines=tuple(lines),
        words=(
            Words(title, (place.left_px, place.top_px), TITLE_PX),
            Words(number, (place.right_px, place.top_px), NUMBER_PX, True, "accent", "right"),
            *_axis(left_px, place.right_px, (top_px, base_px), (low, high), last),
        ),
    )


def _axis(
    left_px: float, right_px: float, ys: tuple[float, float], ends: tuple[float, float], last: int
) -> tuple[Words, ...]:
    """The numbers of both axes; of a curve that is level the one value it has."""
    (top_px, base_px), (low, high) = ys, ends
    at_left = [Words(number_text(high), (left_px - 14.0, top_px + 7.0), SMALL_PX, role="dim", anchor="right")]
    if high > low and base_px - top_px > 2 * SMALL_PX:
        at_left.append(Words(number_text(low), (left_px - 14.0, base_px + 4.0), SMALL_PX, role="dim", anchor="right"))
    return (
        *at_left,
        Words("step 0", (left_px, base_px + FOOT_PX), SMALL_PX, role="dim"),
        Words(f"step {last}", (right_px, base_px + FOOT_PX), SMALL_PX, role="dim", anchor="right"),
    )


def _known(curve: Curve) -> list[tuple[int, float]]:
    pairs = zip(curve.steps, curve.values, strict=True)
    return [(step, value) for step, value in pairs if math.isfinite(value)]


def _thinned(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The points without those that are too near to the one before; the first and the last are always there."""
    kept = [points[0]]
    for point in points[1:-1]:
        if math.dist(point, kept[-1]) >= PIECE_PX and math.dist(point, points[-1]) >= PIECE_PX:
            kept.append(point)
    return (*kept, points[-1])
