"""Where things stand in the frame of an image that emerges: the image large, the net, its loss, the answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from scenes.panels.classes import Place, list_place
from scenes.panels.frame import Frame
from scenes.panels.legends import TOP_PX
from viewer.camera import Rect
from viewer.state import REFERENCE_HEIGHT_PX

Box = tuple[float, float, float, float]

BESIDE_FROM = 1.2
"""Frames that are wider than this, in heights, have image, net and answer beside each other."""
SHEET_PART, TALL_SHEET_PART = 0.30, 0.46
TOP_PX_WIDE, BOTTOM_PX_WIDE = 136.0, 706.0
TOP_PX_TALL, BOTTOM_PX_TALL = 146.0, 606.0
SQUARE_PX = 900.0
"""Frames as wide as this, but not wide enough for all beside each other, have the net under the list."""
LIST_WIDTH, LIST_TOP_PX = 0.19, 168.0
GAP_PX = 50.0
LIKES_WIDE_PX = (640.0, 200.0)
CHART_GAP_PX = 60.0


@dataclass(frozen=True, slots=True)
class OptimiseFrame(Frame):
    """Places in a frame of a width over height, in reference pixels; an image is `sheet_aspect` wide over high."""

    sheet_aspect: float = 1.0
    likes: int = 0

    @property
    def is_beside(self) -> bool:
        """Whether the net stands beside the image, else under it."""
        return self.aspect >= BESIDE_FROM

    @property
    def sheet(self) -> Box:
        """The image: left, top, width and height."""
        room = self.width_px * (SHEET_PART if self.is_beside else TALL_SHEET_PART)
        top, bottom = (TOP_PX_WIDE, BOTTOM_PX_WIDE) if self.is_beside else (TOP_PX_TALL, BOTTOM_PX_TALL)
        wide = min(room, (bottom - top) * self.sheet_aspect)
        return self.left_px, top, wide, wide / self.sheet_aspect

    @property
    def under(self) -> Place:
        """Where the words under the image begin."""
        left, top, wide, high = self.sheet
        right = left + (self.width_px * SHEET_PART if self.is_beside else wide)
        return Place(left, right, top + high + 48.0)

    @property
    def answer(self) -> Place:
        """Where the classes are listed."""
        if self.is_beside:
            return list_place(self.width_px, LIST_WIDTH, LIST_TOP_PX)
        left, _, wide, _ = self.sheet
        return Place(left + wide + 40.0, self.right_px, TOP_PX_TALL + 24.0)

    @property
    def pitch_px(self) -> float:
        """From one class to the next."""
        return 47.0 if self.is_beside else 39.0

    @property
    def rows(self) -> int:
        """How many lines the list of classes has room for."""
        return (9 if self.is_beside else 7) - (0 if not self.likes else 1 if self.is_beside else 3)

    @property
    def net(self) -> Rect:
        """Where the net is, as parts of the frame."""
        left, _, wide, _ = self.sheet
        if not self.is_beside and self.width_px >= SQUARE_PX:
            return Rect((left + wide + 36.0) / self.width_px, 0.46, 0.965, 0.60)
        if not self.is_beside:
            return Rect(0.045, 0.525, 0.955, 0.63)
        return Rect((left + wide + GAP_PX) / self.width_px, 0.15, self.answer.left_px / self.width_px - 0.03, 0.54)

    @property
    def chart_high_px(self) -> float:
        """How high the curves are."""
        return (170.0 if self.is_wide else 116.0) if self.is_beside else 60.0

    def charts(self, count: int) -> tuple[Place, ...]:
        """Where curves are, beside each other: their borders and the base lines of their titles."""
        if self.is_beside:
            left, _, wide, _ = self.sheet
            left, right, top = left + wide + GAP_PX, self.answer.left_px - 40.0, 672.0
        else:
            left, right, top = self.left_px, self.right_px, 752.0
        pitch = (right - left + CHART_GAP_PX) / max(count, 1)
        return tuple(
            Place(left + pitch * at, left + pitch * (at + 1) - CHART_GAP_PX, top) for at in range(count)
        )  # fmt: skip

    def like_boxes(self, aspects: tuple[float, ...]) -> tuple[Box, ...]:
        """Where the pictures are that it was to be like, each as wide over high as it is."""
        place = self.answer
        top, high = LIKES_WIDE_PX if self.is_beside else (place.top_px + self.rows * self.pitch_px + 8.0, 96.0)
        room = (place.width_px - 20.0 * (len(aspects) - 1)) / max(len(aspects), 1)
        boxes, left = [], place.left_px
        for aspect in aspects:
            wide = min(room, high * aspect)
            boxes.append((left, top, wide, wide / aspect))
            left += room + 20.0
        return tuple(boxes)

    @property
    def caption(self) -> Place:
        """The borders of the sentence and the baseline of its last line."""
        if self.is_wide:
            return Place(self.left_px + 960.0, self.right_px, REFERENCE_HEIGHT_PX - 32.0)
        return Place(self.left_px, self.right_px, TOP_PX - 46.0)

    @property
    def legends_right_px(self) -> float:
        """How far the legends reach."""
        return self.left_px + 920.0 if self.is_wide else self.right_px
