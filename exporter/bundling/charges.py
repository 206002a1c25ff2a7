"""What a unit is to others: how much it matters, and for which classes more than others of its layer do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exporter.bundling.web import Web

Floats = NDArray[np.float32]
CONTRAST = 0.1
"""A difference from the layer's mean of this share of a unit's importance counts half of what a complete one does."""


def charges_of(web: Web) -> Floats:
    """Mass and charges of every unit.

    The mass is the mean importance over all classes, beside the largest of all units. The charge for a class is
    the mass times how much more (or less) of a unit's importance goes to this class than does in its layer on average.
    Where importances are nearly alike, as they are in a network that has not learned, charges are small.

    Returns
    -------
    (U, 1 + C) float32: mass in 0..1, charges whose length is at most the mass. All 0 where nothing matters; what is
    not finite or negative counts as 0.
    """
    importance = np.nan_to_num(web.importance.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0).clip(min=0.0)
    importance /= importance.max(initial=0.0) or 1.0
    masses = importance.mean(axis=1)
    masses /= masses.max(initial=0.0) or 1.0
    lengths = np.sqrt((importance**2).sum(axis=1, keepdims=True))
    shares = np.divide(importance, lengths, out=np.zeros_like(importance), where=lengths > 0)
    begin = 0
    for size in web.sizes:
        layer = slice(begin, begin + size)
        matters = lengths[layer] > 0
        mean = shares[layer].sum(axis=0) / max(matters.sum(), 1)
        shares[layer] = np.where(matters, shares[layer] - mean, 0.0)
        begin += size
    sizes = np.sqrt((shares**2).sum(axis=1, keepdims=True))
    charges = masses[:, None] * shares / (sizes + CONTRAST)
    return np.column_stack([masses, charges]).astype(np.float32)
