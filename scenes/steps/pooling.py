"""How a pool makes one value of a window: its largest, or its mean. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.panels.numbers import signed
from scenes.speech.speech import speech_of
from scenes.steps.board import Board, cell_box, curved, frame, head, operator, rows_of, table, tile, zoom_lines
from scenes.steps.chips import CHIP_PX, chip, fallen, label, ringed, trace
from scenes.steps.fields import fitted_in, middle_of
from scenes.steps.naming import progress, shape_text, tile_name, where
from scenes.steps.pooling_windows import MOST_NUMBERS, stride_text
from scenes.steps.rooms import Needs, trio_of
from scenes.steps.telling import Page
from viewer.state import Grid

if TYPE_CHECKING:
    from scenes.options import SceneOptions
    from scenes.speech.speech import Speech
    from scenes.steps.board import Box, Point
    from scenes.steps.pooling_windows import Pooling, Window
    from scenes.steps.scenery import StepFrame
    from scenes.steps.walk import Moment

STAGES = 3
NEEDS = Needs(0.78, 400.0, 0.0, 0.0)
LARGEST_CELL_PX = 132.0
NUMBER_PX = 34.0
SUM_ROOM_PX = 210.0
NAME_UNDER_PX, NAME_OVER_PX, SIGN_PX = 62.0, 42.0, 30.0
WIDER = 1.2
ASIDE_PX, OVER_SUM_PX = 16.0, 140.0


class PoolingBoard:
    """The board of a pool: the map with its window, the window enlarged, the sum or the largest, the output."""

    def __init__(self, pooling: Pooling, options: SceneOptions, frame_: StepFrame) -> None:
        self.of, self.language = pooling, options.language
        self.speech: Speech = speech_of(options.language, "pooling")
        self.trio = trio_of(frame_, NEEDS)
        self.before_box = fitted_in(self.trio.before, pooling.before(0).shape)
        self.after_box = fitted_in(self.trio.after, pooling.after.shape)
        first = pooling.window(0)
        self.has_numbers = first.values.size <= MOST_NUMBERS
        self.window_room, self.result_at = self._rooms()
        self.window_box = self._window_box(first)

    def page(self, moment: Moment) -> Page:
        """What is shown at a moment."""
        of, cell = self.of, moment.cell
        window, layer = of.window(cell), of.subject.layer
        title = self.speech("title_max" if of.is_max else "title_mean")
        about = () if of.is_global else of.after.position(cell)
        if moment.away < 0.5:
            return Page(Board(), (title, self.speech("in_network", layer=layer.name)), "", about)
        told = progress(self.language, of.after, cell)
        return Page(
            self._board(moment, window), (title, told), self._says(cell, window), about, cell if of.is_global else None
        )

    def under(self, at_px: Point) -> int | None:
        """The cell at a point of the output, or one that is made from a place of the map before."""
        found = self.of.after.under(self.after_box, at_px)
        if found is not None or self.of.is_global:
            return found
        place = self.of.before(0).under(self.before_box, at_px)
        return None if place is None else self.of.cell_of(place)

    def _rooms(self) -> tuple[Box, Point]:
        """Room for the window, and the middle of the result under it, or beside it where the room is wide."""
        left, top, width, height = self.trio.middle
        if width > WIDER * height:
            half = width / 2
            return (left + 20.0, top, half - 40.0, height), (left + width - half / 2, top + height / 2)
        return (left, top, width, height - SUM_ROOM_PX), (left + width / 2, top + height - SUM_ROOM_PX / 2 - 14.0)

    def _window_box(self, window: Window) -> Box:
        rows, columns = window.values.shape
        left, top, width, height = self.window_room
        wide, high = min(width, columns * LARGEST_CELL_PX), min(height, rows * LARGEST_CELL_PX)
        return fitted_in((left + (width - wide) / 2, top + (height - high) / 2, wide, high), (rows, columns), 0.05)

    def _board(self, moment: Moment, window: Window) -> Board:
        of, cell = self.of, moment.cell
        before = of.before(cell)
        board = self._heads(cell, window)
        board += tile(before.loupe(of.subject.key, self.before_box, of.scale, name="input"))
        board += tile(of.after.loupe(of.subject.key, self.after_box, of.scale, moment.filled, "output"))
        board += self._window(moment, window) + self._result(moment, window)
        return board + frame(of.after.spot(cell, self.after_box), width_px=3.0)

    def _window(self, moment: Moment, window: Window) -> Board:
        """The window on the map, and enlarged with its numbers."""
        marks = [self._mark(part) for part in window.parts]
        board, seen = Board(), moment.part(0)
        for mark in marks:
            board += frame(mark, width_px=4.0)
        if not self.has_numbers:
            return board + (self._best_mark(window) if self.of.is_max else Board()).faded(moment.part(1))
        grid = Grid("window", _known(window), self.window_box, self.of.scale, alpha=seen, number_px=NUMBER_PX)
        board += zoom_lines(marks[0], self.window_box, alpha=seen) if self.trio.is_row else Board()
        board += table(grid) if seen > 0 else Board()
        if self.of.is_max:
            best = cell_box(self.window_box, window.values.shape, window.best)
            board += (ringed(best) + self._best_mark(window)).faded(moment.part(1))
        return board

    def _result(self, moment: Moment, window: Window) -> Board:
        """The largest, or the sum over the count, and its way into the output."""
        of, (x, y), speech = self.of, self.result_at, self.speech
        found, done = moment.part(1), moment.part(2)
        board, at = Board(), (x, y)
        if of.is_max:
            board += label(speech("largest", count=window.count), (x, y + NAME_UNDER_PX)).faded(found)
            board += self._fall(window, at, found)
        else:
            at, sums = self._mean(window)
            board += sums.faded(found)
        board += chip("result", window.result, at, of.scale, alpha=found)
        right = at[0] + CHIP_PX[0] / 2 + 10.0, at[1]
        end = middle_of(of.after.spot(moment.cell, self.after_box))
        if of.is_max or self.trio.is_row:
            return board + trace(curved(right, end), done)
        aside = right[0] + ASIDE_PX
        return board + trace((right, (aside, right[1]), *fallen((aside, y - OVER_SUM_PX), end)), done)

    def _mean(self, window: Window) -> tuple[Point, Board]:
        """Where the mean stands, and the sum over the count before it: in a line, or over it where there is no room."""
        (x, y), speech, scale = self.result_at, self.speech, self.of.scale
        sign = f"\u00f7 {window.count:,} ="
        if self.trio.is_row:
            start, at = (x - CHIP_PX[0] * 1.12, y), (x + CHIP_PX[0] * 1.12, y)
            board = operator(sign, (x, y), size_px=SIGN_PX)
            board += label(speech("sum"), (start[0], y + NAME_UNDER_PX))
        else:
            start, at = (x, y - 74.0), (x, y + 46.0)
            board = operator(sign, (x, y - 14.0), size_px=SIGN_PX)
            board += label(speech("sum"), (x, start[1] - NAME_OVER_PX))
        board += label(speech("mean"), (at[0], at[1] + NAME_UNDER_PX))
        return at, board + chip("sum", window.total, start, scale)

    def _fall(self, window: Window, at: Point, part: float) -> Board:
        """From the largest value to where it stands alone."""
        left = at[0] - CHIP_PX[0] / 2 - 10.0, at[1]
        if not self.has_numbers:
            return trace(
                curved(middle_of(self._spot(window.best_on_map)), (at[0] - CHIP_PX[0] / 2 - 10.0, at[1])), part
            )
        x, y = middle_of(cell_box(self.window_box, window.values.shape, window.best))
        if self.window_room[0] + self.window_room[2] < at[0]:
            right = self.window_box[0] + self.window_box[2] + 10.0
            return trace(curved((right, y), left), part)
        bottom = self.window_box[1] + self.window_box[3] + 10.0
        return trace(fallen((x, bottom), (at[0], at[1] - CHIP_PX[1] / 2 - 10.0)), part)

    def _mark(self, part: tuple[int, int, int, int]) -> Box:
        row, column, rows, columns = part
        return cell_box(self.before_box, self.of.before(0).shape, (row, column), (rows, columns))

    def _spot(self, at: tuple[int, int]) -> Box:
        return cell_box(self.before_box, self.of.before(0).shape, at)

    def _best_mark(self, window: Window) -> Board:
        return frame(self._spot(window.best_on_map), "alarm", width_px=3.0)

    def _heads(self, cell: int, window: Window) -> Board:
        of, speech, room = self.of, self.speech, self.trio.head_px
        layer = of.subject.layer
        board = head(tile_name(self.language, of.before(cell)), shape_text(of.spatial), self.before_box, room_px=room)
        detail = shape_text(of.after.sizes)
        if layer.strides and not of.is_global:
            detail = speech("stride", shape=detail, stride=stride_text(layer))
        board += head(tile_name(self.language, of.after), detail, self.after_box, room_px=room)
        if not self.has_numbers:
            return board
        size, edge = shape_text([len(each) for each in of.places(cell)]), window.count < window.values.size
        told = speech("window_part" if edge else "window_whole", count=window.count)
        return board + head(speech("window", shape=size), told, self.window_box, room_px=self.trio.middle[2])

    def _says(self, cell: int, window: Window) -> str:
        of = self.of
        first = self.speech("says_mean", sum=signed(window.total), count=window.count, mean=signed(window.result))
        if of.is_max:
            row, column = window.best_on_map
            place = where(self.language, of.before(cell).index(row * of.before(cell).shape[1] + column)[:-1])
            first = self.speech("says_max", count=window.count, value=signed(window.result), where=place)
        if of.is_global:
            return f"{first}\n{self.speech('says_global', count=of.after.count)}"
        before, after = shape_text(of.spatial), shape_text(of.after.sizes)
        return f"{first}\n{self.speech('says_shape', before=before, after=after)}"


def _known(window: Window) -> tuple[tuple[float | None, ...], ...]:
    """The window as a grid has it: what is outside the map is not there."""
    return tuple(tuple(None if value != value else value for value in row) for row in rows_of(window.values))
