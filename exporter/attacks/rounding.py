"""Pixels as a saved picture holds them: 8 bits a channel."""

from __future__ import annotations

from typing import Any

from exporter.attacks.contract import Batch
from exporter.backend import tf

_LEVELS = 255.0
_SLACK = 1e-3
"""In levels: so much an epsilon of 2/255 may miss a level through rounding."""


def settled(batch: Batch, pixels: Any, epsilon: float | None) -> Any:
    """What of `pixels` (n, ...) counts: the pixels themselves, or the nearest ones of 8 bits where that is asked for.

    With an epsilon these are the nearest that have moved by no more than it. Where a clean pixel is not one of 8 bits
    itself and there is none so near, it is the nearest to it.
    """
    if not batch.is_rounded:
        return pixels
    levels = tf.round(pixels * _LEVELS)
    if epsilon is not None:
        lowest = tf.math.ceil((batch.pixels - epsilon) * _LEVELS - _SLACK)
        highest = tf.math.floor((batch.pixels + epsilon) * _LEVELS + _SLACK)
        nearest = tf.round(batch.pixels * _LEVELS)
        levels = tf.clip_by_value(levels, tf.minimum(lowest, nearest), tf.maximum(highest, nearest))
    return tf.clip_by_value(levels, 0.0, _LEVELS) / _LEVELS
