"""The boundary attack: from a misread picture along the border of the class towards the input, by decisions alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from exporter.attacks.budget import check_count
from exporter.attacks.closest import MOST_KEPT, by_decisions
from exporter.attacks.contract import Attack, AttackError, Batch, Tried
from exporter.attacks.victim import Victim


@dataclass(frozen=True)
class BoundaryOptions:
    """How many steps, each of which asks the model twice; how far the first ones go, as shares of the distance to the
    input: around it, and towards it.
    """

    steps: int = 2000
    spherical_step: float = 0.05
    source_step: float = 0.05

    def __post_init__(self) -> None:
        check_count("boundary", self.steps, "steps")
        for step in (self.spherical_step, self.source_step):
            if not (math.isfinite(step) and 0 < step < 1):
                raise AttackError("the boundary attack cannot take such a step", expected="0 < step < 1", got=step)


def tries(victim: Victim, batch: Batch, options: BoundaryOptions) -> Iterator[Tried]:
    """The misread pictures that the attack comes to, each at least a tenth closer to the input; the closest one last.

    Brendel, Rauber and Bethge 2017, arXiv 1712.04248, algorithm 1, as foolbox does it. It needs no gradient. It starts
    from another input of the batch that the model reads differently, or from noise (see `starting_point`). How often
    steps succeed is counted at each, so that their size is soon right: in 1000 steps that comes as far as 3000 do where
    it is counted at every tenth.
    """
    yield from by_decisions(
        "boundary",
        victim,
        batch,
        lambda foolbox: foolbox.attacks.BoundaryAttack(
            steps=options.steps,
            spherical_step=options.spherical_step,
            source_step=options.source_step,
            update_stats_every_k=1,
        ),
    )


BOUNDARY = Attack(
    name="boundary",
    summary="from a misread picture along the border towards the input; asks for decisions only (foolbox)",
    norm="l2",
    options=BoundaryOptions,
    tries=tries,
    count=lambda _: MOST_KEPT,
    takes_target=True,
    uses_gradient=False,
)
