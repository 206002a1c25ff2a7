"""Attention in time: query after query, and what is said at each step. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from scenes.panels.numbers import count, percent, signed
from scenes.steps.attention_board import STAGES, AttentionBoard
from scenes.steps.attention_heads import MASKED
from scenes.steps.attention_map import AttentionMap
from scenes.steps.board import cell_box, frame
from scenes.steps.dense_output import seen
from scenes.steps.scale_legend import scale_legend
from scenes.steps.walk import Moment, Walk

if TYPE_CHECKING:
    from scenes.speech.speech import Speech
    from scenes.steps.attention_heads import Attention
    from scenes.steps.attention_places import AttentionPlaces
    from scenes.steps.board import Board
    from scenes.steps.scenery import Scenery
    from viewer.state import Hud, ViewState

PACE = 1.3
QUERIES_KEPT = 64


@dataclass(frozen=True, eq=False)
class AttentionStory:
    """All frames of the scene. `most` is how many rows the table has; `tokens` are what the network was fed with."""

    attention: Attention
    most: int
    places: AttentionPlaces
    scenery: Scenery
    speech: Speech
    tokens: tuple[int, ...]

    @cached_property
    def walk(self) -> Walk:
        """Query after query."""
        return Walk(len(STAGES), self.attention.shares.shape[1], self.attention.query, PACE, is_brief=True)

    @cached_property
    def map(self) -> AttentionMap:
        """The map of shares and the output."""
        return AttentionMap(self.attention, self.places, self.speech)

    @cached_property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names of the places of keys, and of those of queries."""
        keys, queries = self.attention.keys.shape[1], self.attention.queries.shape[1]
        return self._names(keys), self._names(queries)

    def _names(self, places: int) -> tuple[str, ...]:
        if len(self.tokens) != places:
            return tuple(self.speech("place", place=place) for place in range(places))
        return tuple(self.speech("place_token", place=at, token=token) for at, token in enumerate(self.tokens))

    @cached_property
    def board_of(self) -> Callable[[int], AttentionBoard]:
        """The board of a query; those that were shown last are kept."""

        @lru_cache(maxsize=QUERIES_KEPT)
        def made(query: int) -> AttentionBoard:
            return AttentionBoard(self.attention, query, self.most, self.places, self.names, self.speech, self.map)

        return made

    def state(self, t_secs: float) -> ViewState:
        """The frame at a time of the walk."""
        return self._state(self.walk.at(t_secs))

    def _state(self, moment: Moment, over: Board | None = None, says: str = "") -> ViewState:
        whole, made = self.attention, self.board_of(moment.cell)
        board = made.board(moment) if over is None else made.board(moment) + over
        query = moment.cell if moment.away >= 1 else whole.query
        queries = count(whole.queries.shape[1])
        subtitle = self.speech("subtitle", head=whole.head, heads=whole.heads, query=query, queries=queries)
        title = self.speech("title", layer=whole.subject.layer.name), subtitle
        state = self.scenery.state(moment.away, board, title, self._legends(made), says or self._says(made, moment))
        return state if moment.away < 1 else replace(state, about=(moment.cell,))

    def _legends(self, made: AttentionBoard) -> tuple[Hud, ...]:
        units = (
            ("vector_legend", made.vector_scale),
            ("share_legend", self.map.share_scale),
            ("output_legend", self.map.output_scale),
        )
        return tuple(scale_legend(self.speech(key), "activation", unit, self.places.frame) for key, unit in units)

    def _says(self, made: AttentionBoard, moment: Moment) -> str:
        whole, speech = self.attention, self.speech
        if moment.is_quick:
            return speech("says_quick", queries=count(whole.queries.shape[1]))
        if moment.stage <= 0:
            return speech("says_before")
        name = STAGES[min(int(moment.stage - 1e-9), len(STAGES) - 1)]
        if name == "queries":
            return speech("says_queries", head=whole.head, size=whole.size)
        if name == "scores":
            key = {"scaled": "says_scores", "dot": "says_scores_dot", "sums": "says_scores_sums"}[whole.way]
            return speech(key, **({"size": whole.size} if whole.way == "scaled" else {}))
        if name == "shares":
            row = whole.shares[whole.head, made.query]
            key = "says_masked" if whole.is_masked else "says_shares"
            return speech(key, name=self.names[0][int(row.argmax())], share=_percent(float(row.max())))
        if name == "values":
            return speech("says_values")
        return speech("says_output" if whole.way == "scaled" else "says_output_plain")

    def pointed(self, t_secs: float, at_px: tuple[float, float]) -> ViewState | None:
        """The query whose row is pointed at in the map or in the output, worked out, and in the map its key."""
        moment = self.walk.at(t_secs)
        if moment.away < 1:
            return None
        pair, row = self.map.pair_at(*at_px), self.map.output_at(*at_px)
        if pair is None and row is None:
            return None
        query = pair[0] if pair is not None else row
        full = replace(moment, cell=query or 0, stage=float(self.walk.stages), is_quick=False)
        if pair is None:
            return self._state(full)
        whole, (_, key) = self.attention, pair
        score = float(whole.scores[whole.head, pair[0], key])
        says = self.speech(
            "says_pointed",
            query=query,
            key=key,
            score=self.speech("masked") if score <= MASKED else signed(score),
            share=_percent(float(whole.shares[whole.head, pair[0], key])),
        )
        return self._state(full, frame(seen(cell_box(self.map.box, self.map.cells, pair)), "text", 3.0), says)


def _percent(share: float) -> str:
    """A share in words, whose number and unit stay on one line."""
    return percent(share).replace(" ", "\u00a0")
