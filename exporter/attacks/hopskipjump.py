"""HopSkipJump: the boundary attack with the border's slope estimated from decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.attacks.budget import check_count
from exporter.attacks.closest import MOST_KEPT, by_decisions
from exporter.attacks.contract import Attack, Batch, Tried
from exporter.attacks.victim import Victim


@dataclass(frozen=True)
class HopSkipJumpOptions:
    """How many steps; how many questions to the model find the slope in the first (the nth asks as many times the root
    of n), and in any.
    """

    steps: int = 10
    evaluations: int = 100
    most_evaluations: int = 400

    def __post_init__(self) -> None:
        for name in ("steps", "evaluations", "most_evaluations"):
            check_count("hopskipjump", getattr(self, name), name)


def tries(victim: Victim, batch: Batch, options: HopSkipJumpOptions) -> Iterator[Tried]:
    """The misread pictures that the attack comes to, each at least a tenth closer to the input; the closest one last.

    Chen, Jordan and Wainwright 2019, arXiv 1904.02144, algorithm 2, for the Euclidean length, as foolbox does it. It
    needs no gradient. It starts from another input of the batch that the model reads differently, or from noise (see
    `starting_point`).
    """
    yield from by_decisions(
        "hopskipjump",
        victim,
        batch,
        lambda foolbox: foolbox.attacks.HopSkipJumpAttack(
            steps=options.steps,
            initial_gradient_eval_steps=options.evaluations,
            max_gradient_eval_steps=options.most_evaluations,
            constraint="l2",
        ),
    )


HOPSKIPJUMP = Attack(
    name="hopskipjump",
    summary="along the border towards the input, its slope guessed from decisions only (foolbox)",
    norm="l2",
    options=HopSkipJumpOptions,
    tries=tries,
    count=lambda _: MOST_KEPT,
    takes_target=True,
    uses_gradient=False,
)
