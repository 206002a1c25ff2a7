"""Where things stand in the frame of the scene of filters: the net in a strip over the tiles, the words under them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.frame import Frame
from scenes.panels.heading import CAPTION_LINE_PX
from scenes.panels.legends import TOP_PX
from viewer.camera import Rect, project
from viewer.state import REFERENCE_HEIGHT_PX

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.layout import Layout, Plate
    from viewer.state import Camera

Box = tuple[float, float, float, float]

GAP_PX, LABEL_PX, LARGEST_PX, LEAST_LABELLED_PX = 16.0, 30.0, 250.0, 58.0
HEAD_ROOM_PX, OVER_LEGEND_PX, FOOT_PX = 26.0, 46.0, 32.0


@dataclass(frozen=True)
class FilterFrame(Frame):
    """A frame of this aspect ratio with a caption of at most `caption_lines` lines."""

    caption_lines: int = 2

    @property
    def far(self) -> Rect:
        """Where the whole net is, as parts of the frame."""
        return Rect(0.05, 0.17, 0.95, 0.80 if self.is_wide else 0.74)

    @property
    def near(self) -> Rect:
        """Where it is while tiles are shown."""
        return Rect(0.05, 0.115, 0.95, 0.335 if self.is_wide else 0.25)

    @property
    def head_px(self) -> float:
        """The baseline of the name of the layer."""
        return REFERENCE_HEIGHT_PX * self.near.bottom + 54.0

    @property
    def board(self) -> Box:
        """Where the tiles are."""
        top = self.head_px + HEAD_ROOM_PX
        return self.left_px, top, self.right_px - self.left_px, self.bottom_px - top

    @property
    def caption_left_px(self) -> float:
        """The left border of the caption."""
        return self.left_px + 800.0 if self.is_wide else self.left_px

    @property
    def caption_px(self) -> float:
        """The baseline of the caption's last line."""
        return REFERENCE_HEIGHT_PX - FOOT_PX if self.is_wide else TOP_PX - OVER_LEGEND_PX

    @property
    def bottom_px(self) -> float:
        """Where the tiles and their numbers end."""
        return min(self.caption_px - CAPTION_LINE_PX * self.caption_lines - 8.0, TOP_PX - 40.0)


@dataclass(frozen=True)
class TileGrid:
    """Tiles in rows: where each ends up, and whether there is room for its number under it."""

    boxes: tuple[Box, ...]
    is_labelled: bool


def tile_grid(board: Box, count: int, aspect: float) -> TileGrid:
    """`count` tiles of width over height `aspect`, as large as they can be in `board`, in its middle.

    >>> grid = tile_grid((0.0, 0.0, 1000.0, 200.0), 4, 1.0)
    >>> [round(box[0]) for box in grid.boxes], grid.is_labelled
    ([136, 322, 508, 694], True)
    """
    labelled = max(_plan(board, count, columns, aspect, LABEL_PX) for columns in range(1, count + 1))
    is_labelled = labelled[0] * aspect >= LEAST_LABELLED_PX
    label_px = LABEL_PX if is_labelled else 0.0
    high, columns = max(_plan(board, count, columns, aspect, label_px) for columns in range(1, count + 1))
    left, top, width, height = board
    wide, rows = high * aspect, -(-count // columns)
    columns = -(-count // rows)
    gap = GAP_PX if is_labelled else GAP_PX / 2
    used = rows * (high + label_px) + (rows - 1) * gap
    boxes = []
    for at in range(count):
        row, column = divmod(at, columns)
        x = left + (width - columns * wide - (columns - 1) * gap) / 2 + column * (wide + gap)
        boxes.append((x, top + (height - used) / 2 + row * (high + label_px + gap), wide, high))
    return TileGrid(tuple(boxes), is_labelled)


def _plan(board: Box, count: int, columns: int, aspect: float, label_px: float) -> tuple[float, int]:
    """How high tiles are in so many columns, and how many those are."""
    rows, gap = -(-count // columns), GAP_PX if label_px else GAP_PX / 2
    wide = (board[2] - (columns - 1) * gap) / columns
    high = (board[3] - (rows - 1) * gap) / rows - label_px
    return max(min(wide / aspect, high, LARGEST_PX, LARGEST_PX / aspect), 1.0), columns


def plate_of(bundle: Bundle, layout: Layout, layer: str) -> int:
    """The plate (index) of a layer: its own, that of the folded group it is in, or else the next one after it."""
    plates = [i for i, plate in enumerate(layout.plates) if plate.form.kind != "weights" and not plate.output]
    named = {layout.plates[i].layer: i for i in reversed(plates)}
    if layer in named:
        return named[layer]
    inside = {group.name: group.layers for group in bundle.manifest.groups}
    folded = (i for i in plates if layer in inside.get(layout.plates[i].group or "", ()))
    names = [each.name for each in bundle.manifest.layers]
    later = (named[name] for name in names[names.index(layer) :] if name in named)
    return next(folded, next(later, plates[-1]))


def start_boxes(plate: Plate, channels: tuple[int, ...], camera: Camera, aspect: float) -> tuple[Box, ...]:
    """Where channels are on their plate, in the picture: their tiles or cells, or where they are one, its tile."""
    centres, size = _on_plate(plate, channels)
    steps = np.array([[0, -0.5, -0.5], [0, -0.5, 0.5], [0, 0.5, -0.5], [0, 0.5, 0.5]]) * [0.0, size[1], size[0]]
    at = project(camera, (centres[:, None] + steps).reshape(-1, 3), aspect).reshape(-1, 4, 2)
    low, high = at.min(axis=1), at.max(axis=1)
    return tuple((float(a), float(b), float(c - a), float(d - b)) for (a, b), (c, d) in zip(low, high, strict=True))


def _on_plate(plate: Plate, channels: tuple[int, ...]) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], Box]:
    """Middles (n, 3) in the world, and width and height of each."""
    form, tiles = plate.form, plate.tile_centres()
    wide, high = form.tile_size
    if form.kind == "maps":
        numbers = [min(channel * form.slices, len(tiles) - 1) for channel in channels]
        return tiles[numbers], (wide, high, 0.0, 0.0)
    if form.kind in ("vector", "classes"):
        rows, columns = form.cells
        row, column = np.divmod(np.minimum(channels, rows * columns - 1), columns)
        away = np.stack([0.0 * row, (0.5 - (row + 0.5) / rows) * high, ((column + 0.5) / columns - 0.5) * wide], axis=1)
        return tiles[0] + away, (wide / columns, high / rows, 0.0, 0.0)
    return np.repeat(tiles[:1], len(channels), axis=0), (wide, high, 0.0, 0.0)
