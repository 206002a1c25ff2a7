"""The words that frame a picture: title, subtitle and caption. They take less room where there is less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.breaking import joined, pieces_of
from viewer.letters import is_chinese
from viewer.state import REFERENCE_HEIGHT_PX, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDE_PX = 1920.0
TITLE_Y_PX = 70.0
TITLE_SIZES_PX = (40.0, 36.0, 32.0, 28.0, 24.0)
CAPTION_LINE_PX = 36.0
NARROWER_PX = 12.0
CLAUSE_ENDS = frozenset(",.;:!?\uff0c\u3002\uff1b\uff1a\uff01\uff1f\u3001\u201d")
SHORTEST = 0.4
"""Of the longest of some lines, how long all of them are where they are even."""


def margin_of(width_px: float) -> float:
    """Left and right margin of a frame that is `width_px` wide."""
    return 96.0 * min(1.0, width_px / WIDE_PX)


def heading(title: str, subtitle: str, left_px: float, right_px: float) -> Hud:
    """Title top left in bold, the subtitle behind it, or under it where the line is too short for both."""
    size = next((s for s in TITLE_SIZES_PX if width_of(title, s, True) <= right_px - left_px), TITLE_SIZES_PX[-1])
    title = fitted(title, right_px - left_px, size, True)
    behind_px = left_px + width_of(title, size, True) + 22.0
    words = [Words(title, (left_px, TITLE_Y_PX), size, bold=True, part="title")]
    if behind_px + width_of(subtitle, 26.0) <= right_px:
        words.append(Words(subtitle, (behind_px, TITLE_Y_PX), 26.0, role="dim", part="subtitle"))
    else:
        under_px, text = (left_px, TITLE_Y_PX + 36.0), fitted(subtitle, right_px - left_px, 24.0)
        words.append(Words(text, under_px, 24.0, role="dim", part="subtitle"))
    return Hud(words=tuple(words))


def caption(
    lines: Sequence[str], left_px: float, right_px: float, bottom_px: float = REFERENCE_HEIGHT_PX - 32.0
) -> Hud:
    """A sentence at the right: in the given lines where they fit between the borders, else broken anew."""
    size = 27.0 if right_px - left_px > 700.0 else 23.0
    room_px = right_px - left_px
    if any(width_of(line, size) > room_px for line in lines):
        text = joined(lines)
        # Chinese may break anywhere: a last line of one character is avoided, and clauses stay whole.
        lines = balanced(text, room_px, size) if any(map(is_chinese, text)) else broken(text, room_px, size)
    tops_px = (bottom_px - CAPTION_LINE_PX * (len(lines) - 1 - i) for i in range(len(lines)))
    return Hud(
        words=tuple(
            Words(line, (right_px, top_px), size, anchor="right", part="caption")
            for line, top_px in zip(lines, tops_px, strict=True)
        )
    )


def broken(text: str, room_px: float, size_px: float) -> list[str]:
    """`text` in lines that are as long as `room_px` allows, broken between words, in Chinese between characters."""
    lines: list[str] = []
    for piece in pieces_of(text):
        if lines and width_of(lines[-1] + piece, size_px) <= room_px:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip(" "))
    return lines


def balanced(text: str, room_px: float, size_px: float) -> list[str]:
    """`text` in as few lines as `broken` makes, but about as long as each other; where it can, each ends a clause."""
    tried = [broken(text, room_px, size_px)]
    while (room_px := room_px - NARROWER_PX) > 0 and len(lines := broken(text, room_px, size_px)) == len(tried[0]):
        tried.append(lines)
    return max(
        tried, key=lambda lines: (_clauses(lines, size_px), -max((width_of(x, size_px) for x in lines), default=0))
    )


def _clauses(lines: Sequence[str], size_px: float) -> int:
    """How many lines but the last end a clause; none do where one line is much shorter than another."""
    widths = [width_of(line, size_px) for line in lines]
    is_even = min(widths, default=0.0) > SHORTEST * max(widths, default=0.0)
    return sum(line[-1] in CLAUSE_ENDS for line in lines[:-1]) if is_even else 0


def fitted(text: str, room_px: float, size_px: float, is_bold: bool = False) -> str:
    """`text`, cut with an ellipsis where it is wider than `room_px`."""
    if width_of(text, size_px, is_bold) <= room_px:
        return text
    while text and width_of(text + "\u2026", size_px, is_bold) > room_px:
        text = text[:-1]
    return text.rstrip() + "\u2026"
