"""What an activation function does to each value of a channel: the value goes up to the curve and across. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.numbers import percent, signed
from scenes.speech.speech import speech_of
from scenes.steps import plot as plots
from scenes.steps.board import Board, cell_box, curved, frame, head, rows_of, table, tile
from scenes.steps.chips import CHIP_NUMBER_PX, NAME_PX, chip, gone, label, light, trace
from scenes.steps.fields import fitted_in, middle_of
from scenes.steps.functions import flat_spans
from scenes.steps.naming import progress, shape_text, tile_name
from scenes.steps.rooms import Needs, trio_of
from scenes.steps.telling import Page
from viewer.state import Grid
from viewer.typeset import width_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenes.options import SceneOptions
    from scenes.speech.speech import Speech
    from scenes.steps.activation_values import Squashing
    from scenes.steps.board import Box, Point
    from scenes.steps.scenery import StepFrame
    from scenes.steps.walk import Moment

    Array = NDArray[np.float64]

STAGES = 3
NEEDS = Needs(1.15, 380.0)
SAMPLES = 401
BINS = 36
BARS_PX, UNDER_BARS_PX = 92.0, 40.0
NEIGHBOURS = 7
MOST_NUMBERS = 200
SHADE = 0.16


class ActivationBoard:
    """The board of a channel and its function: what stands, and what moves over it."""

    def __init__(self, squashing: Squashing, options: SceneOptions, frame: StepFrame) -> None:
        self.of, self.language = squashing, options.language
        self.speech: Speech = speech_of(options.language, "activation")
        self.trio = trio_of(frame, NEEDS)
        self.after_box = fitted_in(self.trio.after, squashing.after.shape)
        self.before_box = self._before_box()
        x, y = plots.span_of(squashing.before), plots.span_of(squashing.outputs)
        self.plot = plots.plot_in(self.trio.middle, x, y, BARS_PX + UNDER_BARS_PX)
        self.standing = self._standing()

    def page(self, moment: Moment) -> Page:
        """What is shown at a moment."""
        of, cell = self.of, moment.cell
        value, result = float(of.before[cell]), of.after.value(cell)
        title = self.speech("title", function=of.function.name, layer=of.subject.layer.name)
        result_says = self.speech("value", function=of.function.name, before=signed(value), after=signed(result))
        about = of.after.position(cell)
        if moment.away < 0.5:
            return Page(Board(), (title, self.speech("in_network", layer=of.subject.layer.name)), "", about)
        says = f"{result_says}\n{self._share()}"
        board, told = self._board(moment, value, result), progress(self.language, of.after, cell)
        return Page(board, (title, told), says, about, cell if of.after.channel is None else None)

    def under(self, at_px: Point) -> int | None:
        """The cell at a point of either map."""
        found = self.of.after.under(self.after_box, at_px)
        return self.of.after.under(self.before_box, at_px) if found is None and self.of.source is not None else found

    def _before_box(self) -> Box:
        if self.of.source is not None:
            return fitted_in(self.trio.before, self.of.source.shape)
        return fitted_in(self.trio.before, self._around(0)[1])

    def _board(self, moment: Moment, value: float, result: float) -> Board:
        of, cell = self.of, moment.cell
        after = tile(of.after.loupe(of.subject.key, self.after_box, of.scale, moment.filled, "output"))
        board = self._before(cell) + after + self.standing
        board += chip("before", value, self._chip_at(self.before_box), of.scale)
        board += chip("after", result, self._chip_at(self.after_box), of.scale, alpha=moment.part(STAGES - 1))
        board += frame(self._mark(cell), width_px=3.0)
        return board + self._way(moment, value, result) + frame(of.after.spot(cell, self.after_box), width_px=3.0)

    def _way(self, moment: Moment, value: float, result: float) -> Board:
        """How the value goes: to the x axis, up to the curve, across to the y axis, and into its cell."""
        plot = self.plot
        foot, point = plot.at(value, plot.y[0]), plot.at(value, result)
        edge = plot.at(plot.x[1], result)
        start, end = middle_of(self._mark(moment.cell)), middle_of(self.of.after.spot(moment.cell, self.after_box))
        entry = plot.at(plot.x[0], plot.y[0])
        ways = ((*curved(start, entry), foot), (foot, point), (point, edge, *curved(edge, end)))
        board, parts = Board(), [moment.part(stage) for stage in range(STAGES)]
        for way, part in zip(ways, parts, strict=True):
            board += trace(way, part, width_px=3.0)
        lit = next((number for number, part in enumerate(parts) if part < 1), STAGES - 1)
        return board + light(gone(ways[lit], parts[lit])[-1])

    def _before(self, cell: int) -> Board:
        """The map before, or a table of the recomputed values round a cell."""
        of = self.of
        if of.source is not None:
            return tile(of.source.loupe(of.subject.key, self.before_box, of.scale, name="input"))
        values, _ = self._around(cell)
        return table(Grid("around", rows_of_known(values), self.before_box, of.scale, number_px=CHIP_NUMBER_PX))

    def _around(self, cell: int) -> tuple[Array, tuple[int, int]]:
        """The values before (rows, columns) round a cell, NaN where there are none, and their rows and columns."""
        rows, columns = self.of.after.shape
        cells = np.full(rows * columns, np.nan)
        cells[: self.of.before.size] = self.of.before
        whole = cells.reshape(rows, columns)
        if whole.size <= MOST_NUMBERS:
            return whole, (rows, columns)
        top, left = self._corner(cell)
        part = whole[top : top + NEIGHBOURS, left : left + NEIGHBOURS]
        return part, (part.shape[0], part.shape[1])

    def _corner(self, cell: int) -> tuple[int, int]:
        """The first row and column of what is shown round a cell of a map that is not shown whole."""
        rows, columns = self.of.after.shape
        if rows * columns <= MOST_NUMBERS:
            return 0, 0
        row, column = divmod(cell, columns)
        half = NEIGHBOURS // 2
        top, left = (min(max(at - half, 0), max(size - NEIGHBOURS, 0)) for at, size in ((row, rows), (column, columns)))
        return top, left

    def _mark(self, cell: int) -> Box:
        """Where the cell is before its function."""
        if self.of.source is not None:
            return self.of.source.spot(cell, self.before_box)
        row, column = divmod(cell, self.of.after.shape[1])
        top, left = self._corner(cell)
        return cell_box(self.before_box, self._around(cell)[1], (row - top, column - left))

    def _chip_at(self, box: Box) -> Point:
        return box[0] + box[2] / 2, box[1] + box[3] + 52.0

    def _standing(self) -> Board:
        """What does not move: heads, axes, the curve, shaded parts, the histogram."""
        of, plot, speech = self.of, self.plot, self.speech
        x = np.linspace(*plot.x, SAMPLES)
        y = np.asarray(of.function.values(x), np.float64)
        board = self._heads() + plots.sheet(self.trio.middle)
        for span in flat_spans(x, y):
            board += plots.band(plot, span, "dim", SHADE)
        base = plot.floor_px + plots.UNDER_AXIS_PX + BARS_PX
        board += plots.bars(
            plot, plots.histogram(of.before, plot.x, BINS), base, BARS_PX - 8.0, ("loss" if of.zeroed else "bar", "bar")
        )
        board += plots.axes(plot, speech("y_axis")) + plots.curve(plot, x, y)
        middle = plot.area[0] + plot.area[2] / 2
        texts = (speech(key, count=of.after.count) for key in ("histogram", "histogram_short"))
        text = next((each for each in texts if width_of(each, NAME_PX) <= self.trio.middle[2]), "")
        return board + label(text, (middle, base + 28.0))

    def _heads(self) -> Board:
        of, speech = self.of, self.speech
        name = tile_name(self.language, of.source or of.after)
        shape = shape_text(of.after.sizes)
        detail = speech("before") if of.source is not None else speech("recomputed", function=of.function.name)
        board = head(name, f"{shape}, {detail}", self.before_box, room_px=self.trio.head_px)
        told = speech("after", function=of.function.name)
        board += head(tile_name(self.language, of.after), f"{shape}, {told}", self.after_box, room_px=self.trio.head_px)
        return board + head(of.function.name, of.function.formula, self.trio.middle)

    def _share(self) -> str:
        of = self.of
        if of.zeroed:
            share = percent(of.zeroed / max(of.after.count, 1))
            return self.speech("cut", cut=f"{of.zeroed:,}", count=f"{of.after.count:,}", share=share)
        low, high = signed(float(of.before.min())), signed(float(of.before.max()))
        least, most = signed(float(of.outputs.min())), signed(float(of.outputs.max()))
        return self.speech("range", low=low, high=high, least=least, most=most)


def rows_of_known(values: Array) -> tuple[tuple[float | None, ...], ...]:
    """An array as a grid has it, NaN as a cell that is not there."""
    return tuple(tuple(None if np.isnan(value) else value for value in row) for row in rows_of(values))
