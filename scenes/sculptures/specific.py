"""How far units serve one class rather than all: a number of a sculpture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scenes.sculptures.sculpted import hidden_importance

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from exporter.bundle.schema import Sculpture


def own_share(bundle: Bundle, sculpture: Sculpture) -> float | None:
    """The share of the importance of all hidden units that belongs to the class that each unit matters most for.

    It is 1 where every unit serves one class alone, and 1 over the number of classes where each serves all alike.
    `None` where there is nothing to share: one class, or no importance.
    """
    importance = hidden_importance(sculpture, bundle.load(sculpture.tensors["importance"])).astype(np.float64)
    whole = float(importance.sum())
    if importance.shape[1] < 2 or not whole > 0:
        return None
    return float(importance.max(axis=1).sum()) / whole
