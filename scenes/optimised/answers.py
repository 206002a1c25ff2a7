"""The answer to an image that changes: always the same classes in the same lines, the one that is asked for marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.classes import BAR_PX, STUB_PX, class_name
from scenes.panels.heading import fitted
from scenes.panels.numbers import percent
from viewer.state import Bar, ColourRole, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.panels.classes import Place

NAME_PX, FIRST_PX = 21.0, 24.0
MARK_PX, MARK_ALPHA = 10.0, 0.20


def listed(scores: Sequence[Sequence[float]], target: int | None, most: int) -> tuple[int, ...]:
    """Which classes a list of `most` lines shows: all in their order where they fit, else the target and those that are
    likely to the first or the last of the images; one line is for the others.
    """
    count = len(scores[0]) if scores else 0
    if count <= most:
        return tuple(range(count))
    ends = scores[0], scores[-1]
    ranked = sorted(range(count), key=lambda at: (at != target, -max(each[at] for each in ends), at))
    return tuple(ranked[: most - 1])


def class_lines(
    scores: Sequence[float], names: Sequence[str], shown: Sequence[int], target: int | None, place: Place,
    pitch_px: float,
) -> Hud:  # fmt: skip
    """The `shown` classes with their bars, the likeliest of all in bold, a plate behind the target; others together."""
    winner = max(range(len(scores)), key=scores.__getitem__, default=-1)
    hud = Hud()
    for row, index in enumerate(shown):
        y = place.top_px + row * pitch_px
        if index == target:
            hud += Hud(bars=(_mark(place, y),))
        hud += _line(class_name(names, index), scores[index], place, y, is_first=index == winner)
    rest = len(scores) - len(shown)
    if rest:
        left_over = max(1.0 - sum(scores[index] for index in shown), 0.0)
        hud += _line(f"{rest} others", left_over, place, place.top_px + len(shown) * pitch_px, is_first=False)
    return hud


def _mark(place: Place, y: float) -> Bar:
    box = place.left_px - MARK_PX, y - 25.0, place.width_px + 2 * MARK_PX, 48.0
    return Bar(box, "accent", MARK_ALPHA, 6.0)


def _line(name: str, score: float, place: Place, y: float, *, is_first: bool) -> Hud:
    size, number = FIRST_PX if is_first else NAME_PX, percent(score)
    role: ColourRole = "accent" if is_first else "text"
    room = place.width_px - width_of(number, size, is_first) - 16.0
    length = max(STUB_PX, place.width_px * min(max(score, 0.0), 1.0))
    return Hud(
        bars=(
            Bar((place.left_px, y + 9.0, place.width_px, BAR_PX), "track"),
            Bar((place.left_px, y + 9.0, length, BAR_PX), "accent" if is_first else "bar"),
        ),
        words=(
            Words(fitted(name, room, size, is_first), (place.left_px, y), size, is_first, role),
            Words(number, (place.right_px, y), size, is_first, role, "right"),
        ),
    )
