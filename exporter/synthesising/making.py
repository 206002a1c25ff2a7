"""Images made by optimisation, as many together as memory takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from exporter.capture import LayerOutputs
from exporter.synthesis.ascending import BROKEN
from exporter.synthesis.contract import Levels, Step, Synthesis, Task
from exporter.synthesising.goals import Goal
from exporter.synthesising.ground import Ground
from exporter.writing import Progress

BATCH_BYTES = 2**29
"""How much all layers' outputs may take, and the gradients by them, of the images that are made together."""
LARGEST_BATCH = 32
_TIMES = 3
"""A gradient holds the outputs of all layers, what comes back along them, and what is in the making."""


@dataclass(frozen=True)
class Work:
    """What is to be done, of whatever it is to be done.

    Attributes
    ----------
    start : levels of a picture to begin with; `None`: as the method begins.
    references : levels of the pictures that the method takes, by name.
    wanted : the numbers of the steps that are kept.
    """

    method: Synthesis
    options: Any
    seed: int
    wanted: frozenset[int]
    start: Levels | None = None
    references: Mapping[str, Levels] = field(default_factory=dict)


@dataclass(frozen=True)
class Moment:
    """An image after so many steps: its levels, the loss then, and what else was measured of it, by name."""

    number: int
    levels: Levels
    loss: float
    terms: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, step: Step, row: int) -> Moment:
        """That of one of the images that are made together."""
        terms = {name: float(values[row]) for name, values in step.terms.items()}
        return cls(step.number, step.levels[row], float(step.losses[row]), terms)


@dataclass(frozen=True)
class Made:
    """What came of one image.

    Attributes
    ----------
    moments : the kept steps in order; the last is what came of it.
    first_loss : as it began.
    is_dead : nothing moves it.
    stopped : why it ended early, a line; empty: it did not.
    """

    goal: Goal
    moments: tuple[Moment, ...]
    first_loss: float
    is_dead: bool
    stopped: str


def batch_size(ground: Ground) -> int:
    """How many images are made together."""
    of_one_bytes = _TIMES * LayerOutputs(ground.model).bytes_per_sample
    return max(1, min(LARGEST_BATCH, BATCH_BYTES // max(1, of_one_bytes)))


def made_images(ground: Ground, work: Work, goals: Sequence[Goal], progress: Progress) -> Iterator[Made]:
    """What comes of each goal, in order. None depends on which others are made beside it.

    Raises
    ------
    KerascopeError
        the method cannot do it with this model.
    """
    count, size = work.method.count(work.options), batch_size(ground)
    total = count * len(goals)
    for first in range(0, len(goals), size):
        some = goals[first : first + size]

        def tick(done: int, before: int = first * count, here: int = len(some)) -> None:
            progress(work.method.name, min(total, before + done * here), total)

        yield from _batch(ground, work, some, tick)
    progress(work.method.name, total, total)


def _batch(ground: Ground, work: Work, goals: Sequence[Goal], tick: Any) -> list[Made]:
    kept: list[Step] = []
    first = last = None
    for step in work.method.run(ground.probe, ground.canvas, task_of(ground, work, goals), work.options):
        tick(step.number)
        first, last = first or step, step
        if step.number in work.wanted:
            kept.append(step)
    assert first is not None
    assert last is not None
    if not kept or kept[-1] is not last:
        kept.append(last)
    return [_made(goal, row, first, kept) for row, goal in enumerate(goals)]


def task_of(ground: Ground, work: Work, goals: Sequence[Goal]) -> Task:
    """Images of these goals, to be made together."""
    grey = np.full(ground.canvas.shape, 128, np.float32)
    start = np.repeat((grey if work.start is None else work.start)[None], len(goals), axis=0)
    units = [goal.unit for goal in goals if goal.unit is not None]
    places = [goal.at for goal in goals if goal.at is not None]
    return Task(
        start=start,
        is_given=work.start is not None,
        layer=goals[0].layer,
        units=np.array(units, np.int64) if units else None,
        references=work.references,
        seed=work.seed,
        at=np.array(places, np.int64) if places else None,
    )


def _made(goal: Goal, row: int, first: Step, kept: Sequence[Step]) -> Made:
    last = kept[-1]
    is_lost = last.lost is not None and bool(last.lost[row])
    return Made(
        goal,
        tuple(Moment.of(step, row) for step in kept),
        float(first.losses[row]),
        is_dead=last.dead is not None and bool(last.dead[row]),
        stopped=BROKEN if is_lost else last.stopped,
    )
