"""Projected gradient descent: small steps from a random start, tried again where they lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.attacks.balls import drawn_in_ball
from exporter.attacks.budget import DEFAULT_EPSILON, check_count, check_norm, check_size
from exporter.attacks.contract import Attack, Batch, Norm, Tried
from exporter.attacks.projected import Walk, last_walked, walked
from exporter.attacks.victim import Victim

_STEP_OF_EPSILON: Mapping[Norm, float] = {"linf": 0.01 / 0.3, "l2": 0.025}


@dataclass(frozen=True)
class PgdOptions:
    """How far to go by which norm, in how many steps, how far in each, and how often to begin anew.

    With `norm` "linf" no pixel moves by more than `epsilon` (8 of 255 levels where nothing is said); with "l2" the
    change is no longer than it (1.0: the Euclidean length, black to white being 1). `step_size` is a thirtieth of
    epsilon where nothing is said, for "l2" a fortieth: with fewer steps than that, say how large they are, or the
    budget cannot be used up. `random_start`: begin anywhere in that ball, not at the clean input.
    """

    epsilon: float | None = None
    norm: Norm = "linf"
    steps: int = 40
    step_size: float | None = None
    restarts: int = 1
    random_start: bool = True

    def __post_init__(self) -> None:
        check_norm(self.norm)
        epsilon = DEFAULT_EPSILON[self.norm] if self.epsilon is None else self.epsilon
        check_size("pgd", epsilon, "epsilon", self.norm)
        check_count("pgd", self.steps, "steps")
        check_count("pgd", self.restarts, "restarts")
        step_size = _STEP_OF_EPSILON[self.norm] * epsilon if self.step_size is None else self.step_size
        check_size("pgd", step_size, "step_size", self.norm)
        object.__setattr__(self, "epsilon", epsilon)
        object.__setattr__(self, "step_size", step_size)


def tries(victim: Victim, batch: Batch, options: Any) -> Iterator[Tried]:
    """What comes of each step (see `walked`) from a start that is drawn evenly from the ball of the budget.

    Madry, Makelov, Schmidt, Tsipras and Vladu 2017, arXiv 1706.06083. The start, clipped to 0 to 1, is no step itself.
    All steps are gone, also after the label has changed: the loss is what the attack is after.
    """
    return walked(victim, batch, _start(batch, options), _walk(options))


def _last(victim: Victim, batch: Batch, options: Any) -> Tried:
    return last_walked(victim, batch, _start(batch, options), _walk(options))


def _walk(options: Any) -> Walk:
    return Walk(options.norm, options.epsilon, options.step_size, options.steps)


def _start(batch: Batch, options: Any) -> Any:
    if not options.random_start:
        return batch.pixels
    change = np.float32(options.epsilon) * drawn_in_ball(batch, options.norm)
    return np.clip(batch.pixels + change, 0.0, 1.0)


PGD = Attack(
    name="pgd",
    summary="many small steps along the gradient from a random start, within epsilon (--norm linf or l2)",
    norm="linf",
    options=PgdOptions,
    tries=tries,
    count=lambda options: int(options.steps),
    last=_last,
    takes_target=True,
)
