"""Lists of classes with bars and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.panels.heading import fitted
from scenes.panels.numbers import percent, points
from viewer.state import Bar, ColourRole, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

STUB_PX = 4.0
BAR_PX = 8.0
FLAT_PX = 21.0
HEAD_SIZES_PX = (36.0, 32.0, 28.0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes: left and right border, and the baseline of its first line, in reference pixels."""

    left_px: float
    right_px: float
    top_px: float

    @property
    def width_px(self) -> float:
        """From border to border."""
        return self.right_px - self.left_px


def list_place(width_px: float, share: float, top_px: float) -> Place:
    """Place of a list at the right border of a frame: `share` of its width, but wide enough for a name and a number."""
    wide = max(share * width_px, min(290.0, 0.38 * width_px))
    return Place(width_px * 0.975 - wide, width_px * 0.975, top_px)


def shown_classes(scores: Sequence[float], most: int) -> tuple[int, ...]:
    """Which classes a list of `most` lines shows: all in their order where they fit, else the most likely, first on
    top.
    """
    if len(scores) <= most:
        return tuple(range(len(scores)))
    ranked = sorted(range(len(scores)), key=lambda index: (-scores[index], index))
    return tuple(ranked[: most - 1])


def class_name(names: Sequence[str], index: int) -> str:
    """The name of a class, or its number where it has none."""
    return names[index] if index < len(names) else f"class {index}"


def tall_list(
    scores: Sequence[float],
    names: Sequence[str],
    place: Place,
    pitch_px: float = 47.0,
    grown: float = 1.0,
    most: int = 10,
) -> Hud:
    """Each class on a line with its bar below, the winner in bold. `grown` 0..1 is how far bars and numbers have come.

    Classes that find no line share the last one.
    """
    shown = shown_classes(scores, most)
    winner = max(range(len(scores)), key=lambda index: scores[index]) if scores else -1
    hud = Hud()
    for row, index in enumerate(shown):
        y = place.top_px + row * pitch_px
        wins = index == winner and grown > 0.5
        role: ColourRole | None = "accent" if wins else None
        hud += _tall_line(class_name(names, index), scores[index], grown, place, y, role)
    rest = len(scores) - len(shown)
    if rest:
        left_over = 1.0 - sum(scores[index] for index in shown)
        y = place.top_px + len(shown) * pitch_px
        hud += _tall_line(f"{rest} others", max(left_over, 0.0), grown, place, y, None)
    return hud


def _tall_line(name: str, score: float, grown: float, place: Place, y: float, role: ColourRole | None) -> Hud:
    """A class that the light has not reached (`grown` 0) has no number yet."""
    is_bold = role is not None
    size = 24.0 if is_bold else 21.0
    score *= grown
    number = percent(score) if grown > 0 else ""
    room = place.width_px - width_of(number, size, is_bold) - 16.0
    length = max(STUB_PX, place.width_px * min(score, 1.0))
    return Hud(
        bars=(
            Bar((place.left_px, y + 14, place.width_px, BAR_PX), "track"),
            Bar((place.left_px, y + 14, length, BAR_PX), role or "bar"),
        ),
        words=(
            Words(fitted(name, room, size, is_bold), (place.left_px, y), size, is_bold, role or "text"),
            Words(number, (place.right_px, y), size, is_bold, role or "text", "right"),
        ),
    )


def flat_list(
    scores: Sequence[float],
    names: Sequence[str],
    shown: Sequence[int],
    place: Place,
    head_role: ColourRole,
    pitch_px: float = 34.0,
) -> Hud:
    """The winner large with its probability, then the `shown` classes and the sum of the others, a line each with its
    bar.
    """
    winner = max(range(len(scores)), key=lambda index: scores[index])
    hud = _headline(class_name(names, winner), percent(scores[winner]), place, head_role)
    room_px = _name_room(names, shown, place)
    for row, (name, score, index) in enumerate(_lines(scores, names, shown)):
        y = place.top_px + 42.0 + row * pitch_px
        role: ColourRole | None = head_role if index == winner else None
        hud += _flat_line(name, percent(score, unit=False), place, y, role, name_room_px=room_px)
        bar_left, bar_width = _bar_span(place, room_px)
        length = max(STUB_PX, bar_width * min(score, 1.0))
        hud += Hud(
            bars=(
                Bar((bar_left, y - 13, bar_width, 12.0), "track", round_px=6.0),
                Bar((bar_left, y - 13, length, 12.0), role or "bar", round_px=6.0),
            )
        )
    return hud


def _headline(name: str, number: str, place: Place, role: ColourRole) -> Hud:
    """Name and number as large as the place allows, the name cut where that does not help."""
    room = {size: place.width_px - width_of(number, size, True) - 16.0 for size in HEAD_SIZES_PX}
    size = next((s for s in HEAD_SIZES_PX if width_of(name, s, True) <= room[s]), HEAD_SIZES_PX[-1])
    return Hud(
        words=(
            Words(fitted(name, room[size], size, True), (place.left_px, place.top_px), size, True, role),
            Words(number, (place.right_px, place.top_px), size, True, role, "right"),
        )
    )


def change_list(
    before: Sequence[float],
    after: Sequence[float],
    names: Sequence[str],
    shown: Sequence[int],
    place: Place,
    pitch_px: float = 34.0,
) -> Hud:
    """What changed between two predictions, in percentage points, as bars from a middle line."""
    hud = Hud(words=(Words("change in points", (place.left_px, place.top_px), 24.0, True, "difference"),))
    room_px = _name_room(names, shown, place)
    bar_left, bar_width = _bar_span(place, room_px)
    middle = bar_left + bar_width / 2
    lines = zip(_lines(before, names, shown), _lines(after, names, shown), strict=True)
    row = 0
    for row, ((name, old, _), (_, new, _)) in enumerate(lines):
        y = place.top_px + 38.0 + row * pitch_px
        change = new - old
        role: ColourRole = "gain" if change > 0 else "loss"
        length = max(2.0, bar_width / 2 * min(abs(change), 1.0))
        left = middle if change > 0 else middle - length
        hud += Hud(bars=(Bar((left, y - 13, length, 12.0), role, round_px=2.0),))
        bold_role = role if abs(change) > 0.05 else None
        hud += _flat_line(name, points(change), place, y, bold_role, name_role="text", name_room_px=room_px)
    top = place.top_px + 16.0
    line = Polyline(((middle, top), (middle, place.top_px + 42.0 + row * pitch_px)), "dim", 1.5)
    return hud + Hud(lines=(line,))


def _lines(scores: Sequence[float], names: Sequence[str], shown: Sequence[int]) -> list[tuple[str, float, int]]:
    lines = [(class_name(names, index), scores[index], index) for index in shown]
    rest = [score for index, score in enumerate(scores) if index not in shown]
    return [*lines, (f"{len(rest)} others", sum(rest), -1)] if rest else lines


def _name_room(names: Sequence[str], shown: Sequence[int], place: Place) -> float:
    """Width that the names take in a flat list: at least 38 % of it, more where long names have to fit."""
    longest = max((width_of(class_name(names, index), FLAT_PX, True) for index in shown), default=0.0)
    return max(0.38 * place.width_px, min(longest + 14.0, 0.50 * place.width_px))


def _bar_span(place: Place, name_room_px: float) -> tuple[float, float]:
    return place.left_px + name_room_px, 0.78 * place.width_px - name_room_px


def _flat_line(
    name: str,
    number: str,
    place: Place,
    y: float,
    role: ColourRole | None,
    *,
    name_role: ColourRole | None = None,
    name_room_px: float,
) -> Hud:
    is_bold = role is not None
    room = name_room_px - 12.0
    return Hud(
        words=(
            Words(
                fitted(name, room, 21.0, is_bold),
                (place.left_px, y),
                21.0,
                is_bold and name_role is None,
                name_role or role or "text",
            ),
            Words(number, (place.right_px, y), 21.0, is_bold, role or "text", "right"),
        )
    )
