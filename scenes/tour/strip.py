"""The strip at the bottom of a tour: what is said, and how far the tour has come. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from scenes.panels.breaking import joined
from scenes.panels.heading import balanced, margin_of
from scenes.steps.scenery import WIDE
from viewer.state import REFERENCE_HEIGHT_PX, Bar, Hud, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDE_PX = WIDE * REFERENCE_HEIGHT_PX
ROOMY_PX = 1.5 * REFERENCE_HEIGHT_PX
"""From this width on boards have room to spare; in other frames the whole picture over the strip is made smaller."""
MOST_LINES = 3
LETTERS_PX, SMALL_LETTERS_PX = 29.0, 25.0
PITCH = 1.36
TOP_ROOM_PX, BOTTOM_ROOM_PX, SIDE_PX, BORDER_PX = 26.0, 18.0, 28.0, 22.0
GAP_PX = 16.0
"""Between what is over the strip and its top."""
TICK_PX, TICK_GAP_PX = 5.0, 8.0


@dataclass(frozen=True, slots=True)
class Strip:
    """Room for captions of up to `lines` lines at the bottom of a frame that is `width_px` wide."""

    width_px: float
    lines: int

    @property
    def letters_px(self) -> float:
        """The size of the type."""
        return letters_px(self.width_px)

    @property
    def height_px(self) -> float:
        """Of the strip itself."""
        return self.lines * self.letters_px * PITCH + TOP_ROOM_PX + BOTTOM_ROOM_PX

    @property
    def foot_px(self) -> float:
        """What a scene that fills the frame has to leave free at its bottom; nothing where it is made smaller."""
        return self.height_px + BORDER_PX + GAP_PX - BELOW_LEGENDS_PX if self.width_px >= ROOMY_PX else 0.0

    @property
    def part(self) -> float:
        """How large the picture over the strip is: as it is in wide frames."""
        if self.width_px >= ROOMY_PX:
            return 1.0
        return (REFERENCE_HEIGHT_PX - self.height_px - BORDER_PX) / (REFERENCE_HEIGHT_PX - BELOW_LEGENDS_PX + GAP_PX)

    def page(self, lines: Sequence[str], part: float) -> Sequence[str]:
        """The lines of a caption that are seen when that part (0..1) of its time is over: as many as find room."""
        pages = -(-len(lines) // self.lines) or 1
        each = -(-len(lines) // pages)
        first = min(int(part * pages), pages - 1) * each
        return lines[first : first + each]

    def hud(self, lines: Sequence[str], number: int, count: int, alpha: float = 1.0) -> Hud:
        """A caption, that much (0..1) of it seen, at stop `number` (from 0) of `count`."""
        left = margin_of(self.width_px)
        top, wide = REFERENCE_HEIGHT_PX - BORDER_PX - self.height_px, self.width_px - 2 * left
        pitch = self.letters_px * PITCH
        first = top + TOP_ROOM_PX + (self.height_px - TOP_ROOM_PX - BOTTOM_ROOM_PX - len(lines) * pitch) / 2
        words = tuple(
            Words(line, (left + SIDE_PX, first + (row + 0.75) * pitch), self.letters_px, alpha=alpha, part="caption")
            for row, line in enumerate(lines)
        )
        panel = Bar((left, top, wide, self.height_px), "panel", 0.9, 12.0)
        return Hud(bars=(panel, *_ticks(left + SIDE_PX, top + 11.0, wide - 2 * SIDE_PX, number, count)), words=words)


BELOW_LEGENDS_PX = 30.0
"""What is free under the legends of a scene anyway."""


def letters_px(width_px: float) -> float:
    """The size of the type in a frame of this width."""
    return LETTERS_PX if width_px >= WIDE_PX else SMALL_LETTERS_PX


def strip_for(captions: Iterable[Sequence[str]], width_px: float) -> Strip:
    """A strip that has room for each of these captions, or for so much of it as is seen at once."""
    longest = max((len(set_lines(tuple(lines), width_px)) for lines in captions), default=1)
    return Strip(width_px, min(longest, MOST_LINES))


@lru_cache(maxsize=256)
def set_lines(lines: tuple[str, ...], width_px: float) -> tuple[str, ...]:
    """A caption in the lines in which it is set: those given where they fit, else as few as may be."""
    size, room = letters_px(width_px), width_px - 2 * margin_of(width_px) - 2 * SIDE_PX
    if len(lines) > 1 and all(width_of(line, size) <= room for line in lines):
        return lines
    return tuple(balanced(joined(lines), room, size))


def _ticks(left: float, top: float, wide: float, number: int, count: int) -> tuple[Bar, ...]:
    """A tick for each stop; those up to the present one are lit."""
    each = (wide + TICK_GAP_PX) / max(count, 1) - TICK_GAP_PX
    return tuple(
        Bar((left + at * (each + TICK_GAP_PX), top, each, TICK_PX), "accent" if at <= number else "track", 0.9, 2.5)
        for at in range(count)
    )
