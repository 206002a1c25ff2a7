"""A sheet as a picture: where everything stands, and the drawing of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from viewer.sheets.paper import Paper, fitted, wrapped
from viewer.sheets.sheet import Bar, Group, Rgb, Sheet, Tile
from viewer.typeset import width_of

if TYPE_CHECKING:
    from viewer.state import Theme

EDGE_PX, GAP_PX, WIDTH_PX = 48, 22, 1600
TITLE_PX, TEXT_PX, NAME_PX = 36, 22, 21
LINE_PX = 28
BAR_PX, BAR_HEIGHT_PX = 300, 18
FEWER = 1.25
"""How many times fewer columns than there is room for may be, for rows that are all full."""
WIDER = 1.4
"""How many times larger tiles may be than was asked, to fill the rows."""
SPARED = 0.1
"""Squares are enlarged by a whole number where no more than this share of their size is lost by it."""
ROOM_PX = WIDTH_PX - 2 * EDGE_PX


@dataclass(frozen=True, eq=False)
class Placed:
    """A tile where it stands, its picture as large as it is shown."""

    tile: Tile
    picture: Rgb
    left_px: int
    top_px: int
    width_px: int


@dataclass(frozen=True, eq=False)
class Laid:
    """Where the groups stand: tiles, headings with their tops, and where all of it ends."""

    placed: tuple[Placed, ...]
    headings: tuple[tuple[str, int], ...]
    bottom_px: int


def picture_of(sheet: Sheet, theme: Theme) -> Rgb:
    """The sheet as a picture (H, 1600, 3) uint8, as high as what stands on it."""
    top = EDGE_PX + TITLE_PX + LINE_PX
    laid = _laid(sheet.groups, top + (sheet.figure.height_px + GAP_PX if sheet.figure else 0))
    notes = [line for note in sheet.notes for line in wrapped(note, TEXT_PX, ROOM_PX)]
    bars_px = (BAR_HEIGHT_PX + 3 * LINE_PX) if sheet.bars else 0
    height = laid.bottom_px + bars_px + len(notes) * LINE_PX + EDGE_PX
    paper = Paper(WIDTH_PX, height, theme)
    _draw_title(paper, sheet)
    if sheet.figure is not None:
        sheet.figure.draw(paper, EDGE_PX, top)
    for heading, at in laid.headings:
        paper.words(EDGE_PX, at + TEXT_PX, heading, TEXT_PX, is_bold=True)
    for each in laid.placed:
        _draw_tile(paper, each)
    _draw_bars(paper, sheet.bars, laid.bottom_px + LINE_PX)
    for nth, line in enumerate(notes):
        paper.words(EDGE_PX, laid.bottom_px + bars_px + nth * LINE_PX + TEXT_PX, line, TEXT_PX, "dim")
    return paper.array()


def enlarged(tile: Tile, side_px: int) -> Rgb:
    """The picture of a tile with its longer side so long; squares stay squares, their edges as sharp as they can be."""
    height, width = tile.picture.shape[:2]
    times = side_px / max(height, width)
    if times > 1 and not tile.is_smooth and times - int(times) < SPARED * int(times):
        times = int(times)
    size = max(1, round(width * times)), max(1, round(height * times))
    if size == (width, height):
        return tile.picture
    image = Image.fromarray(tile.picture)
    if times > 1 and not tile.is_smooth:
        image = image.resize((width * math.ceil(times), height * math.ceil(times)), Image.Resampling.NEAREST)
        return np.asarray(image.resize(size, Image.Resampling.BOX))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))


def columns_of(count: int, most: int) -> int:
    """In how many columns so many tiles stand, at most `most`: full rows where a few columns less give them, else as
    few rows as there must be, evenly filled.

    >>> columns_of(64, 10), columns_of(12, 9), columns_of(5, 9), columns_of(67, 10), columns_of(1, 9)
    (8, 6, 5, 10, 1)
    """
    rows = -(-count // most)
    full = (columns for columns in range(most, 0, -1) if count % columns == 0 and columns * FEWER >= most)
    return next(full, -(-count // rows)) if rows > 1 else count


def _laid(groups: tuple[Group, ...], top: int) -> Laid:
    placed: list[Placed] = []
    headings = []
    for group in groups:
        if group.heading:
            headings.append((group.heading, top))
            top += LINE_PX + GAP_PX // 2
        for row in _rows(group):
            placed += _row_placed(row, top)
            top += max(_height(tile, picture) for tile, picture in row) + GAP_PX
    return Laid(tuple(placed), tuple(headings), top)


def _rows(group: Group) -> Iterator[list[tuple[Tile, Rgb]]]:
    """The tiles of each row, with their pictures as large as they are shown."""
    shown = _shown(group, 1.0)
    if sum(picture.shape[1] + GAP_PX for _, picture in shown) <= ROOM_PX + GAP_PX:
        yield shown
        return
    widest = max(picture.shape[1] for _, picture in shown)
    columns = columns_of(len(shown), max(1, (ROOM_PX + GAP_PX) // (widest + GAP_PX)))
    wider = min(WIDER, ((ROOM_PX + GAP_PX) / columns - GAP_PX) / widest)
    shown = _shown(group, wider) if wider > 1 else shown
    for start in range(0, len(shown), columns):
        yield shown[start : start + columns]


def _shown(group: Group, wider: float) -> list[tuple[Tile, Rgb]]:
    return [(tile, enlarged(tile, int((tile.side_px or group.tile_px) * wider))) for tile in group.tiles]


def _row_placed(row: list[tuple[Tile, Rgb]], top: int) -> Iterator[Placed]:
    left = EDGE_PX
    for tile, picture in row:
        yield Placed(tile, picture, left, top, picture.shape[1])
        left += picture.shape[1] + GAP_PX


def _height(tile: Tile, picture: Rgb) -> int:
    lines = (1 if tile.name else 0) + len(tile.lines)
    return int(picture.shape[0]) + (lines * LINE_PX + 6 if lines else 0)


def _draw_title(paper: Paper, sheet: Sheet) -> None:
    title = fitted(sheet.title, TITLE_PX, ROOM_PX, is_bold=True)
    base = EDGE_PX + TITLE_PX * 0.6
    paper.words(EDGE_PX, base, title, TITLE_PX, is_bold=True)
    left = EDGE_PX + width_of(title, TITLE_PX, True) + GAP_PX
    paper.words(left, base, fitted(sheet.subtitle, TEXT_PX, WIDTH_PX - EDGE_PX - left), TEXT_PX, "dim")


def _draw_tile(paper: Paper, placed: Placed) -> None:
    paper.picture(placed.left_px, placed.top_px, placed.picture)
    base = placed.top_px + placed.picture.shape[0] + LINE_PX
    name = fitted(placed.tile.name, NAME_PX, placed.width_px + GAP_PX * 0.6, is_bold=True)
    paper.words(placed.left_px, base, name, NAME_PX, is_bold=True)
    for nth, line in enumerate(placed.tile.lines, 1 if placed.tile.name else 0):
        text = fitted(line, NAME_PX, placed.width_px + GAP_PX * 0.6)
        paper.words(placed.left_px, base + nth * LINE_PX, text, NAME_PX, "dim")


def _draw_bars(paper: Paper, bars: tuple[Bar, ...], top: int) -> None:
    for nth, bar in enumerate(bars):
        left = EDGE_PX + nth * (BAR_PX + 4 * GAP_PX)
        paper.words(left, top, bar.name, TEXT_PX)
        at = np.clip(np.arange(BAR_PX) * len(bar.colours) // BAR_PX, 0, len(bar.colours) - 1)
        strip = np.rint(bar.colours[at] * 255).astype(np.uint8)[None].repeat(BAR_HEIGHT_PX, axis=0)
        paper.picture(left, top + LINE_PX // 2, strip)
        base = top + LINE_PX // 2 + BAR_HEIGHT_PX + LINE_PX - 4
        for place, number in enumerate(bar.numbers):
            share = place / max(1, len(bar.numbers) - 1)
            paper.words(left + share * (BAR_PX - width_of(number, TEXT_PX)), base, number, TEXT_PX, "dim")


def row_px_for(count: int, wanted_px: int, least_px: int) -> int:
    """How large tiles are so that so many stand in one row: at most `wanted_px`, at least `least_px`."""
    return max(least_px, min(wanted_px, (ROOM_PX + GAP_PX) // max(1, count) - GAP_PX))


def tile_px_for(count: int, wanted_px: int, least_px: int) -> int:
    """How large tiles are so that so many stand on about one screen: at most `wanted_px`, at least `least_px`."""
    return max(least_px, min(wanted_px, int(math.sqrt(ROOM_PX * 640 / max(1, count))) - GAP_PX - LINE_PX // 2))
