"""How far an attack has come: a track with its steps, a knob at the present one, and a mark where the answer flips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.heading import fitted
from viewer.state import Bar, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.panels.classes import Place
    from viewer.state import Anchor

TRACK_PX, KNOB_PX, TICK_PX = 8.0, 24.0, 16.0
BELOW_PX = 36.0
LINE_PX = 21.0
CLOSEST_TICKS_PX = 7.0
FLIPS, NEVER = "flips here", "no flip"


def scrubber(places: Sequence[float], at: int, flip: int | None, kept: str, place: Place) -> Hud:
    """A track between the borders of `place`, its middle at `place.top_px`.

    `places` are where the steps stand, in 0..1, the clean input first; `at` is the present one, `flip` the first that
    is taken for another class. `kept` says how many were kept; where there is no room for it, as much of it as fits.
    """
    y, wide = place.top_px, place.width_px
    x = [place.left_px + wide * each for each in places]
    has_flipped = flip is not None and at >= flip
    bars = [
        Bar((place.left_px, y - TRACK_PX / 2, wide, TRACK_PX), "track"),
        Bar((place.left_px, y - TRACK_PX / 2, max(x[at] - place.left_px, TRACK_PX), TRACK_PX), "difference"),
    ]
    bars += [Bar((each - 1.0, y - TICK_PX / 2, 2.0, TICK_PX), "dim", 0.8, 1.0) for each in _apart(x)]
    if flip is not None:
        bars.append(Bar((x[flip] - 2.5, y - TICK_PX, 5.0, 2 * TICK_PX), "alarm", round_px=2.0))
    knob = Polyline(
        ((x[at] - KNOB_PX / 2, y), (x[at] + KNOB_PX / 2, y)), "alarm" if has_flipped else "difference", KNOB_PX
    )
    return Hud(tuple(bars), lines=(knob,), words=_words(None if flip is None else x[flip], kept, place))


def _apart(x: Sequence[float]) -> list[float]:
    """As many of the steps as can be told apart, from the first on."""
    kept: list[float] = []
    for each in x:
        if not kept or each - kept[-1] >= CLOSEST_TICKS_PX:
            kept.append(each)
    return kept


def _words(flip_px: float | None, kept: str, place: Place) -> tuple[Words, ...]:
    """What the mark is, beneath it, and at the other end what was kept."""
    y = place.top_px + BELOW_PX
    label = NEVER if flip_px is None else FLIPS
    half = width_of(label, LINE_PX, flip_px is not None) / 2
    middle = place.right_px if flip_px is None else flip_px
    middle = min(max(middle, place.left_px + half), place.right_px - half)
    is_right = middle > (place.left_px + place.right_px) / 2
    room_px = (middle - half - place.left_px if is_right else place.right_px - middle - half) - 16.0
    side: Anchor = "left" if is_right else "right"
    other_px = place.left_px if is_right else place.right_px
    shorter = kept if width_of(kept, LINE_PX) <= room_px else kept.split(" steps", maxsplit=1)[0]
    said = fitted(shorter, room_px, LINE_PX)
    is_flip = flip_px is not None
    return (
        Words(label, (middle, y), LINE_PX, is_flip, "alarm" if is_flip else "dim", "centre"),
        Words(said, (other_px, y), LINE_PX, role="dim", anchor=side),
    )
