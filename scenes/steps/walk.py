"""When a step scene is where: the cells that it visits, and how far the working of the present one has come. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from scenes.easing import cubic_in_out
from scenes.timeline import Marker

STEP_SECS = 0.2
PAUSE_SECS = 0.7
LONG_PAUSE_SECS = 2.2
NEXT_PAUSE_SECS = 0.35
COME_SECS, STAND_SECS, SWEEP_SECS = 0.9, 0.6, 1.6
FOLLOWERS = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a walk is.

    Attributes
    ----------
    away : how far the picture has gone from the whole net (0) to the board (1).
    cell : the number of the cell that is worked at, in reading order.
    stage : how many stages of its working are over, and what part of the next: 0 to `Walk.stages`.
    filled : how many cells of the output are there.
    is_quick : whether cells are passed too quickly to follow: nothing moves then from cell to cell.
    """

    away: float
    cell: int
    stage: float
    filled: int
    is_quick: bool = False

    def part(self, stage: int) -> float:
        """How far stage number `stage` (from 0) has come, 0 to 1."""
        return min(max(self.stage - stage, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class _Leg:
    """A part of a walk: from a moment to another."""

    lasts_secs: float
    start: Moment
    end: Moment
    is_stop: bool = False
    name: str = ""


@dataclass(frozen=True)
class Walk:
    """From the whole net to the board; the first cell stage by stage, a few more at once; quickly on to the cell that
    was chosen, that one stage by stage; quickly to the end, and back.

    Each stage takes 200 ms and a pause. `stages` is how many a cell has, `cells` how many cells there are, `chosen` the
    number of the one that was chosen. `pace` stretches the pauses; `pauses_secs` are those after each stage but the
    last, 0.7 s where nothing is said. With `is_brief` the first cell too is worked at at once.
    """

    stages: int
    cells: int
    chosen: int
    pace: float = 1.0
    pauses_secs: tuple[float, ...] = ()
    is_brief: bool = False

    @cached_property
    def _legs(self) -> tuple[_Leg, ...]:
        """All parts in order; each begins where the one before it has ended."""
        last, full = self.cells - 1, float(self.stages)
        legs = [
            _Leg(STAND_SECS, Moment(0.0, 0, 0.0, 0), Moment(0.0, 0, 0.0, 0), name="network"),
            _Leg(COME_SECS, Moment(0.0, 0, 0.0, 0), Moment(1.0, 0, 0.0, 0), name="layer"),
        ]
        begin = 0 if self.is_brief else 1
        followers = [cell for cell in range(begin, 1 + FOLLOWERS) if cell < min(self.chosen, self.cells)]
        if self.chosen > 0:
            legs += [] if self.is_brief else self._by_stages(0, LONG_PAUSE_SECS / 2, "first cell")
            for cell in followers:
                name = "first cell" if cell == 0 else ""
                legs.append(_Leg(STEP_SECS, Moment(1.0, cell, 0.0, cell), Moment(1.0, cell, full, cell), name=name))
                legs.append(self._pause(cell, full, NEXT_PAUSE_SECS))
            before = followers[-1] if followers else 0
            legs.append(self._sweep(before, self.chosen - 1)) if self.chosen - 1 > before else None
        legs += self._by_stages(self.chosen, LONG_PAUSE_SECS, "chosen cell")
        if last > self.chosen:
            legs += [self._sweep(self.chosen, last), self._pause(last, full, LONG_PAUSE_SECS / 2)]
        legs.append(_Leg(COME_SECS, Moment(1.0, last, full, self.cells), Moment(0.0, last, full, self.cells)))
        return tuple(legs)

    def _by_stages(self, cell: int, long_secs: float, name: str) -> list[_Leg]:
        legs = []
        for stage in range(self.stages):
            is_last = stage == self.stages - 1
            start = Moment(1.0, cell, float(stage), cell)
            end = Moment(1.0, cell, float(stage + 1), cell)
            legs.append(_Leg(STEP_SECS, start, end, name=name if stage == 0 else ""))
            rest_secs = self.pauses_secs[stage] if stage < len(self.pauses_secs) else PAUSE_SECS
            legs.append(self._pause(cell, float(stage + 1), long_secs if is_last else rest_secs))
        return legs

    def _pause(self, cell: int, stage: float, lasts_secs: float) -> _Leg:
        there = Moment(1.0, cell, stage, cell + (stage >= self.stages))
        return _Leg(lasts_secs * self.pace, there, there, is_stop=True)

    def _sweep(self, start: int, end: int) -> _Leg:
        full = float(self.stages)
        first, last = Moment(1.0, start, full, start + 1, True), Moment(1.0, end, full, end + 1, True)
        return _Leg(min(SWEEP_SECS, STEP_SECS * (end - start)), first, last, name="onwards")

    @cached_property
    def _starts_secs(self) -> tuple[float, ...]:
        return tuple(accumulate((leg.lasts_secs for leg in self._legs), initial=0.0))

    @property
    def duration_secs(self) -> float:
        """How long the walk takes."""
        return self._starts_secs[-1]

    @cached_property
    def stops_secs(self) -> tuple[float, ...]:
        """When each pause begins."""
        return tuple(at for at, leg in zip(self._starts_secs, self._legs, strict=False) if leg.is_stop)

    @cached_property
    def markers(self) -> tuple[Marker, ...]:
        """The named moments."""
        pairs = zip(self._starts_secs, self._legs, strict=False)
        return tuple(Marker(at, leg.name) for at, leg in pairs if leg.name)

    def at(self, t_secs: float) -> Moment:
        """Where the walk is at a time, from 0 to `duration_secs`."""
        number = sum(start <= t_secs for start in self._starts_secs[1:-1])
        leg = self._legs[number]
        gone = (t_secs - self._starts_secs[number]) / leg.lasts_secs if leg.lasts_secs > 0 else 1.0
        part = cubic_in_out(gone)
        start, end = leg.start, leg.end
        cell = round(start.cell + (end.cell - start.cell) * part)
        filled = cell + 1 if start.is_quick else start.filled
        away = start.away + (end.away - start.away) * part
        stage = start.stage + (end.stage - start.stage) * part
        return Moment(away, cell, stage, filled, start.is_quick and start.cell != end.cell)
