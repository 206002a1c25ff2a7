"""An attack on one thing that a model is fed, at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacking.victims import labels_of, victim_of
from exporter.attacks import AttackError, Victim
from exporter.attacks.contract import Batch
from exporter.attacks.registry import attack_named
from exporter.attacks.running import run_attack
from exporter.backend import keras
from exporter.bundle import Bundle

METHODS = ("fgsm", "pgd")
"""Those that are quick enough to wait for."""


def victim_or_none(bundle: Bundle, model: keras.Model) -> Victim | None:
    """The model as attacks see it; `None` where it cannot be attacked."""
    try:
        return victim_of(bundle, model)
    except AttackError:
        return None


def attacked(victim: Victim, fed: NDArray[Any], method: str) -> tuple[NDArray[np.float32], str]:
    """What an attack makes of `fed`, as it is fed, and a line about it where the model's answer stays the same.

    Raises
    ------
    AttackError
        no such attack, or `fed` cannot be attacked.
    """
    attack = attack_named(method)
    pixels = victim.pixels(fed[None])
    batch = Batch(pixels, labels_of(victim, pixels))
    (result,) = run_attack(attack, victim, batch, attack.chosen(), is_watched=False)
    problem = "" if result.success else f"{method} did not change the answer, in {result.tried} steps"
    return victim.fed(result.last.pixels), problem
