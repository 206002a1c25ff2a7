"""What must hold before an attack begins."""

from __future__ import annotations

import numpy as np

from exporter.attacks.contract import Attack, AttackError, Batch
from exporter.attacks.victim import Victim


def check_batch(attack: Attack, victim: Victim, batch: Batch) -> None:  # noqa: ARG001
    """Raise `AttackError` where the attack cannot do what is asked of it.

    That is: no input; a target that the attack does not take, or needs; a target that is the label already.
    """
    if not len(batch.labels):
        raise AttackError("there is nothing to attack", expected="an input", got="none")
    if batch.targets is None and attack.needs_target:
        raise AttackError(f"{attack.name} needs a class to reach", remedy="pass --target CLASS")
    if batch.targets is not None and not attack.takes_target:
        raise AttackError(f"{attack.name} takes no target", remedy="leave --target away, or choose another method")
    if batch.targets is not None and (batch.targets == batch.labels).any():
        got = f"class {int(batch.labels[np.argmax(batch.targets == batch.labels)])} for both"
        raise AttackError("the target is what the model says already", expected="another class", got=got)
