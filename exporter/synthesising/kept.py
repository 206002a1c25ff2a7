"""Which steps of an optimisation are kept."""

from __future__ import annotations

from typing import Literal

import numpy as np

from exporter.synthesis.contract import SynthesisError

KEPT_OF_ONE = 16
"""How many steps are kept of an image that is made alone; of several the last."""
Keep = int | Literal["all"] | None


def check_keep(keep: Keep) -> None:
    """Raise `SynthesisError` unless so many steps can be kept: `all`, a number above 0, or `None`."""
    if keep is not None and keep != "all" and keep < 1:
        raise SynthesisError("so many steps cannot be kept", expected="'all' or a number above 0", got=keep)


def kept_numbers(steps: int, keep: Keep, images: int) -> frozenset[int]:
    """The numbers of the steps to keep, of 0 (the start) to `steps`: evenly, the first and the last always.

    Of one step that is kept it is the last. `None`: `KEPT_OF_ONE` of a single image, one of each of several.

    >>> sorted(kept_numbers(40, 5, 1)), sorted(kept_numbers(40, None, 2)), len(kept_numbers(40, None, 1))
    ([0, 10, 20, 30, 40], [40], 16)
    """
    if keep == "all":
        return frozenset(range(steps + 1))
    count = (KEPT_OF_ONE if images == 1 else 1) if keep is None else keep
    places = np.linspace(steps, 0, min(count, steps + 1)).round().astype(int)
    return frozenset(places.tolist())
