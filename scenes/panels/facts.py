"""Small lines in columns at the foot of a picture, as many rows of columns as the width asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.heading import broken
from viewer.state import REFERENCE_HEIGHT_PX, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE_PX, LINE_PX = 21.0, 27.0
COLUMN_GAP_PX, ROW_GAP_PX = 40.0, 6.0
FOOT_PX = REFERENCE_HEIGHT_PX - 22.0


def facts(
    pieces: Sequence[Sequence[str]], left_px: float, right_px: float, bottom_px: float = FOOT_PX
) -> tuple[Hud, float]:
    """The pieces, each some lines over each other, and how far up they reach.

    They stand side by side from the left; what finds no room begins a row below. The last baseline lies at `bottom_px`.
    Lines that are wider than the room are broken. Without pieces: nothing, up to `bottom_px`.
    """
    rows = _rows([_fitting(piece, right_px - left_px) for piece in pieces if piece], right_px - left_px)
    words: list[Words] = []
    heights = [max(len(lines) for _, lines in row) * LINE_PX for row in rows]
    top_px = bottom_px - sum(heights) - ROW_GAP_PX * max(len(rows) - 1, 0) + LINE_PX
    y = top_px
    for row, height in zip(rows, heights, strict=True):
        for x, lines in row:
            at = ((left_px + x, y + i * LINE_PX) for i in range(len(lines)))
            words += [Words(text, at_px, SIZE_PX, role="dim") for text, at_px in zip(lines, at, strict=True)]
        y += height + ROW_GAP_PX
    return Hud(words=tuple(words)), (top_px - LINE_PX if rows else bottom_px)


def _fitting(lines: Sequence[str], room_px: float) -> list[str]:
    if all(width_of(line, SIZE_PX) <= room_px for line in lines):
        return list(lines)
    return broken(" ".join(lines), room_px, SIZE_PX)


def _rows(pieces: Sequence[list[str]], room_px: float) -> list[list[tuple[float, list[str]]]]:
    """Rows of pieces with how far from the left each begins."""
    rows: list[list[tuple[float, list[str]]]] = []
    used_px = 0.0
    for lines in pieces:
        width = max(width_of(line, SIZE_PX) for line in lines)
        if not rows or used_px + width > room_px:
            rows.append([])
            used_px = 0.0
        rows[-1].append((used_px, lines))
        used_px += width + COLUMN_GAP_PX
    return rows
