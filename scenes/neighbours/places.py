"""Where things stand in the scene of nearest images: the net in a strip, the image, its nearest in two rows. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from scenes.panels.frame import Frame
from scenes.panels.heading import CAPTION_LINE_PX
from scenes.panels.legends import TOP_PX
from viewer.camera import Rect
from viewer.state import REFERENCE_HEIGHT_PX

Box = tuple[float, float, float, float]

BESIDE_FROM = 1.2
QUERY_PART, QUERY_HIGH_PX = 0.185, 330.0
HEAD_PX, WORDS_PX, ROW_GAP_PX, GAP_PX = 36.0, 64.0, 14.0, 20.0
QUERY_LINES_PX = 104.0
LARGEST_PX, LEAST_PX = 170.0, 16.0
FOOT_PX, OVER_LEGEND_PX = 32.0, 46.0
MOST = 10
"""So many of the nearest are shown, however many are known."""


@dataclass(frozen=True)
class NearFrame(Frame):
    """A frame of this aspect ratio: pictures are `picture_aspect` wide over high, `known` nearest are there to show,
    and the caption has at most `caption_lines` lines.
    """

    picture_aspect: float = 1.0
    known: int = 5
    caption_lines: int = 2

    @property
    def is_beside(self) -> bool:
        """Whether the image stands beside the rows, else over them."""
        return self.aspect >= BESIDE_FROM

    @property
    def far(self) -> Rect:
        """Where the whole net is, as parts of the frame."""
        return Rect(0.05, 0.17, 0.95, 0.80 if self.is_wide else 0.74)

    @property
    def near(self) -> Rect:
        """Where it is while images are shown."""
        return Rect(0.05, 0.115, 0.95, 0.30 if self.is_beside else 0.23)

    @property
    def top_px(self) -> float:
        """Where the board begins."""
        return REFERENCE_HEIGHT_PX * self.near.bottom + (44.0 if self.is_beside else 30.0)

    @property
    def caption_left_px(self) -> float:
        """The left border of the caption."""
        return self.left_px + 1040.0 if self.is_wide else self.left_px

    @property
    def caption_px(self) -> float:
        """The baseline of the caption's last line."""
        return REFERENCE_HEIGHT_PX - FOOT_PX if self.is_wide else TOP_PX - OVER_LEGEND_PX

    @property
    def bottom_px(self) -> float:
        """Where the board ends."""
        return min(self.caption_px - CAPTION_LINE_PX * self.caption_lines - 8.0, TOP_PX - 40.0)

    @property
    def query(self) -> Box:
        """The image that is asked: left, top, width and height."""
        if self.is_beside:
            high = min(QUERY_HIGH_PX, self.bottom_px - self.top_px - QUERY_LINES_PX)
            wide = min(self.width_px * QUERY_PART, high * self.picture_aspect)
            high = wide / self.picture_aspect
            left = self.left_px + (self.width_px * QUERY_PART - wide) / 2
            return left, self.top_px + (self.bottom_px - self.top_px - QUERY_LINES_PX - high) / 2, wide, high
        high = min(150.0, 260.0 / self.picture_aspect)
        return self.left_px, self.top_px, high * self.picture_aspect, high

    @property
    def rows_box(self) -> Box:
        """Where both rows are."""
        if self.is_beside:
            left = self.left_px + self.width_px * QUERY_PART + 56.0
            return left, self.top_px, self.right_px - left, self.bottom_px - self.top_px
        top = self.query[1] + self.query[3] + 22.0
        return self.left_px, top, self.right_px - self.left_px, self.bottom_px - top

    @property
    def row_px(self) -> float:
        """How high a row is."""
        return (self.rows_box[3] - ROW_GAP_PX) / 2

    @property
    def tile_px(self) -> tuple[float, float]:
        """Width and height of a tile: as large as the row is high, but so that a few stand beside each other."""
        width = self.rows_box[2]
        high = min(self.row_px - HEAD_PX - WORDS_PX, LARGEST_PX)
        few = min(self.known, 8 if self.is_beside else 5)
        wide = min(high * self.picture_aspect, (width - GAP_PX * (few - 1)) / few)
        wide = max(wide, LEAST_PX)
        return wide, wide / self.picture_aspect

    @property
    def count(self) -> int:
        """How many of the nearest there is room for."""
        room = (self.rows_box[2] + GAP_PX) / (self.tile_px[0] + GAP_PX)
        return max(1, min(self.known, MOST, int(room + 1e-6)))

    def head_px(self, row: int) -> float:
        """The baseline of the name of row 0 or 1."""
        return self.rows_box[1] + row * (self.row_px + ROW_GAP_PX) + 22.0

    def tiles(self, row: int) -> tuple[Box, ...]:
        """Where the tiles of a row are."""
        wide, high = self.tile_px
        left, top = self.rows_box[0], self.rows_box[1] + row * (self.row_px + ROW_GAP_PX) + HEAD_PX
        room = self.rows_box[2]
        pitch = min(wide * 1.75, (room - wide) / max(self.count - 1, 1)) if self.count > 1 else wide
        return tuple((left + at * max(pitch, wide + GAP_PX / 2), top, wide, high) for at in range(self.count))
