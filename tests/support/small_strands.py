"""Strands that are counted and not drawn."""

from __future__ import annotations

import numpy as np

from viewer.strands.trace import Strands


def strands_of(drawn: int, possible: int, conv: float | None, dense: float | None) -> Strands:
    """Strands of which one would be drawn, that say these numbers."""
    one = np.ones((1, 6), np.float32)
    return Strands(one, one[:, :4], one[:, :4], drawn, possible, conv, dense, np.zeros((1, 4), np.int32))
