"""Softmax in time: step by step, and what is said at each. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scenes.panels.numbers import count, percent, signed
from scenes.steps.board import frame
from scenes.steps.scale_legend import scale_legend
from scenes.steps.softmax_board import STAGES, SoftmaxBoard
from scenes.steps.walk import Moment, Walk

if TYPE_CHECKING:
    from scenes.speech.speech import Speech
    from scenes.steps.board import Board
    from scenes.steps.scenery import Scenery
    from scenes.steps.softmax_places import SoftmaxPlaces
    from scenes.steps.softmax_shares import Shares
    from viewer.state import Hud, ViewState

PACE = 1.5
"""How much longer its pauses are than those of other walks: there is one place, and a sentence to read at each step."""


@dataclass(frozen=True, eq=False)
class SoftmaxStory:
    """All frames of the scene."""

    shares: Shares
    places: SoftmaxPlaces
    scenery: Scenery
    speech: Speech

    @cached_property
    def walk(self) -> Walk:
        """One place, step by step."""
        return Walk(len(STAGES), 1, 0, PACE)

    @cached_property
    def board(self) -> SoftmaxBoard:
        """Everything that is shown."""
        return SoftmaxBoard(self.shares, self.places, self.speech)

    def state(self, t_secs: float) -> ViewState:
        """The frame at a time of the walk."""
        return self._state(self.walk.at(t_secs))

    def _state(self, moment: Moment, over: Board | None = None, says: str = "") -> ViewState:
        shares, subject = self.shares, self.shares.subject
        board = self.board.board(moment) if over is None else self.board.board(moment) + over
        size, place = count(len(shares.logits)), ", ".join(map(str, subject.at))
        subtitle = self.speech("placed", count=size, place=place) if subject.at else self.speech("subtitle", count=size)
        title = self.speech("title", layer=subject.layer.name), subtitle
        state = self.scenery.state(moment.away, board, title, self._legends, says or self._says(moment))
        return state if moment.away < 1 else replace(state, about=subject.at)

    @cached_property
    def _legends(self) -> tuple[Hud, ...]:
        logits, shifted = self.board.scales
        units = ("logit_legend", logits), ("shifted", shifted), ("exponential_legend", 1.0)
        return tuple(scale_legend(self.speech(key), "activation", unit, self.places.frame) for key, unit in units)

    def _says(self, moment: Moment) -> str:
        shares, size = self.shares, count(len(self.shares.logits))
        if moment.stage <= 0:
            return self.speech("says_before", count=size)
        name = STAGES[min(int(moment.stage - 1e-9), len(STAGES) - 1)]
        if name == "logits":
            return self.speech("says_recomputed" if shares.way == "fused" else "says_logits")
        if name in ("shifted", "exponentials"):
            return self.speech(f"says_{name}")
        if name == "sum":
            return self.speech("says_sum", count=size, sum=_plain(shares.sum))
        if name == "divide":
            return self.speech("says_divide", sum=_plain(shares.sum))
        return self._answer()

    def _answer(self) -> str:
        shares = self.shares
        first, second = np.argsort(-shares.probabilities, kind="stable")[[0, min(1, len(shares.logits) - 1)]].tolist()
        given = {"name": self._name(first), "share": _percent(float(shares.probabilities[first]))}
        if shares.way == "scores":
            return self.speech("says_computed", **given)
        less = _percent(float(shares.probabilities[second]))
        return self.speech("says_answer", second=self._name(second), less=less, **given)

    def _name(self, index: int) -> str:
        return self.shares.names[index] if self.shares.names else self.speech("class_name", number=index)

    def pointed(self, t_secs: float, at_px: tuple[float, float]) -> ViewState | None:
        """The formula of the class that is pointed at; `None` between them and at the others."""
        moment, row, shares = self.walk.at(t_secs), self.places.row_at(*at_px), self.shares
        if moment.away < 1 or row is None or row >= len(shares.shown):
            return None
        index = shares.shown[row]
        says = self.speech(
            "says_pointed",
            name=self._name(index),
            shifted=signed(float(shares.shifted[index])),
            exponential=_plain(float(shares.exponentials[index])),
            sum=_plain(shares.sum),
            share=_percent(float(shares.probabilities[index])),
        )
        left, _, width, _ = self.places.frame.board
        high = self.places.pitch_px - 2.0
        mark = frame((left - 12.0, self.places.middle(row) - high / 2, width + 24.0, high), "accent", 3.0)
        return self._state(replace(moment, stage=float(self.walk.stages)), mark, says)


def _plain(value: float) -> str:
    """A number that is never negative, without its sign."""
    return signed(value).removeprefix("+")


def _percent(share: float) -> str:
    """A share in words, whose number and unit stay on one line."""
    return percent(share).replace(" ", "\u00a0")
