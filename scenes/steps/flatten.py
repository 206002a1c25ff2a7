"""How maps are unrolled into a vector: place by place, all channels of a place after each other. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.numbers import signed
from scenes.speech.speech import speech_of
from scenes.steps.board import Board, cell_box, frame, joined, rows_of, table, tile
from scenes.steps.chips import fallen, label, ringed, trace
from scenes.steps.fields import middle_of
from scenes.steps.flatten_places import places_of
from scenes.steps.naming import NAMED, shape_text, where
from scenes.steps.telling import Page
from scenes.timeline import mixed
from viewer.state import Grid, Hud, Words

if TYPE_CHECKING:
    from scenes.options import SceneOptions
    from scenes.speech.speech import Speech
    from scenes.steps.board import Box, Point
    from scenes.steps.flatten_order import Unrolling
    from scenes.steps.scenery import StepFrame
    from scenes.steps.walk import Moment

STAGES = 3
LARGEST_CELL_PX = 96.0
NUMBER_PX, NAME_PX, RULE_PX = 28.0, 21.0, 36.0
ROW_APART_PX = 34.0
LEAST_PART, LEAST_ROW_PX = 0.2, 6.0
PLACES = {0: (), **NAMED}


class FlattenBoard:
    """The board of an unrolling: some maps, the values of one place, its index, and the vector."""

    def __init__(self, of: Unrolling, options: SceneOptions, frame_: StepFrame) -> None:
        self.of, self.language = of, options.language
        self.speech: Speech = speech_of(options.language, "flatten")
        field = of.map(0) if of.spatial else None
        self.places = places_of(frame_, of.channels if field else 0, field.shape if field else (1, 1))
        _, _, width, height = self.places.vector
        self.blocks = of.blocks(width / height)
        self.shape = of.shape(self.blocks)
        self.vector = self._vector_box()

    def page(self, moment: Moment) -> Page:
        """What is shown at a moment."""
        return self._page(moment, self.of.channel)

    def page_at(self, moment: Moment, at_px: Point) -> Page:
        """What is shown of the value at a point: of that channel."""
        index = self._index_under(at_px)
        shown = enumerate(self._shown(self.of.channel))
        channel = next((each for number, each in shown if self._map_under(number, at_px) is not None), self.of.channel)
        return self._page(moment, channel if index is None else index % self.of.channels)

    def under(self, at_px: Point) -> int | None:
        """The place whose value lies at a point, in the vector or in a map."""
        index = self._index_under(at_px)
        if index is not None:
            return index // self.of.channels
        found = (self._map_under(number, at_px) for number in range(len(self.places.maps)))
        return next((each for each in found if each is not None), None)

    def _index_under(self, at_px: Point) -> int | None:
        (left, top, width, height), (rows, columns) = self.vector, self.shape
        row, column = int((at_px[1] - top) * rows // height), int((at_px[0] - left) * columns // width)
        index = row * columns + column
        return index if 0 <= row < rows and 0 <= column < columns and index < self.of.count else None

    def _map_under(self, number: int, at_px: Point) -> int | None:
        return self.of.map(0).under(self.places.maps[number], at_px) if number < len(self.places.maps) else None

    def _vector_box(self) -> Box:
        """The tile of the vector: its cells are square where they can be, and rows high enough to be told apart."""
        left, top, width, height = self.places.vector
        rows, columns = self.shape
        side = min(width / columns, height / rows)
        wide, high = max(side * columns, LEAST_PART * width), max(side * rows, min(rows * LEAST_ROW_PX, height))
        return left + (width - wide) / 2, top, wide, high

    def _page(self, moment: Moment, channel: int) -> Page:
        of, speech, position = self.of, self.speech, moment.cell
        title, place = speech("title", kind=of.subject.layer.class_name), of.place(position)
        if moment.away < 0.5:
            return Page(Board(), (title, speech("in_network", layer=of.subject.layer.name)), "", place)
        value, index = signed(float(of.rows[position, channel])), of.index(position, channel)
        says = speech("says", channel=channel, value=value, index=f"{index:,}", count=f"{of.count:,}")
        told = speech("progress", where=where(self.language, place), number=position + 1, count=of.positions)
        return Page(self._board(moment, channel), (title, told), f"{says}\n{speech('says_order')}", place, channel)

    def _board(self, moment: Moment, channel: int) -> Board:
        of, position = self.of, moment.cell
        pieces = [self._name(), tile(of.loupe(self.vector, self.blocks, moment.filled))]
        pieces += [self._rows(), self._maps(position, channel), self._strip(moment, channel)]
        pieces += [self._told(moment, channel), frame(self._block(position), width_px=3.0)]
        mark = cell_box(self._block(position), (1, of.channels), (0, channel))
        pieces.append((ringed(mark) if mark[2] > 14 else frame(mark, "chalk", 3.0)).faded(moment.part(2)))
        return joined(pieces)

    def _first(self, channel: int) -> int:
        """The first channel of the strip: it holds as many as can be read, the present one among them."""
        most = self.places.most_cells
        return max(min(channel - most // 2, self.of.channels - most), 0)

    def _in_strip(self, channel: int) -> range:
        first = self._first(channel)
        return range(first, min(first + self.places.most_cells, self.of.channels))

    def _shown(self, channel: int) -> tuple[int, ...]:
        """The channels whose maps are shown: the first of the strip, and the last; the present one among them."""
        strip, room = self._in_strip(channel), len(self.places.maps)
        if len(strip) <= room:
            return tuple(strip)
        chosen = {channel, strip[-1]} if room > 1 else {channel}
        rest = [each for each in strip if each not in chosen]
        return tuple(sorted({*chosen, *rest[: room - len(chosen)]}))

    def _maps(self, position: int, channel: int) -> Board:
        of, key, speech = self.of, self.of.subject.key, self.speech
        pieces = []
        for box, each in zip(self.places.maps, self._shown(channel), strict=False):
            field = of.map(each)
            pieces.append(tile(field.loupe(key, box, of.scale, name=f"map {each}")))
            pieces.append(label(speech("map", channel=each), (box[0] + box[2] / 2, box[1] - 18.0)))
            pieces.append(frame(field.spot(position, box), width_px=3.0))
        return joined(pieces)

    def _strip(self, moment: Moment, channel: int) -> Board:
        """The values of one place in a row: where they come from, and how they go to their own place."""
        of, position, come = self.of, moment.cell, moment.part(0)
        shown, box = self._in_strip(channel), self._strip_box(channel)
        values = rows_of(of.rows[position : position + 1, shown.start : shown.stop])
        grid = Grid("strip", values, box, of.scale, alpha=come, number_px=NUMBER_PX)
        pieces = [table(grid)] if come > 0 else []
        cells = {each: cell_box(box, (1, len(shown)), (0, number)) for number, each in enumerate(shown)}
        for tile_box, each in zip(self.places.maps, self._shown(channel), strict=False):
            start = middle_of(of.map(each).spot(position, tile_box))
            left, top, width, _ = cells[each]
            width_px = 3.0 if each == channel else 1.6
            pieces.append(trace(fallen(start, (left + width / 2, top - 10.0)), come, width_px=width_px))
        pieces.append(ringed(cells[channel]).faded(come))
        gone = moment.part(2)
        if 0 < gone < 1:
            flying = Grid("flying", values, mixed(box, self._part_of_block(position, shown), gone), of.scale)
            pieces.append(Board(grids=(flying,)))
        return joined(pieces)

    def _strip_box(self, channel: int) -> Box:
        left, top, width, height = self.places.strip
        wide = min(width, len(self._in_strip(channel)) * LARGEST_CELL_PX)
        return left + (width - wide) / 2, top, wide, height

    def _block(self, position: int) -> Box:
        """Where a place has its values in the vector."""
        row, column = divmod(position, self.blocks)
        return cell_box(self.vector, self.shape, (row, column * self.of.channels), (1, self.of.channels))

    def _part_of_block(self, position: int, shown: range) -> Box:
        return cell_box(self._block(position), (1, self.of.channels), (0, shown.start), (1, len(shown)))

    def _told(self, moment: Moment, channel: int) -> Board:
        """Which place it is, and the index as a sum of products: in words, and with its numbers."""
        of, (x, y), position = self.of, self.places.told, moment.cell
        place, speech, shown = of.place(position), self.speech, self._in_strip(channel)
        named = where(self.language, place) if place else of.subject.source[0]
        cut = speech("channels", first=shown.start, last=shown.stop - 1, count=of.channels)
        rule = speech(f"rule_{len(place)}" if len(place) in PLACES else "rule_n")
        total = f"{_numbers(place, of.spatial)} \u00d7 {of.channels} + {channel}" if place else str(channel)
        words = Words(f"{total} = {of.index(position, channel):,}", (x, y + 136.0), RULE_PX, True, anchor="centre")
        board = label(named, (x, y + 26.0), role="text", size_px=NUMBER_PX, bold=True) + label(cut, (x, y + 54.0))
        formula = label(rule, (x, y + 92.0), size_px=NAME_PX + 2.0) + Board(hud=Hud(words=(words,)))
        return board.faded(moment.part(0)) + formula.faded(moment.part(1))

    def _rows(self) -> Board:
        """The index at which rows of the vector's tile begin, every so often."""
        left, top, _, height = self.vector
        rows, columns = self.shape
        high = height / rows
        step = max(int(-(-ROW_APART_PX // high)), 1)
        words = (
            Words(
                f"{row * columns:,}", (left - 18.0, top + (row + 0.5) * high + 8.0), NAME_PX, role="dim", anchor="right"
            )
            for row in range(0, rows, step)
        )
        return Board(hud=Hud(words=tuple(words)))

    def _name(self) -> Board:
        """What the vector is."""
        of, (left, top, width, _) = self.of, self.vector
        shape, count = shape_text(of.given.shape), f"{of.count:,}"
        name = self.speech("vector", layer=of.subject.layer.name, shape=shape, count=count)
        return label(name, (left + width / 2, top - 20.0), size_px=NAME_PX + 2.0)


def _numbers(place: tuple[int, ...], sizes: tuple[int, ...]) -> str:
    """Where a place lies in reading order, as it is worked out.

    >>> _numbers((3, 4), (7, 7)), _numbers((5,), (9,)), _numbers((1, 2, 3), (4, 5, 6))
    ('(3 \u00d7 7 + 4)', '5', '((1 \u00d7 5 + 2) \u00d7 6 + 3)')
    """
    text = str(place[0]) if place else ""
    for at, size in zip(place[1:], sizes[1:], strict=True):
        text = f"({text} \u00d7 {size} + {at})"
    return text
