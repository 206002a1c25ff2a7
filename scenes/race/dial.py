"""The clock of a race as a line with its steps, the present one marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewer.state import Bar, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.panels.classes import Place
    from scenes.race.clock import Clock

NUMBER_PX, SMALL_PX = 30.0, 21.0
LINE_DOWN_PX, TICK_PX, DOT_PX = 20.0, 12.0, 14.0
NUMBERS_DOWN_PX = LINE_DOWN_PX + 34.0


def clock_line(clock: Clock, at: float, stops: Sequence[float], place: Place) -> Hud:
    """The present step as a number on the baseline `place.top_px` with how the clock goes, under it the line with
    numbers, and marks at the steps `stops` that are reached. `at` is the place on the clock, in 0..1.
    """
    y = place.top_px + LINE_DOWN_PX
    x = place.left_px + place.width_px * at
    gone = (place.left_px, y), (x, y)
    lines = [Polyline(((place.left_px, y), (place.right_px, y)), "dim", 3.0, 0.5), Polyline(gone, "accent", 4.0)]
    lines.append(Polyline(((x - DOT_PX / 2, y), (x + DOT_PX / 2, y)), "accent", DOT_PX))
    bars = []
    for step in stops:
        if clock.place_of(step) <= at + 1e-9:
            mark_px = place.left_px + place.width_px * clock.place_of(step)
            bars.append(Bar((mark_px - 2.5, y - TICK_PX, 5.0, 2 * TICK_PX), "alarm", round_px=2.0))
    return Hud(tuple(bars), lines=tuple(lines), words=(*_heads(clock, at, place), *_numbers(clock, place)))


def _heads(clock: Clock, at: float, place: Place) -> tuple[Words, ...]:
    text = f"step {clock.step_at(at)}"
    pace = "" if clock.is_even else "logarithmic clock"
    words = [Words(text, (place.left_px, place.top_px), NUMBER_PX, True)]
    widest = width_of(f"step {clock.last}", NUMBER_PX, True)
    if pace and widest + 20.0 + width_of(pace, SMALL_PX) <= place.width_px:
        words.append(Words(pace, (place.right_px, place.top_px), SMALL_PX, role="dim", anchor="right"))
    return tuple(words)


def _numbers(clock: Clock, place: Place) -> tuple[Words, ...]:
    words = []
    for step in clock.ticks():
        x = place.left_px + place.width_px * clock.place_of(step)
        anchor = "left" if step == 0 else "right" if step == clock.last else "centre"
        words.append(Words(f"{step:,}", (x, place.top_px + NUMBERS_DOWN_PX), SMALL_PX, role="dim", anchor=anchor))  # type: ignore[arg-type]
    return tuple(words)
