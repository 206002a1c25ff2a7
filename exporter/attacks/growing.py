"""One direction, tried with growing epsilons: several at a time, as one batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from exporter.attacks.contract import Tried
from exporter.attacks.victim import Victim
from exporter.backend import tf

_LARGEST_BATCH = 64


def blocks(epsilons: Sequence[float], inputs: int) -> Iterator[Sequence[float]]:
    """The epsilons in their order, more of them at a time the longer it takes, at most 64 pictures together.

    >>> list(blocks([1, 2, 3, 4, 5, 6], 1))
    [[1], [2, 3], [4, 5, 6]]
    """
    first, size = 0, 1
    while first < len(epsilons):
        yield epsilons[first : first + size]
        first, size = first + size, max(1, min(size * 2, _LARGEST_BATCH // max(1, inputs)))


def grown(victim: Victim, clean: Any, direction: Any, epsilons: Sequence[float]) -> Iterator[Tried]:
    """clip(clean + epsilon * direction, 0, 1) for each epsilon, with the logits, which are worked out together."""
    sizes = tf.constant(epsilons, tf.float32)
    pixels, logits = victim.compiled(_all_at_once)(clean, direction, sizes)
    for place, epsilon in enumerate(epsilons):
        yield Tried(pixels[place], logits[place], epsilon)


def _all_at_once(logits: Any, clean: Any, direction: Any, epsilons: Any) -> tuple[Any, Any]:
    """Pixels (epsilons, n, ...) and logits (epsilons, n, classes)."""
    sizes = tf.reshape(epsilons, [-1] + [1] * clean.shape.rank)
    pixels = tf.clip_by_value(clean[None] + sizes * direction[None], 0.0, 1.0)
    shape = tf.shape(pixels)
    z = logits(tf.ensure_shape(tf.reshape(pixels, tf.concat([[-1], shape[2:]], 0)), [None, *clean.shape[1:]]))
    return pixels, tf.reshape(z, (shape[0], shape[1], -1))
