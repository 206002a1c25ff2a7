"""How many steps of an attack are kept in the bundle."""

from __future__ import annotations

import numpy as np

from exporter.attacks import AttackError, AttackResult, AttackStep
from exporter.bundle import Bundle
from exporter.bundle.tensors import tensor_bytes
from exporter.writing import Warn

KEPT_BYTES = 2**30
"""How much the captures of one run may take where the user does not say how many steps to keep."""
KEPT_OF_SEVERAL = 16
"""How many steps are kept of each input where several are attacked and the user does not say."""


def check_keep(keep: int | str | None) -> None:
    """Raise `AttackError` unless so many steps can be kept: `all`, a number above 0, or `None`."""
    if keep is not None and keep != "all" and (isinstance(keep, str) or keep < 1):
        raise AttackError("so many steps cannot be kept", expected="'all' or a number above 0", got=keep)


def kept_steps(result: AttackResult, keep: int | str | None, bytes_per_step: int, warn: Warn) -> list[AttackStep]:
    """The steps to keep: evenly chosen, the first and the last always among them (of one, the last).

    `keep` is how many, or `all`; `None`: all, or as many as stay below `KEPT_BYTES`, and then it is said.
    """
    steps = result.steps
    check_keep(keep)
    if keep == "all":
        return list(steps)
    most = max(2, KEPT_BYTES // max(1, bytes_per_step)) if keep is None else int(keep)
    if keep is None and most < len(steps):
        warn(f"kept {most} of the {len(steps)} steps, since all would take {len(steps) * bytes_per_step / 1e9:.1f} GB")
    places = np.linspace(len(steps) - 1, 0, min(most, len(steps))).round().astype(int)
    return [steps[place] for place in sorted(set(places.tolist()))]


def step_bytes(bundle: Bundle, input_id: str, checkpoint: str) -> int:
    """How many bytes a step of an attack on this input takes in the bundle: as many as the input itself."""
    capture, image = bundle.capture(input_id, checkpoint), bundle.input(input_id).image
    refs = (*capture.outputs.values(), *(() if image is None else (image,)))
    return sum(map(tensor_bytes, refs))
