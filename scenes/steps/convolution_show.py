"""A convolution in time: its states, what it says at each stage, what it shows of a place that is pointed at. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING

from scenes.steps.convolution_board import PRODUCTS, SUMS, TOTAL, WINDOW, input_shape, stages_of, worked_board
from scenes.steps.convolution_fixed import fixed_board
from scenes.steps.convolution_legends import legends_of
from scenes.steps.walk import Moment, Walk
from scenes.timeline import Timeline

if TYPE_CHECKING:
    from scenes.steps.board import Board, Box, Point
    from scenes.steps.convolution import Cell
    from scenes.steps.convolution_board import Tap
    from scenes.steps.convolution_fixed import Bench
    from scenes.steps.scenery import Scenery
    from viewer.state import Grid, Hud, ViewState


@dataclass(frozen=True)
class Show:
    """A filter at its bench, in a frame."""

    bench: Bench
    scenery: Scenery

    @cached_property
    def walk(self) -> Walk:
        """Which cell is worked at when."""
        subject = self.bench.made_by.subject
        return Walk(stages_of(self.bench), subject.count, subject.index(subject.at))

    @cached_property
    def timeline(self) -> Timeline:
        """The whole scene."""
        walk = self.walk
        return Timeline(
            walk.duration_secs,
            lambda t_secs: self.state(walk.at(t_secs)),
            loops=True,
            markers=walk.markers,
            stops_secs=walk.stops_secs,
            pointed=self.pointed,
        )

    def state(self, moment: Moment, tap: Tap | None = None) -> ViewState:
        """The frame of a moment; `tap` is the product that is pointed at."""
        telling, subject = self.bench.telling, self.bench.made_by.subject
        cell = subject.cell(moment.cell)
        is_there = moment.away >= 1
        board, says = self._fixed, telling.say_start()
        if moment.stage > 0:
            terms = self.bench.made_by.terms(cell)
            board += worked_board(self.bench, moment, terms, subject.cell(max(moment.cell - 1, 0)), tap)
            says = self._sentence(moment, cell) if tap is None else telling.say_tap(terms, tap, self._scales)
        title = telling.title, telling.where(cell) if is_there and moment.stage > 0 else telling.of_layer
        state = self.scenery.state(moment.away, board, title, self._legends[0], says)
        grids = tuple(replace(each, alpha=_seen(moment.away)) for each in self._legends[1])
        return replace(state, grids=state.grids + grids, about=cell if is_there else None)

    def pointed(self, t_secs: float, at_px: Point) -> ViewState | None:
        """The whole working of a cell of the output that is pointed at, or of the first that reads a place of the input
        that is; a value, a weight and their product where one of them is; nothing elsewhere.
        """
        moment = self.walk.at(t_secs)
        if moment.away < 1:
            return None
        tap = self._tap_at(at_px)
        if tap is not None:
            stage = max(moment.stage, PRODUCTS + 1.0)
            return self.state(replace(moment, stage=stage, is_quick=False), tap)
        cell = self._cell_at(at_px)
        if cell is None:
            return None
        number = self.bench.made_by.subject.index(cell)
        return self.state(Moment(1.0, number, float(self.walk.stages), moment.filled))

    @cached_property
    def _fixed(self) -> Board:
        return fixed_board(self.bench)

    @cached_property
    def _legends(self) -> tuple[tuple[Hud, ...], tuple[Grid, ...]]:
        return legends_of(self.bench, self.scenery.frame)

    @property
    def _scales(self) -> tuple[float, float, float]:
        looks = self.bench.looks
        return looks.input, looks.weight, looks.product

    def _sentence(self, moment: Moment, cell: Cell) -> str:
        """What is said of the stage that goes on, or is just over."""
        telling, terms = self.bench.telling, self.bench.made_by.terms(cell)
        if moment.is_quick:
            return telling.say_quick()
        stage = ceil(moment.stage) - 1
        if stage == self.walk.stages - 1:
            return telling.say_cell(terms)
        says = {
            WINDOW: telling.say_window,
            PRODUCTS: lambda _: telling.say_products(),
            SUMS: lambda _: telling.say_sums(),
            TOTAL: telling.say_total,
        }
        return says.get(stage, telling.say_after)(terms)

    def _tap_at(self, at_px: Point) -> Tap | None:
        """The place in a table of values, weights or products."""
        places, taps = self.bench.places, self.bench.made_by.taps
        for tables in (places.windows, places.kernels, places.products):
            for number, box in enumerate(tables):
                found = _cell_in(box, taps, at_px)
                if found is not None:
                    return number, *found
        return None

    def _cell_at(self, at_px: Point) -> Cell | None:
        """The cell of the output, or the first that reads a place of the input."""
        made_by, places = self.bench.made_by, self.bench.places
        axes, cells = len(made_by.axes), made_by.subject.cells
        found = _cell_in(places.output, (cells[0], cells[1]) if axes == 2 else (1, cells[0]), at_px)
        if found is not None:
            return found[-axes:]
        for box in places.inputs:
            found = _cell_in(box, input_shape(self.bench), at_px)
            if found is not None:
                return made_by.covering(found[-axes:])
        return None


def _cell_in(box: Box, shape: tuple[int, int], at_px: Point) -> tuple[int, int] | None:
    """Row and column of a tile or table at a point; `None` beside it."""
    across, down = (at_px[0] - box[0]) / box[2], (at_px[1] - box[1]) / box[3]
    if not (0 <= across < 1 and 0 <= down < 1):
        return None
    return floor(down * shape[0]), floor(across * shape[1])


def _seen(away: float) -> float:
    """How much of the foot is seen, as `Scenery` has it."""
    return min(max(2.0 * away - 1.0, 0.0), 1.0)
