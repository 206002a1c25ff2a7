"""DeepFool: the nearest border of the label, as if the model were linear, again and again."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import Attack, AttackError, Batch, Tried
from exporter.attacks.rounding import settled
from exporter.attacks.victim import Victim
from exporter.backend import tf

_FARTHER = 1e-4
"""How much farther than to the border each step goes, so that one that stands on it crosses."""

_STRETCH, _STRETCHES = 1.05, 62
"""The factor by which a change grows that rounding has undone, and how often it may: up to 20.6 times its length."""


@dataclass(frozen=True)
class DeepFoolOptions:
    """How often the model is taken for linear, at most; how many of the likeliest classes it may end in, the label
    among them (`None` or 0: all); and by which share of its length the change goes beyond the border.
    """

    steps: int = 50
    candidates: int | None = 10
    overshoot: float = 0.02

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise AttackError("deepfool cannot take so few steps", expected="1 or more", got=self.steps)
        if self.candidates is not None and self.candidates not in (0, *range(2, 1_000_000)):
            expected = "2 or more, or 0 for all"
            raise AttackError("deepfool cannot choose among so few classes", expected=expected, got=self.candidates)
        if not (math.isfinite(self.overshoot) and self.overshoot >= 0):
            raise AttackError("the overshoot of deepfool makes no sense", expected="0 or more", got=self.overshoot)


def tries(victim: Victim, batch: Batch, options: DeepFoolOptions) -> Iterator[Tried]:
    """What the attack has come to after each step: clip(x + (1 + overshoot) * r, 0, 1), with r the sum of the steps.

    Moosavi-Dezfooli, Fawzi and Frossard 2016, arXiv 1511.04599, algorithm 2: with f_k = z_k - z_label and w_k its
    gradient, the nearest of the linear borders is that of the class with the smallest |f_k| / ||w_k||, and the step is
    r_i = |f_k| / ||w_k||^2 * w_k. Here 1e-4 is added to that distance. An input that is fooled moves no more.

    Where the picture counts that is saved (`batch.is_rounded`), that is often not enough: DeepFool ends just behind
    the border, and rounding to 8 bits may bring the picture back. Then the whole change is stretched, by 1.05 at a
    time and at most 20 times, until the rounded picture fools the model.
    """
    classes = rivals(victim.judged(batch.pixels), batch.labels, options.candidates)
    clean, total = tf.constant(batch.pixels), tf.zeros_like(batch.pixels)
    pixels, fooled = clean, np.zeros(len(batch.labels), np.bool_)
    for number in range(options.steps + 1):
        asked = (tf.constant(classes), tf.constant(batch.labels), tf.constant(1.0 + options.overshoot))
        logits, following, total = victim.compiled(_step)(clean, pixels, total, *asked)
        fooled = batch.is_fooled(logits.numpy().argmax(axis=1))
        if number or fooled.all():
            yield Tried(pixels, logits)
        if fooled.all():
            break
        pixels = following
    if batch.is_rounded:
        yield from _stretched(victim, batch, pixels)


def rivals(logits: NDArray[np.float32], labels: NDArray[np.int64], candidates: int | None) -> NDArray[np.int64]:
    """The classes (n, k) into which each input may be pushed: the likeliest ones but for its label, best first.

    >>> rivals(np.array([[5.0, 1.0, 3.0, 4.0]]), np.array([0]), 3)
    array([[3, 2]])
    """
    count = logits.shape[1] if not candidates else min(candidates, logits.shape[1])
    others = np.array(logits, np.float32)
    others[np.arange(len(labels)), labels] = -np.inf
    return np.argsort(-others, axis=1, kind="stable")[:, : count - 1]


def _step(
    logits: Any, clean: Any, pixels: Any, total: Any, classes: Any, labels: Any, stretch: Any
) -> tuple[Any, Any, Any]:
    """The logits of `pixels`, the pixels after one more step for those that still have their label, and the new sum."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(pixels)
        z = logits(pixels)
    keeps_label = tf.argmax(z, axis=1, output_type=tf.int64) == labels

    def onwards() -> tuple[Any, Any]:
        step = _to_nearest_border(tape, z, pixels, classes, labels)
        moves = tf.reshape(keeps_label, [-1] + [1] * (pixels.shape.rank - 1))
        further = total + tf.where(moves, step, 0.0)
        return tf.where(moves, tf.clip_by_value(clean + stretch * further, 0.0, 1.0), pixels), further

    following, further = tf.cond(tf.reduce_any(keeps_label), onwards, lambda: (pixels, total))
    return z, following, further


def _to_nearest_border(tape: Any, z: Any, pixels: Any, classes: Any, labels: Any) -> Any:
    """The way (n, ...) to the nearest of the borders between the label and each of `classes` (n, k), taken as linear.

    One gradient after the other, from one forward pass: that is quicker to compile than a pass for each class side by
    side, and as quick to run.
    """
    count = tf.shape(z)[1]
    towards = tf.one_hot(classes, count) - tf.one_hot(labels, count)[:, None]
    gaps = tf.reduce_sum(towards * z[:, None], axis=2)
    slopes = tf.map_fn(lambda way: tape.gradient(z, pixels, output_gradients=way), tf.transpose(towards, [1, 0, 2]))
    flat = tf.transpose(tf.reshape(slopes, (tf.shape(slopes)[0], tf.shape(slopes)[1], -1)), [1, 0, 2])
    steepness = tf.norm(flat, axis=2) + 1e-8
    nearest = tf.argmin(tf.abs(gaps) / steepness, axis=1)
    slope = tf.gather(flat, nearest, batch_dims=1)
    gap, norm = tf.gather(tf.abs(gaps), nearest, batch_dims=1), tf.gather(steepness, nearest, batch_dims=1)
    return tf.reshape(((gap / norm + _FARTHER) / norm)[:, None] * slope, tf.shape(pixels))


def _stretched(victim: Victim, batch: Batch, pixels: Any) -> Iterator[Tried]:
    """The change of each input, longer each time, until the rounded picture fools the model."""
    change, longer = pixels - batch.pixels, pixels
    rows = (-1, *(1 for _ in batch.pixels.shape[1:]))
    fooled = np.zeros(len(batch.labels), np.bool_)
    for power in range(1, _STRETCHES + 1):
        fooled |= batch.is_fooled(victim.judged(settled(batch, longer, None)).argmax(axis=1))
        if fooled.all():
            return
        further = tf.clip_by_value(batch.pixels + _STRETCH**power * change, 0.0, 1.0)
        longer = tf.where(fooled.reshape(rows), longer, further)
        yield Tried(longer)


DEEPFOOL = Attack(
    name="deepfool",
    summary="the shortest way over the nearest border, as if the model were linear, again and again",
    norm="l2",
    options=DeepFoolOptions,
    tries=tries,
    count=lambda options: int(options.steps) + _STRETCHES,
    stops=True,
)
