"""A dense layer's weighted sums in time: unit after unit, and what is said at each step. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from scenes.panels.numbers import count, percent, signed
from scenes.steps.board import frame
from scenes.steps.dense_board import DenseBoard
from scenes.steps.dense_output import DenseOutput, seen
from scenes.steps.scale_legend import scale_legend
from scenes.steps.walk import PAUSE_SECS, Moment, Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenes.speech.speech import Speech
    from scenes.steps.board import Board
    from scenes.steps.dense_places import DensePlaces
    from scenes.steps.dense_sums import DenseSubject
    from scenes.steps.dense_table import Stages
    from scenes.steps.scenery import Scenery
    from viewer.state import Hud, MapName, ViewState

TERM_PAUSE_SECS = 0.4
UNITS_KEPT = 64


@dataclass(frozen=True, eq=False)
class DenseStory:
    """All frames of the scene."""

    subject: DenseSubject
    places: DensePlaces
    stages: Stages
    scenery: Scenery
    speech: Speech

    @cached_property
    def walk(self) -> Walk:
        """Unit after unit; each of the largest terms is a short step."""
        pauses = tuple(TERM_PAUSE_SECS if name == "term" else PAUSE_SECS for name in self.stages.names)
        stages, units = len(self.stages.names), self.subject.units
        return Walk(stages, units, self.subject.subject.channel, pauses_secs=pauses, is_brief=True)

    @cached_property
    def output(self) -> DenseOutput:
        """Where the units lie."""
        return DenseOutput(self.subject, self.places, self.speech)

    @cached_property
    def board_of(self) -> Callable[[int], DenseBoard]:
        """The board of a unit; those that were shown last are kept."""

        @lru_cache(maxsize=UNITS_KEPT)
        def made(unit: int) -> DenseBoard:
            return DenseBoard(self.subject, self.subject.sum(unit), self.places, self.stages, self.speech, self.output)

        return made

    def state(self, t_secs: float) -> ViewState:
        """The frame at a time of the walk."""
        return self._state(self.walk.at(t_secs))

    def _state(self, moment: Moment, over: Board | None = None, says: str = "") -> ViewState:
        unit = moment.cell if self.subject.is_quick or not moment.is_quick else self.subject.subject.channel
        made = self.board_of(unit)
        board = made.board(moment) if over is None else made.board(moment) + over
        title = self.speech("title", layer=self.subject.subject.layer.name), self._subtitle(moment)
        state = self.scenery.state(moment.away, board, title, self._legends(made), says or self._says(made, moment))
        return state if moment.away < 1 else replace(state, about=self.subject.subject.at, about_channel=moment.cell)

    def _subtitle(self, moment: Moment) -> str:
        subject, unit = self.subject, moment.cell
        if moment.away < 1:
            unit = subject.subject.channel
        if subject.subject.at:
            place = ", ".join(map(str, subject.subject.at))
            return self.speech("placed_unit", place=place, unit=unit, units=count(subject.units))
        if subject.names:
            return self.speech("named_unit", name=subject.names[unit], unit=unit, units=count(subject.units))
        return self.speech("unit", unit=unit, units=count(subject.units))

    def _legends(self, made: DenseBoard) -> tuple[Hud, ...]:
        whats: tuple[tuple[str, MapName, float], ...] = (
            ("product_legend", "activation", made.scales[2]),
            ("weight_legend", "weight", made.scales[1]),
            ("input_legend", "activation", made.scales[0]),
        )
        return tuple(scale_legend(self.speech(key), name, scale, self.places.frame) for key, name, scale in whats)

    def _says(self, made: DenseBoard, moment: Moment) -> str:
        unit, speech, inputs = made.unit, self.speech, count(len(made.unit.inputs))
        if moment.is_quick:
            return speech("says_quick", units=count(self.subject.units))
        stage = min(int(moment.stage - 1e-9), len(self.stages.names) - 1)
        name = self.stages.names[stage]
        if moment.stage <= 0:
            return speech("says_before", count=inputs)
        if name in ("weights", "products"):
            return speech(f"says_{name}", count=inputs, **({"unit": made.name} if name == "weights" else {}))
        if name == "term":
            return self._says_term(made, stage - 2)
        running = {"running": signed(unit.running[min(stage - 1, len(unit.running) - 1)])}
        if name == "others":
            return speech("says_others", count=count(unit.rest), product=signed(unit.others), **running)
        if name == "bias":
            return speech("says_bias", bias=signed(unit.bias or 0.0))
        return self._says_sum(made, name)

    def _says_term(self, made: DenseBoard, row: int) -> str:
        numbers, running = self._term(made, made.unit.largest[row]), signed(made.unit.running[row + 1])
        return self.speech("says_term", number=row + 1, running=running, **numbers)

    def _says_sum(self, made: DenseBoard, name: str) -> str:
        unit = made.unit
        shown, whole, share = len(unit.largest), count(len(unit.inputs)), _percent(unit.share)
        before, value = signed(unit.before), signed(unit.stored)
        if name == "sum" and not unit.rest:
            return self.speech("says_all", count=whole, sum=before)
        if name == "sum":
            return self.speech("says_sum", shown=shown, count=whole, share=share, sum=before)
        if self.subject.function == "softmax":
            units = count(self.subject.units)
            return self.speech("says_softmax", units=units, value=_percent(unit.stored), shown=shown, share=share)
        function = self.subject.function
        return self.speech("says_function", function=function, value=value, sum=before, shown=shown, share=share)

    def _term(self, made: DenseBoard, index: int) -> dict[str, str]:
        unit = made.unit
        numbers = unit.inputs[index], unit.weights[index], unit.products[index]
        return {name: signed(float(n)) for name, n in zip(("input", "weight", "product"), numbers, strict=True)}

    def pointed(self, t_secs: float, at_px: tuple[float, float]) -> ViewState | None:
        """The unit that is pointed at in the output, worked out; or the term that is pointed at on a tile."""
        moment = self.walk.at(t_secs)
        if moment.away < 1:
            return None
        made = self.board_of(self.subject.subject.channel if moment.is_quick else moment.cell)
        unit = self.output.unit_at(*at_px)
        if unit is not None:
            return self._state(replace(moment, cell=unit, stage=float(self.walk.stages), is_quick=False))
        index = next((found for block in made.blocks if (found := block.index_at(*at_px)) is not None), None)
        if index is None or moment.is_quick:
            return None
        marks = [frame(seen(spot), "text", 4.0) for block in made.blocks if (spot := block.cell(index)) is not None]
        says = self.speech("says_pointed", place=made.table.place_name(index), **self._term(made, index))
        return self._state(replace(moment, stage=max(moment.stage, 2.0)), sum(marks[1:], marks[0]), says)


def _percent(share: float) -> str:
    """A share in words, whose number and unit stay on one line."""
    return percent(share).replace(" ", "\u00a0")
