"""Some of the inputs of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import Batch


def rows_of(batch: Batch, rows: Sequence[int] | NDArray[Any]) -> Batch:
    """The inputs at these places of a batch; each keeps its number, and so its random numbers."""
    chosen = np.asarray(rows, np.intp)
    targets = None if batch.targets is None else batch.targets[chosen]
    return replace(
        batch, pixels=batch.pixels[chosen], labels=batch.labels[chosen], targets=targets, places=batch.places[chosen]
    )
