"""Where pictures stand in the frame of the scene of explanations: in rows, as large as there is room. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scenes.panels.classes import Place, list_place
from scenes.panels.frame import Frame
from scenes.panels.heading import CAPTION_LINE_PX, broken, margin_of
from scenes.panels.legends import TOP_PX
from viewer.camera import Rect
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

Box = tuple[float, float, float, float]

NAME_PX, LINE_PX = 26.0, 21.0
NAME_PITCH_PX, LINE_PITCH_PX, UNDER_PX = 30.0, 27.0, 32.0
GAP_PX, ROW_GAP_PX, HEAD_PX = 26.0, 18.0, 124.0
MOST_COLUMNS = 5
TERSE_PX = 235.0
"""Columns narrower than this have names and numbers alone: what is asked stands in the caption."""
CAPTION_LEFT_PX, CAPTION_FOOT_PX, OVER_LEGEND_PX = 960.0, 32.0, 46.0
LIST_WIDTH, LIST_TOP_PX = 0.19, 178.0


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands under a picture: its name, what is asked, numbers, and the last of them in `short`."""

    name: str
    asks: str = ""
    numbers: tuple[str, ...] = ()
    short: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """Pictures in rows: their boxes, the widths of their columns, and whether there is no room for what is asked."""

    boxes: tuple[Box, ...]
    column_px: float
    is_terse: bool

    def lines(self, sign: Sign) -> tuple[tuple[str, float, bool], ...]:
        """The lines under a picture: text, size, and whether it is its name."""
        return lines_of(sign, self.column_px, is_terse=self.is_terse)


@dataclass(frozen=True)
class ExplainFrame(Frame):
    """A frame of this aspect ratio with a caption of at most `caption_lines` lines."""

    caption_lines: int = 2

    @cached_property
    def caption_place(self) -> Place:
        """The borders of the caption and the baseline of its last line."""
        if self.is_wide:
            return Place(self.left_px + CAPTION_LEFT_PX, self.right_px, REFERENCE_HEIGHT_PX - CAPTION_FOOT_PX)
        return Place(self.left_px, self.right_px, TOP_PX - OVER_LEGEND_PX)

    @property
    def legends_right_px(self) -> float:
        """How far the legends reach."""
        return self.left_px + CAPTION_LEFT_PX - 40.0 if self.is_wide else self.right_px

    @property
    def bottom_px(self) -> float:
        """Where the pictures and their words end."""
        caption_top = self.caption_place.top_px - CAPTION_LINE_PX * self.caption_lines
        return min(caption_top, TOP_PX - 40.0)

    @property
    def list(self) -> Place:
        """Where the answer is listed, and later the picture stands beside the net."""
        return list_place(self.width_px, LIST_WIDTH, LIST_TOP_PX)

    @property
    def net(self) -> Rect:
        """Where the net is, as parts of the frame."""
        return Rect(0.045, 0.17, self.list.left_px / self.width_px - 0.03, 0.79 if self.is_wide else 0.74)

    @property
    def title_left_px(self) -> float:
        """Where the title begins."""
        return margin_of(self.width_px) * 2 / 3


def lines_of(sign: Sign, room_px: float, *, is_terse: bool) -> tuple[tuple[str, float, bool], ...]:
    """The lines under a picture in columns of this width: text, size, and whether it is its name."""
    size = NAME_PX if not is_terse else LINE_PX
    lines = [(line, size, True) for line in broken(sign.name, room_px, size * 1.03)]
    numbers = (*sign.numbers[:-1], sign.short) if is_terse and sign.short else sign.numbers
    small = [*([] if is_terse else [sign.asks]), *numbers]
    lines += [(line, LINE_PX, False) for text in small if text for line in broken(text, room_px, LINE_PX)]
    return tuple(lines)


def height_of(lines: Sequence[tuple[str, float, bool]]) -> float:
    """How high the lines under a picture are, with the room over them."""
    return UNDER_PX + sum(NAME_PITCH_PX if is_name else LINE_PITCH_PX for _, _, is_name in lines) - 14.0


def spread(frame: ExplainFrame, signs: Sequence[Sign], picture_aspect: float, columns: int | None = None) -> Spread:
    """Pictures, each `picture_aspect` times as wide as high, in so many columns; by default in as many as make them
    largest.
    """
    tried = [columns] if columns is not None else range(1, min(len(signs), MOST_COLUMNS) + 1)
    plans = [_plan(frame, signs, picture_aspect, number) for number in tried]
    return max(plans, key=lambda plan: plan.boxes[0][2])


def _plan(frame: ExplainFrame, signs: Sequence[Sign], picture_aspect: float, columns: int) -> Spread:
    left, right = frame.left_px, frame.right_px
    top, bottom = HEAD_PX, frame.bottom_px
    pitch = (right - left + GAP_PX) / columns
    room = pitch - GAP_PX
    is_terse = room < TERSE_PX
    words = [height_of(lines_of(sign, room, is_terse=is_terse)) for sign in signs]
    rows = [words[at : at + columns] for at in range(0, len(words), columns)]
    spare = bottom - top - sum(max(row) for row in rows) - ROW_GAP_PX * (len(rows) - 1)
    high = max(min(spare / len(rows), room / picture_aspect), 8.0)
    wide = high * picture_aspect
    used = high * len(rows) + sum(max(row) for row in rows) + ROW_GAP_PX * (len(rows) - 1)
    # Pictures that leave room beside them move together; words keep what they need.
    pitch = min(pitch, max(wide + 2.4 * GAP_PX, _widest(signs, room, is_terse=is_terse) + GAP_PX))
    left += max((right - left + GAP_PX - pitch * columns) / 2, 0.0)
    y, boxes = top + max((bottom - top - used) / 2, 0.0), list[Box]()
    for row in rows:
        shift = (columns - len(row)) * pitch / 2
        boxes += [(left + shift + pitch * at + (pitch - GAP_PX - wide) / 2, y, wide, high) for at in range(len(row))]
        y += high + max(row) + ROW_GAP_PX
    return Spread(tuple(boxes), max(pitch - GAP_PX, 8.0), is_terse)


def _widest(signs: Sequence[Sign], room: float, *, is_terse: bool) -> float:
    lines = [line for sign in signs for line in lines_of(sign, room, is_terse=is_terse)]
    return max((width_of(text, size, is_name) for text, size, is_name in lines), default=0.0) + 1.0
