"""Lines of text: each distinct one is drawn once into an atlas, and from then on is a textured quad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from vispy import gloo

from viewer.ink import ink_of
from viewer.shading import program
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.typeset import coverage_of, width_of
from viewer.visuals.quad import corner_buffer, instances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from viewer.state import Theme, Words

ATLAS_SIZE = 2048
SMALLEST_PX = 1.0
SHIFT = {"left": 0.0, "centre": 0.5, "right": 1.0}
Place = tuple[int, int, int, int]


class WordsVisual:
    """Draws lines of text in one instanced draw. When the atlas is full it is begun anew."""

    def __init__(self) -> None:
        self._rows: NDArray[np.float32]
        self._program = program("words", "words")
        self._program["a_corner"] = corner_buffer()
        self._program["u_atlas_size"] = ATLAS_SIZE, ATLAS_SIZE
        self._atlas = gloo.Texture2D((ATLAS_SIZE, ATLAS_SIZE, 1), format="luminance", internalformat="r8")
        self._atlas.interpolation = "nearest"
        self._program["u_atlas"] = self._atlas
        self._forget()

    def draw(self, words: Sequence[Words], theme: Theme, frame_px: tuple[int, int]) -> None:
        """Draw onto a frame of `frame_px` (width, height). Lines under a pixel high are left out."""
        px = frame_px[1] / REFERENCE_HEIGHT_PX
        shown = [line for line in words if line.text and line.alpha > 0 and line.size_px * px >= SMALLEST_PX]
        if not shown:
            return
        try:
            places = [self._place(line.text, round(line.size_px * px * 4) / 4, line.bold) for line in shown]
        except _AtlasFullError:
            self._forget()
            places = [self._place(line.text, round(line.size_px * px * 4) / 4, line.bold) for line in shown]
        boxes, colours = [], []
        for line, (place, offset) in zip(shown, places, strict=True):
            start = line.at_px[0] - SHIFT[line.anchor] * width_of(line.text, line.size_px, line.bold)
            boxes.append((round(start * px) + offset[0], round(line.at_px[1] * px) + offset[1], place[2], place[3]))
            colours.append((*ink_of(line, theme), line.alpha))
        rows = np.c_[boxes, [place for place, _ in places], colours].astype(np.float32)
        if not np.array_equal(rows, self._rows):
            self._rows = rows
            self._program["a_box_px"], self._program["a_texels"] = instances(rows[:, :4]), instances(rows[:, 4:8])
            self._program["a_colour"] = instances(rows[:, 8:])
        self._program["u_frame_px"] = frame_px
        self._program.draw("triangle_strip")

    def close(self) -> None:
        """Give the program and its atlas back."""
        self._atlas.delete()
        self._program.delete()

    def _forget(self) -> None:
        self._places: dict[tuple[str, float, bool], tuple[Place, tuple[int, int]]] = {}
        self._left = self._top = self._shelf = 0
        self._rows = np.zeros((0, 12), np.float32)

    def _place(self, text: str, size_px: float, is_bold: bool) -> tuple[Place, tuple[int, int]]:
        """Where the line lies in the atlas, and its offset from the baseline's start; drawn on first use."""
        key = text, size_px, is_bold
        if key not in self._places:
            coverage, offset = coverage_of(text, size_px, is_bold)
            coverage = coverage[:, : ATLAS_SIZE - 1]
            height, width = coverage.shape
            if self._left + width >= ATLAS_SIZE:
                self._left, self._top, self._shelf = 0, self._top + self._shelf + 1, 0
            if self._top + height >= ATLAS_SIZE:
                raise _AtlasFullError
            self._atlas.set_data(np.ascontiguousarray(coverage[..., None]), offset=(self._top, self._left), copy=True)
            self._places[key] = (self._left, self._top, width, height), offset
            self._left, self._shelf = self._left + width + 1, max(self._shelf, height)
        return self._places[key]


class _AtlasFullError(Exception):
    """No room for another line."""
