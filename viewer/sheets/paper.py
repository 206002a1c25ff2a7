"""Paper to draw a sheet on: ground, pictures, and words in the fonts of the package."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from viewer.colour import PALETTES
from viewer.typeset import coverage_of, width_of

if TYPE_CHECKING:
    from viewer.state import ColourRole, Theme

_Coverage = tuple[NDArray[np.uint8], tuple[int, int]]


class Paper:
    """A picture that is being drawn, in one of the themes.

    Attributes
    ----------
    pixels : (H, W, 3) float32, 0 to 1.
    """

    def __init__(self, width_px: int, height_px: int, theme: Theme) -> None:
        self._palette = PALETTES[theme]
        down, across = (np.linspace(-1, 1, size, dtype=np.float32) for size in (height_px, width_px))
        away = np.clip(np.hypot(across[None], down[:, None]) / np.sqrt(2), 0, 1)[..., None]
        inner, outer = (np.array(colour, np.float32) for colour in (self._palette.inner, self._palette.outer))
        self.pixels: NDArray[np.float32] = inner + (outer - inner) * away**2

    def colour(self, role: ColourRole) -> NDArray[np.float32]:
        """A colour of the theme."""
        return np.array(self._palette.roles[role], np.float32)

    def picture(self, left_px: int, top_px: int, picture: NDArray[np.uint8]) -> None:
        """Lay a picture (h, w, 3) down, with a thin border round it."""
        height, width = picture.shape[:2]
        border = self.colour("border") * 0.5 + self.pixels[top_px, left_px] * 0.5
        self.pixels[top_px - 1 : top_px + height + 1, left_px - 1 : left_px + width + 1] = border
        self.pixels[top_px : top_px + height, left_px : left_px + width] = picture.astype(np.float32) / 255

    def words(
        self,
        left_px: float,
        base_px: float,
        text: str,
        size_px: float,
        role: ColourRole = "text",
        *,
        is_bold: bool = False,
    ) -> None:
        """Write a line that starts there; what would leave the paper is cut off."""
        coverage, (right, down) = _covered(text, size_px, is_bold)
        left, top = round(left_px) + right, round(base_px) + down
        rows, columns = slice(max(0, top), max(0, top + coverage.shape[0])), slice(max(0, left), None)
        part = self.pixels[rows, columns][:, : coverage.shape[1] - max(0, -left)]
        cut = coverage[max(0, -top) :, max(0, -left) :][: part.shape[0], : part.shape[1]]
        share = (cut.astype(np.float32) / 255)[..., None]
        part += (self.colour(role) - part) * share

    def array(self) -> NDArray[np.uint8]:
        """The picture (H, W, 3) uint8."""
        rounded: NDArray[np.uint8] = np.rint(np.clip(self.pixels, 0, 1) * 255).astype(np.uint8)
        return rounded


@lru_cache(maxsize=1024)
def _covered(text: str, size_px: float, is_bold: bool) -> _Coverage:
    return coverage_of(text, size_px, is_bold)


def fitted(text: str, size_px: float, room_px: float, *, is_bold: bool = False) -> str:
    """The text, or as much of its beginning as there is room for, with an ellipsis."""
    if width_of(text, size_px, is_bold) <= room_px:
        return text
    for end in range(len(text) - 1, 0, -1):
        if width_of(shorter := text[:end].rstrip() + "…", size_px, is_bold) <= room_px:
            return shorter
    return ""


def wrapped(text: str, size_px: float, room_px: float) -> list[str]:
    """The text in lines that fit; a word that is too long stands alone."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", size_px) <= room_px:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
