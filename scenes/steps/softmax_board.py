"""The board of softmax: a row for each class, a column for each step. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.heading import fitted
from scenes.panels.numbers import count, percent, signed
from scenes.steps.board import DETAIL_PX, Board, head, joined, operator, panel, strand
from viewer.state import Bar, Grid, Hud, Polyline, Words
from viewer.typeset import width_of

if TYPE_CHECKING:
    from scenes.speech.speech import Speech
    from scenes.steps.board import Box
    from scenes.steps.softmax_places import Column, SoftmaxPlaces
    from scenes.steps.softmax_shares import Shares
    from scenes.steps.walk import Moment
    from viewer.state import ColourRole

STAGES = ("logits", "shifted", "exponentials", "sum", "divide", "answer")
NAME_PX, PERCENT_PX = 22.0, 24.0
BAR_PART, STUB_PX = 0.42, 3.0
ROOMY_PX, NAME_ROOM, DETAIL_ROOM = 100.0, 1.75, 1.36
"""The narrowest column with its full name over it; of a column's width, what name and detail may fill."""


@dataclass(frozen=True, eq=False)
class SoftmaxBoard:
    """The board of softmax at one place."""

    shares: Shares
    places: SoftmaxPlaces
    speech: Speech

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What stands at the left of each row."""
        names, shares = self.shares.names, self.shares
        rows = [names[each] if names else self.speech("class_name", number=each) for each in shares.shown]
        return (*rows, self.speech("others", count=count(shares.rest))) if shares.rest else tuple(rows)

    @property
    def scales(self) -> tuple[float, float]:
        """Full colour of logits, and of what is left of those that have a row once the largest is taken off."""
        shares, shown = self.shares, list(self.shares.shown)
        return float(np.abs(shares.logits[shown]).max()), float(np.abs(shares.shifted[shown]).max())

    def rows(self, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], *, adds_up: bool) -> list[float | None]:
        """The numbers of each row; of the others their sum, where that means something."""
        made: list[float | None] = [float(values[each]) for each in self.shares.shown]
        if self.shares.rest:
            made.append(self.shares.others(values) if adds_up else None)
        return made

    def board(self, moment: Moment) -> Board:
        """All of it at a moment."""
        parts = [moment.part(stage) for stage in range(len(STAGES))]
        made = [self._winner.faded(parts[5]), self._names(parts[5]), self._logits.faded(parts[0])]
        made += [self._shifted.faded(parts[1]), self._exponentials.faded(parts[2]), self._sum.faded(parts[3])]
        return joined([*made, self._divided.faded(parts[4]), self._probabilities(parts[4], parts[5])])

    def _numbers(self, name: Column, values: list[float | None], scale: float, *, is_signed: bool = True) -> Board:
        """A column of cells on one panel, none where there is no number."""
        left, _, width, _ = self.places.column(name)
        cells = [self.places.cell(name, row) for row in range(len(values))]
        under = panel((left, cells[0][1], width, cells[-1][1] + cells[-1][3] - cells[0][1]))
        grids = (
            Grid(f"{name} {row}", ((value,),), cell, max(scale, value), is_signed=is_signed)
            for row, (value, cell) in enumerate(zip(values, cells, strict=True))
            if value is not None
        )
        return under + Board(grids=tuple(grids))

    def _head(self, column: Column, short: str, name: str, detail: str) -> Board:
        """Over a column what it is; in few words where there is little room."""
        box = self.places.column(column)
        if self.places.is_wide:
            is_roomy = box[2] >= ROOMY_PX
            detail = detail if width_of(detail, DETAIL_PX) <= DETAIL_ROOM * box[2] else ""
            return head(name if is_roomy else self.speech(short), detail, box, room_px=NAME_ROOM * box[2])
        text = fitted(self.speech(short), box[2] * 1.18, 21.0)
        words = Words(text, (box[0] + box[2] / 2, box[1] - 14.0), 21.0, role="dim", anchor="centre")
        return Board(hud=Hud(words=(words,)))

    @cached_property
    def _logits(self) -> Board:
        values = self.rows(self.shares.logits, adds_up=False)
        detail = self.speech("logits_recomputed" if self.shares.way == "fused" else "logits_stored")
        made = self._numbers("logits", values, self.scales[0])
        made += self._head("logits", "short_logits", self.speech("logits"), detail)
        return made + self._logit_bars(values) if self.places.has("logit bar") else made

    def _logit_bars(self, values: list[float | None]) -> Board:
        """A bar for each, from a line at 0 to the left or to the right."""
        left, top, width, height = self.places.column("logit bar")
        numbers = [value for value in values if value is not None]
        low, high = min(*numbers, 0.0), max(*numbers, 0.0)
        unit = width / ((high - low) or 1.0)
        nought, bars = left - low * unit, []
        for row, value in enumerate(values):
            if value is None:
                continue
            long, tall = max(abs(value) * unit, STUB_PX), BAR_PART * self.places.pitch_px
            role: ColourRole = "adds" if value >= 0 else "subtracts"
            start = nought if value >= 0 else max(nought - long, left)
            bars.append(Bar((start, self.places.middle(row) - tall / 2, long, tall), role))
        line = Polyline(((nought, top), (nought, top + height)), "dim", 2.0, 0.7)
        return Board(hud=Hud(bars=tuple(bars), lines=(line,)))

    @cached_property
    def _shifted(self) -> Board:
        made = self._numbers("shifted", self.rows(self.shares.shifted, adds_up=False), self.scales[1])
        detail = self.speech("shifted_by", largest=signed(self.shares.largest))
        return made + self._head("shifted", "short_shifted", self.speech("shifted"), detail) + self._signs("logits")

    def _signs(self, column: Column) -> Board:
        """An arrow from a column to the next, in each row that has a number there."""
        left, _, width, _ = self.places.column(column)
        names: dict[Column, Column] = {"logits": "shifted", "shifted": "exponentials"}
        x = (left + width + self.places.column(names[column])[0]) / 2
        if not self.places.is_wide:
            return Board()
        rows = range(len(self.shares.shown))
        return joined(operator("→", (x, self.places.middle(row)), size_px=24.0) for row in rows)

    @cached_property
    def _exponentials(self) -> Board:
        values = self.rows(self.shares.exponentials, adds_up=True)
        made = self._numbers("exponentials", values, 1.0, is_signed=False)
        made += self._signs("shifted")
        made += self._head(
            "exponentials", "short_exponentials", self.speech("exponentials"), self.speech("exponentials_of")
        )
        if not self.places.has("exponential bar"):
            return made
        bars = [Bar(self._exponential_bar(row), "adds") for row in range(len(values))]
        return made + Board(hud=Hud(bars=tuple(bars)))

    def _exponential_bar(self, row: int) -> Box:
        values = self.rows(self.shares.exponentials, adds_up=True)
        left, _, width, _ = self.places.column("exponential bar")
        most = max(1.0, *(value or 0.0 for value in values))
        tall = BAR_PART * self.places.pitch_px
        return (
            left + 10.0,
            self.places.middle(row) - tall / 2,
            max((values[row] or 0.0) / most * (width - 10.0), 3.0),
            tall,
        )

    @cached_property
    def _sum(self) -> Board:
        """The sum, and what flows into it."""
        cell, total = self.places.sum_cell, self.shares.sum
        made = panel(cell) + Board(grids=(Grid("sum", ((total,),), cell, total, number_px=30.0, is_signed=False),))
        if not self.places.is_wide:
            at_px = self.places.column("name")[0], cell[1] + cell[3] / 2 + 0.36 * NAME_PX
            return made + Board(hud=Hud(words=(Words(self.speech("sum"), at_px, NAME_PX, True),)))
        made += head(
            self.speech("sum"), self.speech("sum_of", count=count(len(self.shares.logits))), cell, room_px=1.8 * cell[2]
        )
        values, end = self.rows(self.shares.exponentials, adds_up=True), (cell[0] - 14.0, cell[1] + cell[3] / 2)
        for row, value in enumerate(values):
            left, top, width, tall = self._exponential_bar(row)
            made += _flow((left + width + 8.0, top + tall / 2), end, (value or 0.0) / total, "adds")
        return made

    @cached_property
    def _divided(self) -> Board:
        """What flows from the sum to each share, and the heads of these."""
        detail = "probabilities_here" if self.shares.way == "scores" else "probabilities_of"
        column = self.places.column("probability bar")
        if not self.places.is_wide:
            return self._head("probability bar", "short_probabilities", "", "")
        made = head(self.speech("probabilities"), self.speech(detail), column)
        cell = self.places.sum_cell
        start = cell[0] + cell[2] + 14.0, cell[1] + cell[3] / 2
        for row, share in enumerate(self.rows(self.shares.probabilities, adds_up=True)):
            made += _flow(start, (column[0] - 10.0, self.places.middle(row)), share or 0.0, "copies")
        return made

    def _probabilities(self, grown: float, answered: float) -> Board:
        """Bars and percents, the winner's in bold at last."""
        if grown <= 0:
            return Board()
        left, _, width, _ = self.places.column("probability bar")
        number = self.places.column("percent")
        tall, bars, words = BAR_PART * self.places.pitch_px, [], []
        for row, share in enumerate(self.rows(self.shares.probabilities, adds_up=True)):
            y, is_first = self.places.middle(row), self._is_winner(row) and answered > 0.5
            role: ColourRole = "accent" if is_first else "bar"
            long = max(min(share or 0.0, 1.0) * width * grown, STUB_PX)
            bars += [Bar((left, y - tall / 2, width, tall), "track", grown)]
            bars += [Bar((left, y - tall / 2, long, tall), role, grown)]
            at_px = number[0] + number[2], y + 0.36 * PERCENT_PX
            text, ink = percent(share or 0.0), "accent" if is_first else "text"
            words.append(Words(text, at_px, PERCENT_PX, is_first, ink, "right", grown))  # type: ignore[arg-type]
        return Board(hud=Hud(bars=tuple(bars), words=tuple(words)))

    def _is_winner(self, row: int) -> bool:
        return row < len(self.shares.shown) and self.shares.shown[row] == self.shares.winner

    @cached_property
    def _winner(self) -> Board:
        """A band behind the winner's row."""
        row = self.shares.shown.index(self.shares.winner)
        left, _, width, _ = self.places.frame.board
        high = self.places.pitch_px - 2.0
        box = left - 12.0, self.places.middle(row) - high / 2, width + 24.0, high
        return Board(under=Hud(bars=(Bar(box, "track", 0.8, 10.0),)))

    def _names(self, answered: float) -> Board:
        left, _, width, _ = self.places.column("name")
        words = []
        for row, name in enumerate(self.names):
            is_first = self._is_winner(row) and answered > 0.5
            text = fitted(name, width, NAME_PX, is_first)
            at_px = left, self.places.middle(row) + 0.36 * NAME_PX
            words.append(Words(text, at_px, NAME_PX, is_first, "accent" if is_first else "text"))
        return Board(hud=Hud(words=tuple(words)))


def _flow(start: tuple[float, float], end: tuple[float, float], share: float, role: ColourRole) -> Board:
    """A strand that is as wide as its share is large."""
    part = min(max(share, 0.0), 1.0) ** 0.5
    return strand(start, end, role, 1.2 + 7.0 * part, 0.25 + 0.65 * part)
