"""The map of shares of a head, and the output of its layer: a row for each query, filled as the scene goes on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.numbers import count
from scenes.steps.board import Board, cell_box, frame, head, panel, rows_of
from scenes.steps.dense_output import seen
from viewer.kept import finite
from viewer.state import Grid, Loupe

if TYPE_CHECKING:
    from scenes.speech.speech import Speech
    from scenes.steps.attention_heads import Attention
    from scenes.steps.attention_places import AttentionPlaces
    from scenes.steps.board import Box
    from scenes.steps.walk import Moment

LEAST, MOST = 0.4, 1.1
"""Tiles are no narrower and no wider than this, in heights: their cells are stretched."""


@dataclass(frozen=True, eq=False)
class AttentionMap:
    """Two tiles of a layer, which all queries share."""

    attention: Attention
    places: AttentionPlaces
    speech: Speech

    @property
    def cells(self) -> tuple[int, int]:
        """(queries, keys)."""
        return self.attention.shares.shape[1], self.attention.shares.shape[2]

    @cached_property
    def box(self) -> Box:
        """Where the map lies."""
        queries, keys = self.cells
        return self.places.tile("map", min(max(keys / queries, LEAST), MOST))

    @cached_property
    def output_box(self) -> Box:
        """Where the output lies."""
        queries, channels = self.attention.subject.case.values.shape
        return self.places.tile("output", min(max(channels / queries, LEAST), MOST))

    @cached_property
    def share_scale(self) -> float:
        """Full colour of the map: the largest share of the head."""
        return float(self.attention.shares[self.attention.head].max())

    @cached_property
    def output_scale(self) -> float:
        """Full colour of the output."""
        return float(np.abs(finite(self.attention.subject.case.values)).max(initial=0.0))

    def output_row(self, query: int) -> Box:
        """Where the output at a query lies."""
        return cell_box(self.output_box, (self.cells[0], 1), (query, 0))

    def pair_at(self, x_px: float, y_px: float) -> tuple[int, int] | None:
        """Query and key at a place of the map; `None` beside it."""
        left, top, width, height = self.box
        queries, keys = self.cells
        if not (left <= x_px < left + width and top <= y_px < top + height):
            return None
        return int((y_px - top) / height * queries), int((x_px - left) / width * keys)

    def output_at(self, x_px: float, y_px: float) -> int | None:
        """The query at a place of the output; `None` beside it."""
        left, top, width, height = self.output_box
        is_there = left <= x_px < left + width and top <= y_px < top + height
        return int((y_px - top) / height * self.cells[0]) if is_there else None

    def board(self, moment: Moment, query: int, shares: float, output: float) -> Board:
        """Both tiles: rows that are there, and how far (0..1) those of the present query have come."""
        queries, keys = self.cells
        is_begun = moment.away >= 1 and moment.filled <= query
        extra = round(shares * keys) if is_begun else 0
        made = self._map(moment.filled * keys + extra) + self._heads
        channels = self.attention.subject.case.values.shape[1]
        made += self._output(moment.filled * channels + (round(output * channels) if is_begun else 0))
        if moment.away < 1:
            return made
        row = seen(cell_box(self.box, (queries, 1), (query, 0)))
        made += frame(row, "accent", 3.0)
        return made + frame(seen(self.output_row(query)), "accent", 3.0, max(output, 0.4))

    def _map(self, filled: int) -> Board:
        whole, box = self.attention, self.box
        if whole.output is None:
            return panel(box) + self._made
        subject = whole.subject
        part = (whole.head, None, None)
        loupe = Loupe(
            subject.layer.name, part, subject.key, box, self.share_scale, output=whole.output, filled=filled, name="map"
        )
        return panel(box) + Board(loupes=(loupe,))

    @cached_property
    def _made(self) -> Board:
        """Shares that the bundle does not hold."""
        rows = rows_of(self.attention.shares[self.attention.head])
        return Board(grids=(Grid("map", rows, self.box, self.share_scale, number_px=0.0),))

    def _output(self, filled: int) -> Board:
        subject, box = self.attention.subject, self.output_box
        part = (None, None)
        loupe = Loupe(subject.layer.name, part, subject.key, box, self.output_scale, filled=filled, name="output")
        return panel(box) + Board(loupes=(loupe,))

    @cached_property
    def _heads(self) -> Board:
        queries, keys = self.cells
        key = "map_made" if self.attention.output is None else "map_stored"
        made = Board()
        for part, box, name, detail in (
            ("map", self.box, self.speech("map"), self.speech(key, queries=count(queries), keys=count(keys))),
            ("output", self.output_box, self.speech("output"), self._size),
        ):
            room = self.places.box(part)
            made += head(name, detail, (room[0], box[1], room[2], box[3]), room_px=room[2] + 16.0)
        return made

    @property
    def _size(self) -> str:
        queries, channels = self.attention.subject.case.values.shape
        return self.speech("output_of", queries=count(queries), channels=count(channels))
