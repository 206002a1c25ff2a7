"""A small chart of one number over the iterations of something, with the present one marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.state import Bar, Hud, Polyline, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.panels.classes import Place

DOT_PX = 13.0
TITLE_PX, NUMBER_PX = 21.0, 26.0
TITLE_ROOM_PX, PIECE_PX = 16.0, 9.0


def chart(title: str, number: str, values: Sequence[float], at: float, place: Place, height_px: float) -> Hud:
    """`values` from their smallest to their largest, over a base line; the part up to `at` is drawn strongly.

    `place.top_px` is the base line of the title, the chart lies below it, `height_px` high. `at` is a position among
    the values, whole at each.
    """
    top_px = place.top_px + TITLE_ROOM_PX
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    last = max(len(values) - 1, 1)
    at = min(max(at, 0.0), float(len(values) - 1))

    def point(index: float, value: float) -> tuple[float, float]:
        return place.left_px + place.width_px * index / last, top_px + height_px * (1 - (value - low) / span)

    before = int(at)
    after = min(before + 1, len(values) - 1)
    present = point(at, values[before] + (values[after] - values[before]) * (at - before))
    # Pieces that are hardly longer than the line is wide would look like beads.
    stride = max(1, round(PIECE_PX * last / max(place.width_px, 1.0)))
    kept = [i for i in range(len(values)) if i % stride == 0 or i == last]
    every = tuple(point(i, values[i]) for i in kept)
    gone = tuple(point(i, values[i]) for i in kept if i <= before)
    x, y = present
    return Hud(
        bars=(Bar((place.left_px, top_px + height_px + 3.0, place.width_px, 3.0), "track"),),
        lines=(
            Polyline(every, "bar", 3.0),
            Polyline((*gone, present), "accent", 4.0),
            Polyline(((x - DOT_PX / 2, y), (x + DOT_PX / 2, y)), "accent", DOT_PX),
        ),
        words=(
            Words(title, (place.left_px, place.top_px), TITLE_PX),
            Words(number, (place.right_px, place.top_px), NUMBER_PX, True, "accent", "right"),
        ),
    )
