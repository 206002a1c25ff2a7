"""A confusion matrix on paper: a cell for each pair of classes, with its count and its share of the row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from cmap import Colormap

from viewer.sheets.page import LINE_PX, ROOM_PX
from viewer.sheets.paper import fitted
from viewer.typeset import width_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from viewer.learned.classes import Confusion
    from viewer.sheets.paper import Paper
    from viewer.state import ColourRole, Theme

LARGEST_PX, LABEL_PX, RATES_PX = 92, 330, 190
HEAD_PX, FOOT_PX = 2 * LINE_PX + 8, LINE_PX + 14
WORD_PX, NUMBER_PX, SMALL_PX = 21.0, 21.0, 16.0
ROWS, PRECISION = "true class", "precision"
MAPS: Mapping[Theme, str] = {"dark": "matplotlib:inferno", "light": "cmocean:dense"}
"""From the ground's own lightness to its opposite: what is rare stays quiet, and is told from what is not there."""
BRIGHT = 0.18
"""Cells of a greater luminance have dark words: there black and white stand out as much."""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True, eq=False)
class Matrix:
    """The figure of a confusion.

    Attributes
    ----------
    shown : the classes that are drawn, with their counts.
    shares : (L, L) float64, the counts as shares of all images of the class of the row.
    recall, precision : (L,) float64, of all images; `nan` where there is none.
    images : (L,) int64, how many there are of each class.
    labels : what the classes are called.
    """

    shown: Confusion
    shares: NDArray[np.float64]
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    images: NDArray[np.int64]
    labels: tuple[str, ...]
    theme: Theme

    @property
    def cell_px(self) -> int:
        """How wide a cell is."""
        return int(min((ROOM_PX - self._label_px - RATES_PX) / max(len(self.labels), 1), LARGEST_PX))

    @property
    def cell_high_px(self) -> int:
        """How high a cell is."""
        return max(min(self.cell_px, 62), 30)

    @property
    def height_px(self) -> int:
        """How much room it takes."""
        return HEAD_PX + self.cell_high_px * len(self.labels) + FOOT_PX

    @property
    def has_shares(self) -> bool:
        """Whether a cell has room for the share of its row too."""
        return self.cell_high_px >= 48 and width_of("99.9 %", SMALL_PX) <= self.cell_px - 6

    @property
    def _label_px(self) -> int:
        widest = max((width_of(text, WORD_PX) for text in self._row_labels), default=0.0)
        least = max(width_of(text, WORD_PX) for text in (ROWS, f"{PRECISION}, %"))
        return int(min(max(widest, least), LABEL_PX)) + 22

    @property
    def _is_short(self) -> bool:
        """Whether the names of all classes find room over their columns."""
        return max((width_of(text, WORD_PX) for text in self.labels), default=0.0) <= LARGEST_PX * 0.6

    @property
    def _row_labels(self) -> tuple[str, ...]:
        if self._is_short:
            return self.labels
        return tuple(f"{number}  {text}" for number, text in zip(self.shown.classes.tolist(), self.labels, strict=True))

    def draw(self, paper: Paper, left_px: int, top_px: int) -> None:
        """Draw it: rows are true classes, columns what they were taken for."""
        left, top = left_px + self._label_px, top_px + HEAD_PX
        self._draw_heads(paper, left_px, left, top)
        table = sequential(self.theme)
        for row, column in np.ndindex(*self.shown.counts.shape):
            self._draw_cell(paper, table, (row, column), left + column * self.cell_px, top + row * self.cell_high_px)
        self._draw_rates(paper, left, top)

    def _draw_heads(self, paper: Paper, label_px: int, left: int, top: int) -> None:
        paper.words(left, top - LINE_PX - 12, "taken for", WORD_PX, "dim")
        paper.words(label_px, top - 10, ROWS, WORD_PX, "dim")
        heads = self.labels if self._is_short else tuple(map(str, self.shown.classes.tolist()))
        for column, text in enumerate(heads):
            _centred(paper, left + (column + 0.5) * self.cell_px, top - 10, text, WORD_PX, is_bold=True)
        for row, text in enumerate(self._row_labels):
            base = top + row * self.cell_high_px + self.cell_high_px / 2 + 7
            short = fitted(text, WORD_PX, self._label_px - 22, is_bold=True)
            paper.words(left - 14 - width_of(short, WORD_PX, True), base, short, WORD_PX, is_bold=True)

    def _draw_cell(self, paper: Paper, table: NDArray[np.float32], at: tuple[int, int], left: int, top: int) -> None:
        share, count = self.shares[at], int(self.shown.counts[at])
        share = 0.0 if np.isnan(share) else float(share)
        colour = table[min(round(np.sqrt(share) * (len(table) - 1)), len(table) - 1)]
        paper.pixels[top : top + self.cell_high_px - 2, left : left + self.cell_px - 2] = colour
        if not count:
            return
        role: ColourRole = "ink" if float(_linear(colour) @ LUMINANCE) > BRIGHT else "chalk"
        middle, base = left + (self.cell_px - 2) / 2, top + self.cell_high_px / 2
        room = self.cell_px - 6
        two = self.has_shares
        number = f"{count:,}"
        size = min(NUMBER_PX, NUMBER_PX * room / max(width_of(number, NUMBER_PX, True), 1.0))
        _centred(paper, middle, base + (-2 if two else 7), number, size, role, is_bold=True)
        if two:
            _centred(paper, middle, base + 19, rate_text(share), SMALL_PX, role)

    def _draw_rates(self, paper: Paper, left: int, top: int) -> None:
        """Beside each row how many images there are and how many of them are right, under each column the share of what
        was taken for it that is right.
        """
        right, low = left + len(self.labels) * self.cell_px + 14, top + len(self.labels) * self.cell_high_px
        paper.words(right, top - 10, "images", WORD_PX, "dim")
        paper.words(right + 90, top - 10, "recall", WORD_PX, "dim")
        for row, (images, recall) in enumerate(zip(self.images.tolist(), self.recall.tolist(), strict=True)):
            base = top + row * self.cell_high_px + self.cell_high_px / 2 + 7
            paper.words(right, base, f"{images:,}", WORD_PX, "dim")
            paper.words(right + 90, base, rate_text(recall), WORD_PX)
        head = PRECISION if self.has_shares else f"{PRECISION}, %"
        paper.words(left - 14 - width_of(head, WORD_PX), low + LINE_PX, head, WORD_PX, "dim")
        for column, precision in enumerate(self.precision.tolist()):
            text = rate_text(precision) if self.has_shares else "" if np.isnan(precision) else f"{precision * 100:.0f}"
            _centred(paper, left + (column + 0.5) * self.cell_px - 1, low + LINE_PX, text, SMALL_PX + 2)


@cache
def sequential(theme: Theme) -> NDArray[np.float32]:
    """The colours (256, 3) in 0..1 of shares, from 0 to 1."""
    return np.asarray(Colormap(MAPS[theme]).lut(256), np.float32)[:, :3]


def rate_text(share: float) -> str:
    """A share as short as it can be told in a cell.

    >>> [rate_text(each) for each in (0.0004, 0.0123, 0.991, 0.9996, 1.0, 0.0, float("nan"))]
    ['<0.1 %', '1.2 %', '99.1 %', '>99.9 %', '100 %', '0 %', 'none']
    """
    if np.isnan(share):
        return "none"
    if share in (0.0, 1.0):
        return f"{share * 100:.0f} %"
    text = f"{share * 100:.1f}"
    return "<0.1 %" if text == "0.0" else ">99.9 %" if text == "100.0" else f"{text} %"


def _linear(colour: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light of a colour of the screen (sRGB's curve, about)."""
    light: NDArray[np.float32] = np.asarray(colour[:3], np.float32) ** np.float32(2.2)
    return light


def _centred(
    paper: Paper,
    middle: float,
    base: float,
    text: str,
    size: float,
    role: ColourRole = "text",
    *,
    is_bold: bool = False,
) -> None:
    paper.words(middle - width_of(text, size, is_bold) / 2, base, text, size, role, is_bold=is_bold)
