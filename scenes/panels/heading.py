"""The words that frame a picture: title, subtitle and caption. They take less room where there is less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.breaking import joined, pieces_of
from viewer.state import REFERENCE_HEIGHT_PX, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDE_PX = 1920.0
TITLE_Y_PX = 70.0
TITLE_SIZES_PX = (40.0, 36.0, 32.0, 28.0, 24.0)
CAPTION_LINE_PX = 36.0


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
        lines = broken(joined(lines), room_px, size)
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


def fitted(text: str, room_px: float, size_px: float, is_bold: bool = False) -> str:
    """`text`, cut with an ellipsis where it is wider than `room_px`."""
    if width_of(text, size_px, is_bold) <= room_px:
        return text
    while text and width_of(text + "\u2026", size_px, is_bold) > room_px:
        text = text[:-1]
    return text.rstrip() + "\u2026"
