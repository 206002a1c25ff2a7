"""Images as points on paper: dots, pictures of some on a grid, names of classes, and the track of an attack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from viewer.sheets.page import ROOM_PX
from viewer.typeset import width_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.sheets.paper import Paper
    from viewer.sheets.sheet import Rgb

    Floats = NDArray[np.float64]

Box = tuple[int, int, int, int]
HEIGHT_PX, INSIDE_PX = 1058, 26
CELL_PX, FRAME_PX, DOT_PX = 46, 3, 3
NAME_PX, PAD_PX = 26.0, 9
STEPS = (0.0, -1.05, 1.05, -2.1, 2.1)
"""So many heights above or below its place a name may stand."""
TRACK_PX, TRACK_TILE_PX = 4, 64
FINE = 2
"""Lines are drawn so many times as large, and then made smaller: that is what makes them smooth."""


@dataclass(frozen=True, eq=False)
class Name:
    """What is called so, around there, in that colour (3,) in 0..1."""

    text: str
    at: tuple[float, float]
    colour: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Scatter:
    """The figure of an embedding, as large as the page is wide.

    Attributes
    ----------
    points : (N, 2) float64, x to the right and y upwards; they are brought to the page with one scale.
    colours : (N, 3) float32 in 0..1.
    pictures : (N, h, w, 1 or 3) uint8, small; `None`: dots alone.
    names : names of classes, where they stand, and their colours; those that find no room are left out.
    track : (m, 2) float64 where the inputs of a track lie; with none of them empty.
    ends : pictures (h, w, 3) of the first and the last input of the track; empty where they are none.
    """

    points: Floats
    colours: NDArray[np.float32]
    pictures: NDArray[np.uint8] | None
    names: tuple[Name, ...]
    track: Floats
    ends: tuple[Rgb, ...]

    @property
    def height_px(self) -> int:
        """How much room it takes."""
        return HEIGHT_PX

    def draw(self, paper: Paper, left_px: int, top_px: int) -> None:
        """Draw it: dots below, pictures over them, the track, and names on top."""
        ground = paper.colour("ground")
        paper.pixels[top_px : top_px + HEIGHT_PX, left_px : left_px + ROOM_PX] = ground
        corner = np.array([left_px, top_px])
        at = self.places(self.points) + corner
        _dots(paper, at, self.colours)
        if self.pictures is not None:
            for row, cell in chosen_of(self.places(self.points)):
                _thumbnail(paper, self.pictures[row], self.colours[row], np.array(cell) * CELL_PX + corner)
        if len(self.track):
            self._draw_track(paper, self.places(self.track) + corner)
        taken: list[Box] = []
        for name in self.names:
            box = _name_box(name, self.places(np.array([name.at]))[0] + corner, (left_px, top_px), taken)
            if box is not None:
                taken.append(box)
                _name(paper, name, box)

    def places(self, points: Floats) -> Floats:
        """Pixels (n, 2), right and down, of points in the figure."""
        every = np.concatenate([self.points, self.track]) if len(self.track) else self.points
        low, high = every.min(axis=0), every.max(axis=0)
        room = np.array([ROOM_PX, HEIGHT_PX]) - 2.0 * INSIDE_PX
        with np.errstate(divide="ignore"):
            scale = float((room / (high - low)).min())
        middle = (low + high) / 2
        flipped: Floats = (points - middle) * np.array([1.0, -1.0]) * (scale if np.isfinite(scale) else 1.0)
        return flipped + np.array([ROOM_PX, HEIGHT_PX]) / 2

    def _draw_track(self, paper: Paper, at: Floats) -> None:
        mask = Image.new("L", (paper.pixels.shape[1] * FINE, paper.pixels.shape[0] * FINE))
        rim = Image.new("L", mask.size)
        line = [tuple(point) for point in (at * FINE).tolist()]
        for image, more in ((rim, 4), (mask, 0)):
            pen = ImageDraw.Draw(image)
            if len(line) > 1:
                pen.line(line, fill=255, width=(TRACK_PX + more) * FINE, joint="curve")
            radius = (TRACK_PX * 1.6 + more / 2) * FINE
            for x, y in (line[0], line[-1]):
                pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        for image, colour in ((rim, paper.colour("ground")), (mask, paper.colour("accent"))):
            share = np.asarray(image.reduce(FINE), np.float32)[..., None] / 255
            paper.pixels += (colour - paper.pixels) * share
        first_side = -1 if at[0][0] <= at[-1][0] else 1  # away from each other
        for picture, point, side in zip(self.ends, (at[0], at[-1]), (first_side, -first_side), strict=False):
            away = np.array([side * (TRACK_TILE_PX / 2 + 16) - TRACK_TILE_PX / 2, -TRACK_TILE_PX / 2])
            _thumbnail(paper, picture, paper.colour("accent"), point + away, TRACK_TILE_PX)


def chosen_of(at: Floats) -> list[tuple[int, tuple[int, int]]]:
    """Which images are shown as pictures, and in which cell (column, row) of the grid: in each the one whose place is
    nearest to its middle, of equally near ones the first.
    """
    cells = np.floor(at / CELL_PX).astype(np.int64)
    away = ((at - (cells + 0.5) * CELL_PX) ** 2).sum(axis=1)
    order = np.lexsort((np.arange(len(at)), away))
    _, first = np.unique(cells[order], axis=0, return_index=True)
    fits = [int(order[each]) for each in first]
    inside = np.array([ROOM_PX, HEIGHT_PX]) // CELL_PX
    return [(row, (int(cells[row][0]), int(cells[row][1]))) for row in fits if (cells[row] < inside).all()]


def _dots(paper: Paper, at: Floats, colours: NDArray[np.float32]) -> None:
    x, y = np.rint(at).astype(np.int64).T
    for down in range(DOT_PX):
        for right in range(DOT_PX):
            paper.pixels[y + down - DOT_PX // 2, x + right - DOT_PX // 2] = colours


def _thumbnail(
    paper: Paper, picture: NDArray[np.uint8], colour: NDArray[np.float32], corner: Floats, side: int = CELL_PX
) -> None:
    """A picture with a frame, its longer side so long with it, in the middle of its cell."""
    height, width = picture.shape[:2]
    room = side - 2 * FRAME_PX - 2
    times = room / max(height, width)
    size = max(round(width * times), 1), max(round(height * times), 1)
    rgb = np.broadcast_to(picture, (height, width, 3)).copy()
    small = np.asarray(
        Image.fromarray(rgb).resize(size, Image.Resampling.BOX if times < 1 else Image.Resampling.NEAREST)
    )
    limits = np.array(paper.pixels.shape[1::-1]) - side
    left, top = np.clip(np.rint(corner).astype(int), 0, limits).tolist()
    left, top = left + (side - size[0]) // 2, top + (side - size[1]) // 2
    frame = FRAME_PX
    paper.pixels[top - frame : top + size[1] + frame, left - frame : left + size[0] + frame] = colour
    paper.pixels[top : top + size[1], left : left + size[0]] = small.astype(np.float32) / 255


def _name_box(name: Name, at: Floats, corner: tuple[int, int], taken: list[Box]) -> Box | None:
    """Where a name has room, there or a little above or below, in the figure and off others; `None`: nowhere."""
    wide, high = round(width_of(name.text, NAME_PX, True)) + 2 * PAD_PX, round(NAME_PX) + PAD_PX
    for step in STEPS:
        left = int(np.clip(at[0] - wide / 2, corner[0] + PAD_PX, corner[0] + ROOM_PX - wide - PAD_PX))
        top = int(np.clip(at[1] - high / 2 + step * high, corner[1] + PAD_PX, corner[1] + HEIGHT_PX - high - PAD_PX))
        box = left, top, left + wide, top + high
        if all(box[2] <= a or c <= box[0] or box[3] <= b or d <= box[1] for a, b, c, d in taken):
            return box
    return None


def _name(paper: Paper, name: Name, box: Box) -> None:
    """A name on the ground, with a rim of its colour."""
    left, top, right, low = box
    paper.pixels[top:low, left:right] = name.colour
    paper.pixels[top + FRAME_PX : low - FRAME_PX, left + FRAME_PX : right - FRAME_PX] = paper.colour("ground")
    paper.words(left + PAD_PX, low - PAD_PX, name.text, NAME_PX, is_bold=True)
