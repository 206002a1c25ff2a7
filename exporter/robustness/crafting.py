"""What is made on the first model: an attack, and noise of the same size as its control."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacks import Attack, AttackError, AttackResult, Batch, attack_named, run_attack
from exporter.attacks.contract import Norm, OptionValue
from exporter.attacks.registry import ATTACKS
from exporter.robustness.subjects import Subject

Tick = Callable[[int, int], None]
CONTROL = "noise"


@dataclass(frozen=True)
class Craft:
    """An attack with its size, the same for every input.

    Attributes
    ----------
    attack, options : the attack, and what is asked of it; `epsilon` is among it.
    seed : of what is random.
    is_rounded : whether what counts is the picture that is saved.
    """

    attack: Attack
    options: Any
    seed: int
    is_rounded: bool

    @property
    def norm(self) -> Norm:
        """What its epsilon measures."""
        norm: Norm = getattr(self.options, "norm", self.attack.norm)
        return norm

    @property
    def plain_options(self) -> dict[str, OptionValue]:
        """Its options as a bundle keeps them."""
        return {**asdict(self.options), "target": None, "seed": self.seed, "survive_rounding": self.is_rounded}

    def control(self) -> Craft:
        """Noise of the same size."""
        noise = attack_named(CONTROL)
        return replace(self, attack=noise, options=noise.chosen(epsilon=self.options.epsilon, norm=self.norm))

    def results(self, source: Subject, places: NDArray[np.int64], *, is_watched: bool = False) -> list[AttackResult]:
        """How it went for the inputs at these places, at most `source.batch`; the same ones give the same pixels."""
        rows, count = next(source.batches(places))
        batch = Batch(
            source.pixels(rows), source.classes[rows], places=rows, seed=self.seed, is_rounded=self.is_rounded
        )
        results = run_attack(self.attack, source.victim, batch, self.options, is_watched=is_watched)
        return list(results[:count])


def craft_of(method: str, epsilon: float, options: Mapping[str, OptionValue], *, seed: int) -> Craft:
    """The attack of that name with this size; nothing is rounded.

    Raises
    ------
    AttackError
        no such attack, one that has no size to ask for, or options that make no sense.
    """
    attack = attack_named(method)
    if "epsilon" not in attack.option_names or attack.needs_target or method == CONTROL:
        sized = [name for name, each in ATTACKS.items() if "epsilon" in each.option_names and name != CONTROL]
        remedy = "its control is noise of the same size for every input"
        raise AttackError("this attack has no size of its own", expected=" or ".join(sized), got=method, remedy=remedy)
    return Craft(attack, attack.chosen(epsilon=epsilon, **options), seed, is_rounded=False)
