"""The basic iterative method: the fast gradient sign method in small steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exporter.attacks.budget import DEFAULT_EPSILON, check_count, check_size
from exporter.attacks.contract import Attack, Batch, Tried
from exporter.attacks.projected import Walk, last_walked, walked
from exporter.attacks.victim import Victim

_STEP_OF_EPSILON = 0.2


@dataclass(frozen=True)
class IfgsmOptions:
    """How far a pixel may move, in how many steps, and how far in each (a fifth of epsilon where nothing is said).
    Shares of the way from black to white.
    """

    epsilon: float = DEFAULT_EPSILON["linf"]
    steps: int = 10
    step_size: float | None = None

    def __post_init__(self) -> None:
        check_size("ifgsm", self.epsilon, "epsilon", "linf")
        check_count("ifgsm", self.steps, "steps")
        step_size = _STEP_OF_EPSILON * self.epsilon if self.step_size is None else self.step_size
        check_size("ifgsm", step_size, "step_size", "linf")
        object.__setattr__(self, "step_size", step_size)


def tries(victim: Victim, batch: Batch, options: Any) -> Iterator[Tried]:
    """What comes of each step: x <- clip(x + step_size * sign(d loss / dx)), from the clean input on.

    It is clipped to epsilon around the clean input and to 0 to 1. Kurakin, Goodfellow and Bengio 2016, arXiv
    1607.02533, the basic iterative method.
    """
    return walked(victim, batch, batch.pixels, _walk(options))


def _last(victim: Victim, batch: Batch, options: Any) -> Tried:
    return last_walked(victim, batch, batch.pixels, _walk(options))


def _walk(options: Any) -> Walk:
    return Walk("linf", options.epsilon, options.step_size, options.steps)


IFGSM = Attack(
    name="ifgsm",
    summary="small steps along the sign of the gradient, never further than epsilon from the clean input",
    norm="linf",
    options=IfgsmOptions,
    tries=tries,
    count=lambda options: int(options.steps),
    last=_last,
    takes_target=True,
)
