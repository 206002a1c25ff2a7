"""Steps along the gradient, after each of which the input is put back into its budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.attacks.balls import rounded_in_ball
from exporter.attacks.contract import Batch, Norm, Tried
from exporter.attacks.fgsm import led
from exporter.attacks.gradient import loss_gradient
from exporter.attacks.victim import Victim
from exporter.backend import tf

_SMALLEST = 1e-12
"""So that what has no length can be divided by it."""

_AT_ONCE = 5


@dataclass(frozen=True)
class Walk:
    """How to go: the norm, how far from the clean input at most, how far each step, and how many steps."""

    norm: Norm
    epsilon: float
    step_size: float
    steps: int


def walked(victim: Victim, batch: Batch, start: Any, walk: Walk) -> Iterator[Tried]:
    """What comes of each step from `start`, (n, ...) pixels.

    A step is x <- P(x + step_size * d) with the direction d in which the loss of the label rises, or that of the target
    falls: the sign of the gradient for "linf", the gradient over its length for "l2". P puts x into the ball of radius
    epsilon around the clean input and then into 0 to 1. The logits of all but the last step are known from the gradient
    that follows it.
    """
    step = victim.compiled(_STEPS[walk.norm])
    pixels, leads = tf.constant(start), _leads(batch, walk)
    for number in range(walk.steps):
        moved, logits = step(pixels, *leads)
        if number:
            yield _tried(batch, pixels, logits, walk)
        pixels = moved
    yield _tried(batch, pixels, None, walk)


def last_walked(victim: Victim, batch: Batch, start: Any, walk: Walk) -> Tried:
    """What comes of the last step of `walked`: five steps in each compiled call, which takes a fifth less time."""
    pixels, leads = tf.constant(start), _leads(batch, walk)
    for _ in range(walk.steps // _AT_ONCE):
        pixels = victim.compiled(_SEVERAL[walk.norm])(pixels, *leads)
    for _ in range(walk.steps % _AT_ONCE):
        pixels, _ = victim.compiled(_STEPS[walk.norm])(pixels, *leads)
    return _tried(batch, pixels, None, walk)


def _leads(batch: Batch, walk: Walk) -> tuple[Any, ...]:
    """What a step is told beside the pixels: the clean input, the classes, the way, its size and the budget."""
    return *led(batch), tf.constant(walk.step_size), tf.constant(walk.epsilon)


def _tried(batch: Batch, pixels: Any, logits: Any, walk: Walk) -> Tried:
    """With "l2" the largest change of a value is measured later; rounding is done here, as it must heed the length."""
    if walk.norm == "linf":
        return Tried(pixels, logits, walk.epsilon)
    if not batch.is_rounded:
        return Tried(pixels, logits)
    return Tried(tf.constant(rounded_in_ball(batch.pixels, np.asarray(pixels), walk.epsilon)))


def _linf_step(
    logits: Any, pixels: Any, clean: Any, classes: Any, way: Any, step_size: Any, epsilon: Any
) -> tuple[Any, Any]:
    z, gradient, _ = loss_gradient(logits, pixels, classes)
    lowest, highest = tf.maximum(clean - epsilon, 0.0), tf.minimum(clean + epsilon, 1.0)
    return tf.clip_by_value(pixels + way * step_size * tf.sign(gradient), lowest, highest), z


def _l2_step(
    logits: Any, pixels: Any, clean: Any, classes: Any, way: Any, step_size: Any, epsilon: Any
) -> tuple[Any, Any]:
    z, gradient, _ = loss_gradient(logits, pixels, classes)
    change = pixels + way * step_size * unit_length(gradient) - clean
    change *= tf.minimum(1.0, epsilon / lengths(change))
    return tf.clip_by_value(clean + change, 0.0, 1.0), z


def _repeated(step: Callable[..., tuple[Any, Any]]) -> Callable[..., Any]:
    """So many steps, one after the other. A loop in TensorFlow was, in some processes, slower than single steps."""

    def steps(logits: Any, pixels: Any, *leads: Any) -> Any:
        for _ in range(_AT_ONCE):
            pixels, _ = step(logits, pixels, *leads)
        return pixels

    return steps


_STEPS: Mapping[Norm, Any] = {"linf": _linf_step, "l2": _l2_step}
_SEVERAL: Mapping[Norm, Any] = {norm: _repeated(step) for norm, step in _STEPS.items()}


def lengths(change: Any) -> Any:
    """The Euclidean length of each input's change (n, ...), at least 1e-12: (n, 1, ...), to broadcast over it."""
    squares = tf.reduce_sum(tf.square(change), axis=list(range(1, change.shape.rank)), keepdims=True)
    return tf.maximum(tf.sqrt(squares), _SMALLEST)


def unit_length(gradient: Any) -> Any:
    """Each input's gradient (n, ...) over its Euclidean length; nothing where it is nothing."""
    return gradient / lengths(gradient)
