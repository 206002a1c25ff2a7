"""The board of one query of a head: the map of shares, keys with their fit and share, values, their mean, the output.
Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.heading import fitted
from scenes.panels.numbers import count, percent
from scenes.steps.attention_heads import MASKED
from scenes.steps.attention_map import AttentionMap
from scenes.steps.board import Board, head, joined, panel, rows_of, strand
from scenes.steps.dense_inputs import cells_for, fitted_in
from viewer.kept import finite
from viewer.state import Bar, Grid, Hud, Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenes.speech.speech import Speech
    from scenes.steps.attention_heads import Attention
    from scenes.steps.attention_places import AttentionPlaces
    from scenes.steps.board import Box
    from scenes.steps.walk import Moment
    from viewer.state import ColourRole

    Array = NDArray[np.float64]

STAGES = ("queries", "scores", "shares", "values", "output")
SIZE_PX, NUMBER_PX, READABLE_PX = 21.0, 22.0, 44.0
BAR_PART, STUB_PX = 0.36, 3.0
FIRST_ROOM = 1.7
"""Of a column's width, what the words over it may fill where nothing stands beside them."""


@dataclass(frozen=True, eq=False)
class AttentionBoard:
    """The board of one query; `names` are those of the places that keys are of, and of those that queries are of."""

    attention: Attention
    query: int
    most: int
    places: AttentionPlaces
    names: tuple[tuple[str, ...], tuple[str, ...]]
    speech: Speech
    map: AttentionMap

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """The keys with a row of their own."""
        return self.attention.shown(self.query, self.most)

    @cached_property
    def shares(self) -> tuple[float, ...]:
        """The shares of the rows: of the keys that are shown, and of the others together where there are some."""
        row = self.attention.shares[self.attention.head, self.query]
        own = [float(row[key]) for key in self.shown]
        return tuple(own) if len(own) == len(row) else (*own, float(np.delete(row, list(self.shown)).sum()))

    @cached_property
    def vector_scale(self) -> float:
        """Full colour of queries, keys and values, and of their means: the same for all queries of the head."""
        whole, at = self.attention, self.attention.head
        return max(_largest(each[at]) for each in (whole.queries, whole.keys, whole.values))

    @cached_property
    def score_scale(self) -> float:
        """Full colour of what fits how well, in this row."""
        return _largest(self._scores[self._scores > MASKED])

    @property
    def _scores(self) -> Array:
        made: Array = self.attention.scores[self.attention.head, self.query, list(self.shown)]
        return made

    def board(self, moment: Moment) -> Board:
        """All of it at a moment of the walk."""
        parts = [moment.part(stage) for stage in range(len(STAGES))]
        made = [self.map.board(moment, self.query, parts[2], parts[4])]
        if moment.is_quick:
            return joined(made)
        made += [self._queries.faded(parts[0]), self._fits.faded(parts[1]), self._bars(parts[2])]
        return joined([*made, self._values.faded(parts[3]), self._output.faded(parts[4])])

    def _vector(self, name: str, values: Array, column: str, row: int) -> Board:
        """A vector as one row of cells."""
        box = self.places.cell(column, row)
        number_px = NUMBER_PX if box[2] / len(values) >= READABLE_PX else 0.0
        grid = Grid(name, rows_of(values[None]), box, self.vector_scale, number_px=number_px)
        return Board(grids=(grid,))

    def _label(self, column: str, text: str, *, is_first: bool = False) -> Board:
        """What a column of the table is, over it."""
        left, _, width, _ = self.places.box(column)
        at_px = left + width / 2, self.places.top_px + (-14.0 if is_first else self.places.pitch_px - 8.0)
        room = width * (FIRST_ROOM if is_first else 1.15)
        words = Words(fitted(text, room, SIZE_PX), at_px, SIZE_PX, role="dim", anchor="centre")
        return Board(hud=Hud(words=(words,)))

    def _named(self, row: int, text: str, role: ColourRole = "text", *, is_bold: bool = False) -> Board:
        left, _, width, _ = self.places.box("name")
        at_px = left, self.places.middle(row) + 0.36 * SIZE_PX
        text = fitted(text, width - 8.0, SIZE_PX, is_bold)
        return Board(hud=Hud(words=(Words(text, at_px, SIZE_PX, is_bold, role),)))

    @cached_property
    def _queries(self) -> Board:
        """The query, and under it the keys."""
        whole, at = self.attention, self.attention.head
        made = [self._named(-1, self.names[1][self.query], "accent", is_bold=True)]
        made += [self._vector("query", whole.queries[at, self.query], "key", -1)]
        made += [self._label("key", self.speech("query_keys"), is_first=True)]
        for row, key in enumerate(self.shown):
            made += [self._named(row, self.names[0][key]), self._vector(f"key {row}", whole.keys[at, key], "key", row)]
        if len(self.shares) > len(self.shown):
            rest = whole.shares.shape[2] - len(self.shown)
            made += [self._named(len(self.shown), self.speech("others", count=count(rest)), "dim")]
        return joined(made)

    @cached_property
    def _fits(self) -> Board:
        made = [self._label("score", self.speech(f"score_{self.attention.way}", size=self.attention.size))]
        for row, score in enumerate(self._scores):
            cell = self.places.cell("score", row)
            if score <= MASKED:
                at_px = cell[0] + cell[2] / 2, self.places.middle(row) + 0.36 * SIZE_PX
                words = Words(self.speech("masked"), at_px, SIZE_PX, role="dim", anchor="centre")
                made += [Board(hud=Hud(words=(words,)))]
                continue
            made += [Board(grids=(Grid(f"score {row}", ((float(score),),), cell, self.score_scale),))]
        return joined(made)

    def _bars(self, grown: float) -> Board:
        """A bar and percents for each share."""
        if grown <= 0:
            return Board()
        left, _, width, _ = self.places.box("bar")
        number, most = self.places.box("percent"), max(self.shares)
        bars, words = [], []
        for row, share in enumerate(self.shares):
            y, tall = self.places.middle(row), BAR_PART * self.places.pitch_px
            long = max(share / most * width * grown, STUB_PX)
            bars += [Bar((left, y - tall / 2, width, tall), "track", grown)]
            bars += [Bar((left, y - tall / 2, long, tall), "adds" if row < len(self.shown) else "bar", grown)]
            at_px = number[0] + number[2] - 6.0, y + 0.36 * SIZE_PX
            words.append(Words(percent(share), at_px, SIZE_PX, anchor="right", alpha=grown))
        label = self._label("percent", self.speech("column_share")).faded(grown)
        return label + Board(hud=Hud(bars=tuple(bars), words=tuple(words)))

    @cached_property
    def _values(self) -> Board:
        """The values, and what flows of each into the mean."""
        whole, at = self.attention, self.attention.head
        made = [self._label("value", self.speech("column_value"))]
        made += [
            self._vector(f"value {row}", whole.values[at, key], "value", row) for row, key in enumerate(self.shown)
        ]
        detail = self.speech("mixed_of", count=count(whole.shares.shape[2]))
        box, mean = self._block("mixed", whole.mixed(self.query), self.vector_scale, 0, "mixed", detail)
        if self.places.frame.is_wide:
            end = box[0] - 16.0, box[1] + box[3] / 2
            for row, share in enumerate(self.shares):
                left, _, width, _ = self.places.box("value")
                part = share**0.5
                start = left + width + 8.0, self.places.middle(row)
                role: ColourRole = "adds" if row < len(self.shown) else "copies"
                made.append(strand(start, end, role, 1.2 + 7.0 * part, 0.25 + 0.65 * part))
        return joined([*made, mean])

    def _block(self, name: str, values: Array, scale: float, number: int, key: str, detail: str) -> tuple[Box, Board]:
        """A vector as a block of cells, and where it lies."""
        room = self.places.vector(number)
        rows, columns = cells_for(len(values), round(room[2] / room[3], 2))
        box = fitted_in(room, columns / rows)
        cells = [*map(float, values), *[None] * (rows * columns - len(values))]
        table = tuple(tuple(cells[row * columns : (row + 1) * columns]) for row in range(rows))
        number_px = NUMBER_PX if box[2] / columns >= READABLE_PX else 0.0
        made = panel(box) + Board(grids=(Grid(name, table, box, scale, number_px=number_px),))
        over = (room[0], box[1], room[2], box[3])
        return box, made + head(self.speech(key), detail, over, room_px=room[2] + 12.0)

    @cached_property
    def _output(self) -> Board:
        """What this head and the others add, and how it gets into the output."""
        whole, scale = self.attention, self.map.output_scale
        if not self.places.frame.is_wide:
            return Board()
        rest, made = whole.rest(self.query), []
        if rest is not None:
            made.append(self._block("part", whole.part(self.query), scale, 1, "part", self.speech("part_of"))[1])
            made.append(self._block("rest", rest, scale, 2, "rest", self.speech("rest_of"))[1])
        left, _, width, _ = self.places.box("vectors")
        row = self.map.output_row(self.query)
        end = row[0] - 14.0, row[1] + row[3] / 2
        for number in range(1, 3) if rest is not None else (0,):
            box = self.places.vector(number)
            made.append(strand((left + width + 12.0, box[1] + box[3] / 2), end, "copies", 4.0, 0.8))
        return joined(made)


def _largest(values: Array) -> float:
    return float(np.abs(finite(values)).max(initial=0.0))
