"""What a network says to an input, to the input with a perturbation, and with noise: a row each, all three together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from scenes.panels.heading import fitted
from scenes.panels.numbers import percent
from viewer.state import Bar, ColourRole, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.panels.classes import Place

LABEL_PX, NAME_PX, TALL_NAME_PX = 21.0, 26.0, 36.0
BAR_PX, STUB_PX = 9.0, 4.0
GAP_PX = 18.0
LABELS = "clean", "attacked", "noise"
FOOLED, HOLDS, WRONG = "fooled", "holds", "wrong"
NAME_SHARE, LEAST_LINE_PX = 0.36, 760.0

Style = Literal["tall", "line", "low"]
PITCHES_PX: dict[Style, float] = {"tall": 112.0, "line": 42.0, "low": 56.0}
"""A tall row has a line for the class alone; in one `line` the bar stands behind the class, in a low row under it."""


def style_of(width_px: float, *, is_tall: bool) -> Style:
    """How rows of this width look."""
    return "tall" if is_tall else "line" if width_px >= LEAST_LINE_PX else "low"


def verdict_row(
    label: str,
    name: str,
    share: float | None,
    place: Place,
    *,
    state: str = "",
    role: ColourRole = "accent",
    style: Style = "low",
    names: Sequence[str] = (),
    alpha: float = 1.0,
) -> Hud:
    """One row at `place`, whose top is the baseline of its first line: what was shown, the class, its share of 0..1 as
    a number and a bar, and what became of it (`state`). Without a share (`None`) there is neither number nor bar.
    In one `line`, bars stand behind the longest of the `names` of all rows, as far as there is room.
    """
    is_tall, y = style == "tall", place.top_px + (46.0 if style == "tall" else 0.0)
    size = TALL_NAME_PX if is_tall else NAME_PX
    number = "" if share is None else percent(share)
    left_px = place.left_px + (0.0 if is_tall else _label_room())
    right_px = place.right_px - (0.0 if is_tall else _state_room())
    room_px = right_px - left_px - width_of(number, size, True) - GAP_PX
    if style == "line":
        longest_px = max(width_of(text, size, True) for text in (name, *names)) + 1.0
        room_px = min(longest_px, place.width_px * NAME_SHARE)
    words = (
        Words(label, (place.left_px, place.top_px), LABEL_PX, role="dim", alpha=alpha),
        Words(state, (place.right_px, place.top_px), LABEL_PX, True, role, "right", alpha),
        Words(fitted(name, room_px, size, True), (left_px, y), size, True, role, alpha=alpha),
        Words(number, (right_px, y), size, True, role, "right", alpha),
    )
    box = place.left_px, y + 13.0, place.width_px
    if style == "line":
        bar_px = left_px + room_px + GAP_PX
        box = bar_px, y - 13.0, right_px - width_of("100.0 %", size, True) - GAP_PX - bar_px
    return Hud(words=tuple(line for line in words if line.text), bars=_bar(share, box, role, alpha))


def missing_row(label: str, text: str, place: Place, *, alpha: float = 1.0) -> Hud:
    """A row for what there is nothing to say of."""
    at_px = place.left_px + _label_room(), place.top_px
    return Hud(
        words=(
            Words(label, (place.left_px, place.top_px), LABEL_PX, role="dim", alpha=alpha),
            Words(fitted(text, place.right_px - at_px[0], LABEL_PX), at_px, LABEL_PX, role="dim", alpha=alpha),
        )
    )


def _label_room() -> float:
    return max(width_of(label, LABEL_PX) for label in LABELS) + GAP_PX


def _state_room() -> float:
    return max(width_of(text, LABEL_PX, True) for text in (FOOLED, HOLDS, WRONG)) + GAP_PX


def _bar(share: float | None, box: tuple[float, float, float], role: ColourRole, alpha: float) -> tuple[Bar, ...]:
    """The bar in a box of left, top and width, on its track."""
    if share is None:
        return ()
    left_px, top_px, width_px = box
    length = max(STUB_PX, width_px * min(max(share, 0.0), 1.0))
    return (
        Bar((left_px, top_px, width_px, BAR_PX), "track", alpha),
        Bar((left_px, top_px, length, BAR_PX), role, alpha),
    )
