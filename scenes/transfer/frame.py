"""How the parts of the scene `transfer` share a frame: two nets and what is said of them, beside or under them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.classes import Place
from scenes.panels.facts import LINE_PX, SIZE_PX
from scenes.panels.heading import CAPTION_LINE_PX, broken, margin_of
from scenes.panels.legends import TOP_PX
from scenes.panels.verdicts import PITCHES_PX, Style, style_of
from viewer.camera import Rect
from viewer.state import REFERENCE_HEIGHT_PX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.framing import Offset
    from viewer.layout import Layout

AZIMUTH_DEG, ELEVATION_DEG, FOV_DEG = 57.0, 0.8, 4.5
"""Almost level, so that both nets stand in straight rows."""
WIDE_PX, WIDE_COLUMN = 1400.0, 0.70
CHART_HEIGHT_PX, CHART_BELOW_PX, CHART_TITLE_PX = 60.0, 96.0, 28.0
NETS_TOP_PX = 204.0
ROW_GAPS_PX: dict[Style, float] = {"tall": 84.0, "line": 84.0, "low": 124.0}
"""Between the nets: in the narrowest frames the words there need more lines."""
LAST_NUMBER_PX = 118.0
ROWS = 3
CAPTION_FOOT_PX = TOP_PX - 44.0
LETTERS_PX = 27.0, 23.0
LEAST_LINES = 2
"""Of the sentence, whether it needs them or not: rows of two halves of a frame stand level."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of this aspect ratio; `captions` are what must find room in turn, `rates` a line that is there or not.

    A wide frame has the words in a column at the right, another one under the nets.
    """

    aspect: float
    captions: tuple[str, ...] = ()
    rates: str = ""

    @property
    def width_px(self) -> float:
        """In reference pixels."""
        return REFERENCE_HEIGHT_PX * self.aspect

    @property
    def is_wide(self) -> bool:
        """Whether the words have a column of their own."""
        return self.width_px >= WIDE_PX

    @property
    def left_px(self) -> float:
        """The left border of everything."""
        return margin_of(self.width_px)

    @property
    def right_px(self) -> float:
        """The right border of everything."""
        return self.width_px - max(margin_of(self.width_px) / 2, 20.0)

    @property
    def column(self) -> Place:
        """Where words go: its top is the baseline of the first row."""
        if self.is_wide:
            return Place(self.width_px * WIDE_COLUMN, self.right_px, 212.0)
        return Place(self.left_px, self.right_px, self._rows_px)

    @property
    def legends_right_px(self) -> float:
        """How far the legends may reach."""
        return self.column.left_px - 40.0 if self.is_wide else self.right_px

    @property
    def rates_px(self) -> float:
        """The first baseline of what was counted."""
        if self.is_wide:
            return self.column.top_px + ROWS * PITCHES_PX[self.row_style] + 30.0
        return self._caption_top_px - 46.0 - LINE_PX * max(len(self.rates_lines) - 1, 0)

    @property
    def rates_lines(self) -> tuple[str, ...]:
        """The line of rates, broken where the frame is narrow."""
        return tuple(broken(self.rates, self._room_px, SIZE_PX)) if self.rates else ()

    @property
    def nets(self) -> Rect:
        """Where both nets are, the chart under them left out."""
        right_px = (self.column.left_px if self.is_wide else self.width_px) - LAST_NUMBER_PX
        foot_px = CAPTION_FOOT_PX - 10.0 if self.is_wide else self._rows_px - 62.0
        bottom_px = foot_px - CHART_TITLE_PX - CHART_BELOW_PX
        left_px = 0.04 * self.width_px if self.is_wide else self.left_px + 30.0
        left, right = left_px / self.width_px, right_px / self.width_px
        return Rect(left, NETS_TOP_PX / REFERENCE_HEIGHT_PX, right, bottom_px / REFERENCE_HEIGHT_PX)

    @property
    def row_aspect(self) -> float:
        """Width over height of what one of the nets may fill."""
        rect = self.nets
        high_px = REFERENCE_HEIGHT_PX * (rect.bottom - rect.top) - self._gap_px
        return (rect.right - rect.left) * self.width_px / max(high_px / 2, 60.0)

    def offsets(self, layout: Layout) -> tuple[Offset, Offset]:
        """Where the upper and the lower net stand: as far apart as the words between them need."""
        corners, rect = layout.corners(), self.nets
        across, along = np.sin(np.radians(AZIMUTH_DEG)), np.cos(np.radians(AZIMUTH_DEG))
        width = float(np.ptp(corners[:, 0] * along + corners[:, 2] * across))
        rise = float(np.ptp(corners[:, 0])) * across * np.sin(np.radians(ELEVATION_DEG))
        height = float(np.ptp(corners[:, 1]))
        room_px = REFERENCE_HEIGHT_PX * (rect.bottom - rect.top) - self._gap_px
        wide_px = self.width_px * (rect.right - rect.left)
        unit_px = min(wide_px / width, max(room_px, 120.0) / (2 * height + rise))
        return (0.0, height + self._gap_px / unit_px, 0.0), (0.0, 0.0, 0.0)

    def places(self) -> Sequence[Place]:
        """Where the three rows go."""
        pitch_px, one = PITCHES_PX[self.row_style], self.column
        return tuple(Place(one.left_px, one.right_px, one.top_px + row * pitch_px) for row in range(ROWS))

    @property
    def row_style(self) -> Style:
        """How the three rows look."""
        return style_of(self.right_px - self.left_px, is_tall=self.is_wide)

    @property
    def letters_px(self) -> float:
        """The size of the sentence of the moment."""
        return LETTERS_PX[0 if self.is_wide or self.row_style == "line" else 1]

    def sentence_lines(self, text: str) -> tuple[str, ...]:
        """A sentence in lines as long as its place allows."""
        return tuple(broken(text, self._room_px, self.letters_px))

    @property
    def sentence_px(self) -> float:
        """The first baseline of the sentence of the moment."""
        if self.is_wide:
            return self.rates_px + (LINE_PX * len(self.rates_lines) + 30.0 if self.rates else 0.0)
        return self._caption_top_px

    @property
    def _room_px(self) -> float:
        """How long a line of the words may be."""
        return self.right_px - (self.width_px * WIDE_COLUMN if self.is_wide else self.left_px)

    @property
    def _gap_px(self) -> float:
        return ROW_GAPS_PX[self.row_style]

    @property
    def _caption_top_px(self) -> float:
        lines = max([LEAST_LINES, *(len(self.sentence_lines(text)) for text in self.captions)])
        return CAPTION_FOOT_PX - CAPTION_LINE_PX * (lines - 1)

    @property
    def _rows_px(self) -> float:
        below_px = self.rates_px if self.rates else self._caption_top_px - 8.0
        style = self.row_style
        return below_px - (44.0 if style == "line" else 58.0) - (ROWS - 1) * PITCHES_PX[style]
