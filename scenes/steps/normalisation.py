"""The board of a normalisation: maps and histograms before and after, and the chain of steps between them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.numbers import signed
from scenes.speech.speech import speech_of
from scenes.steps import plot as plots
from scenes.steps.board import Board, curved, frame, head, joined, panel, tile
from scenes.steps.chips import CHIP_PX, chip, fallen, label, light, trace
from scenes.steps.fields import fitted_in, full_colour, middle_of
from scenes.steps.naming import progress, shape_text, tile_name
from scenes.steps.normalisation_chain import formula_of
from scenes.steps.rooms import Needs, trio_of
from scenes.steps.telling import Page
from viewer.state import Bar, Hud, Polyline, Words

if TYPE_CHECKING:
    from scenes.options import SceneOptions
    from scenes.speech.speech import Speech
    from scenes.steps.board import Box, Point
    from scenes.steps.fields import Field
    from scenes.steps.normalisation_chain import Link, Normalising
    from scenes.steps.plot import Plot
    from scenes.steps.scenery import StepFrame
    from scenes.steps.walk import Moment

BINS = 40
BARS_PX, HISTOGRAM_GAP_PX, NOTE_PX = 110.0, 30.0, 34.0
NEEDS = Needs(1.2, 560.0, HISTOGRAM_GAP_PX + BARS_PX + plots.UNDER_AXIS_PX + NOTE_PX, 0.0, 0.22)
NAME_PX, DETAIL_PX = 28.0, 21.0
SIDE_PX, EQUALS_PX, FORMULA_PX = 24.0, 40.0, 30.0
MOST_ROW_PX, CHIPS_APART_PX = 116.0, 24.0
SHADE = 0.2


class NormalisationBoard:
    """What stands on the board, and what comes step by step."""

    def __init__(self, of: Normalising, options: SceneOptions, frame_: StepFrame) -> None:
        self.of, self.language = of, options.language
        self.speech: Speech = speech_of(options.language, "normalisation")
        self.trio = trio_of(frame_, NEEDS)
        self.has_bars = self.trio.is_row
        self.before_box = fitted_in(self.trio.before, of.before.shape)
        self.after_box = fitted_in(self.trio.after, of.after.shape)
        self.scales = full_colour(of.before.cells), full_colour(of.after.cells)
        self.links = len(of.chain(0))
        self.plots = self._plot(of.before, self.trio.before), self._plot(of.after, self.trio.after)
        self.standing = self._standing()

    @property
    def stages(self) -> int:
        """How many steps a cell has: its value comes, then one for each part of the chain."""
        return 1 + self.links

    def page(self, moment: Moment) -> Page:
        """What is shown at a moment."""
        of, cell, speech = self.of, moment.cell, self.speech
        about, layer = of.after.position(cell), of.subject.layer
        title = speech("title", kind=layer.class_name)
        if moment.away < 0.5:
            return Page(Board(), (title, speech("in_network", layer=layer.name)), "", about)
        chain = of.chain(cell)
        says = speech("says", before=signed(of.before.value(cell)), after=signed(of.after.value(cell)))
        count = of.measure(of.after.index(cell)).count
        source = speech("says_here", count=f"{count:,}") if count else speech("says_learned")
        unit = cell if of.after.channel is None else None
        title_ = (title, progress(self.language, of.after, cell))
        return Page(self._board(moment, chain), title_, f"{says}\n{source}", about, unit)

    def under(self, at_px: Point) -> int | None:
        """The cell at a point of either map."""
        found = self.of.after.under(self.after_box, at_px)
        return self.of.before.under(self.before_box, at_px) if found is None else found

    def _board(self, moment: Moment, chain: tuple[Link, ...]) -> Board:
        of, cell = self.of, moment.cell
        value, result = of.before.value(cell), of.after.value(cell)
        before, after = of.before.spot(cell, self.before_box), of.after.spot(cell, self.after_box)
        come, done = moment.part(0), moment.part(self.links)
        first, last = self._chip_at(0, True), self._chip_at(self.links, True)
        into = self.trio.middle[0] - 8.0, first[1]
        out = self._way_out((last[0] + CHIP_PX[0] / 2 + 10.0, last[1]), middle_of(after))
        pieces = [
            tile(of.before.loupe(of.subject.key, self.before_box, self.scales[0], name="input")),
            tile(of.after.loupe(of.subject.key, self.after_box, self.scales[1], moment.filled, "output")),
            self.standing,
            self._measured(chain),
            frame(before, width_px=3.0),
            trace(curved(middle_of(before), into), come, width_px=3.0),
            chip("x", value, first, self.scales[0], alpha=come, size_px=self.chip_px),
            *(self._link(number, link, moment.part(number)) for number, link in enumerate(chain, 1)),
            trace(out, done, width_px=3.0),
            frame(after, width_px=3.0),
            self._pointer(0, value).faded(come),
            self._pointer(1, result).faded(done),
        ]
        return joined(pieces)

    def _link(self, number: int, link: Link, part: float) -> Board:
        """One step: with what, and what comes out."""
        if part <= 0:
            return Board()
        unit = self.scales[0 if link.key in ("mean", "spread", "root") else 1]
        operand, result = self._chip_at(number, False), self._chip_at(number, True)
        after = self.scales[0 if link.key == "mean" else 1]
        equals = Words("=", ((operand[0] + result[0]) / 2, operand[1] + 10.0), NAME_PX, True, anchor="centre")
        board = chip(link.key, link.operand, operand, unit, size_px=self.chip_px, is_signed=link.sign != "\u00f7")
        board += chip(f"after {link.key}", link.result, result, after, size_px=self.chip_px) + Board(
            hud=Hud(words=(equals,))
        )
        return (board + self._name(number, link)).faded(part)

    def _way_out(self, start: Point, end: Point) -> tuple[Point, ...]:
        """From the last result into its cell; where the map is over the chain, past the other results."""
        if self.has_bars:
            return curved(start, end)
        left, top, width, _ = self.trio.middle
        right, over = left + width, top - 30.0
        return start, (right, start[1]), *fallen((right, over), end)

    def _name(self, number: int, link: Link) -> Board:
        """What a step is called, and where its number is from."""
        left = self.trio.middle[0] + SIDE_PX
        y = self._chip_at(number, True)[1]
        places = {key: f"{value:.3g}" if isinstance(value, float) else value for key, value in link.places.items()}
        name = Words(f"{link.sign} {self.speech(link.key)}", (left, y - 2.0), NAME_PX, True)
        detail = Words(self.speech(link.detail, **places), (left, y + 26.0), DETAIL_PX, role="dim")
        return Board(hud=Hud(words=(name, detail)))

    def _chip_at(self, row: int, is_result: bool) -> Point:
        """The middle of a chip of a row: 0 is the value that comes in."""
        left, top, width, height = self.trio.middle
        high = min((height - FORMULA_PX) / (self.links + 1), MOST_ROW_PX)
        y = top + (height - high * (self.links + 1)) / 2 + (row + 0.5) * high
        right = left + width - SIDE_PX - CHIP_PX[0] / 2
        return (right if is_result else right - CHIP_PX[0] - EQUALS_PX), y

    @property
    def chip_px(self) -> tuple[float, float]:
        """How large chips are, so that they stand apart."""
        return CHIP_PX[0], min(CHIP_PX[1], self._chip_at(1, True)[1] - self._chip_at(0, True)[1] - CHIPS_APART_PX)

    def _standing(self) -> Board:
        """Heads, the panel of the chain, histograms."""
        of, speech, room = self.of, self.speech, self.trio.head_px
        shape, layer = shape_text(of.after.sizes), of.subject.layer
        pieces = [
            head(tile_name(self.language, of.before), speech("before", shape=shape), self.before_box, room_px=room),
            head(tile_name(self.language, of.after), speech("after", shape=shape), self.after_box, room_px=room),
            head(layer.class_name, formula_of(of.node), self.trio.middle),
            panel(self.trio.middle),
        ]
        y = self._chip_at(0, True)[1]
        name = Words(speech("x"), (self.trio.middle[0] + SIDE_PX, y + 10.0), NAME_PX, True)
        pieces += [Board(hud=Hud(words=(name,))), *(self._bars(number) for number in (0, 1) if self.has_bars)]
        return joined(pieces)

    def _plot(self, field: Field, room: Box) -> Plot:
        """Where the histogram of a map stands: under it, as wide as its room."""
        left, top, width, height = room
        down = top + height + HISTOGRAM_GAP_PX
        values = np.asarray(field.cells, np.float64)
        return plots.Plot((left, down, width, BARS_PX), plots.span_of(values), (0.0, 1.0))

    def _bars(self, number: int) -> Board:
        field, plot = (self.of.before, self.of.after)[number], self.plots[number]
        made = plots.histogram(np.asarray(field.cells, np.float64), plot.x, BINS)
        left, top, width, height = plot.area
        base = Bar((left, top + height, width, 2.0), "dim", 0.6, 0.0)
        board = plots.bars(plot, made, plot.floor_px, height, ("bar", "bar"))
        note = self.speech("shaded_before" if number == 0 else "shaded_after")
        under = label(note, (left + width / 2, plot.floor_px + plots.UNDER_AXIS_PX + NOTE_PX - 6.0))
        return board + under + Board(Hud(bars=(base,)), hud=Hud(words=plots.x_numbers(plot)))

    def _measured(self, chain: tuple[Link, ...]) -> Board:
        """What lies within a spread of the mean, before and after."""
        if not self.has_bars:
            return Board()
        by = {link.key: link.operand for link in chain}
        spread, middle = by.get("spread", by.get("root", 0.0)), by.get("mean", 0.0)
        gamma, beta = abs(by.get("gamma", 1.0)), by.get("beta", 0.0)
        bands = (self.plots[0], (middle - spread, middle + spread)), (self.plots[1], (beta - gamma, beta + gamma))
        return joined(plots.band(plot, span, "accent", SHADE) for plot, span in bands)

    def _pointer(self, number: int, value: float) -> Board:
        """Where a value lies in its histogram."""
        if not self.has_bars:
            return Board()
        plot = self.plots[number]
        top, foot = plot.at(value, 1.0), plot.at(value, 0.0)
        return Board(hud=Hud(lines=(Polyline((top, foot), "accent", 3.0),))) + light(foot)
