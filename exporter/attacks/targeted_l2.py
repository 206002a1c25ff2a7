"""Towards a class, in steps of one length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exporter.attacks.budget import check_count, check_size
from exporter.attacks.contract import Attack, Batch, Tried
from exporter.attacks.fgsm import led
from exporter.attacks.gradient import loss_gradient
from exporter.attacks.projected import unit_length
from exporter.attacks.victim import Victim
from exporter.backend import tf


@dataclass(frozen=True)
class TargetedL2Options:
    """The Euclidean length of each step, black to white being 1, and how many steps there may be.

    A length means much the same for small pictures as for large ones: a net for photographs of 227x227 gave in after
    14 and 39 of these steps, a net for digits of 28x28 mostly after 50.
    """

    step_size: float = 0.05
    steps: int = 200

    def __post_init__(self) -> None:
        check_size("targeted-l2", self.step_size, "step_size", "l2")
        check_count("targeted-l2", self.steps, "steps")


def tries(victim: Victim, batch: Batch, options: TargetedL2Options) -> Iterator[Tried]:
    """What comes of each step: x <- clip(x + step_size * g / ||g||_2, 0, 1), until the target is predicted.

    g is the gradient of log softmax(z)_target, which the target's logit z alone would not do for: all logits may rise
    together, and then no label changes. Each step is as long as `step_size` before it is clipped, and nowhere longer;
    there is no other budget. After Szegedy et al. 2013, arXiv 1312.6199, section 4.1, who look for the smallest change
    that leads to a class, in the box of valid inputs, by L-BFGS; here it is plain ascent.
    """
    pixels, targets, _ = led(batch)
    step, step_size = victim.compiled(_towards), tf.constant(options.step_size)
    for number in range(options.steps):
        moved, logits = step(pixels, targets, step_size)
        if number:
            yield Tried(pixels, logits)
        pixels = moved
    yield Tried(pixels)


def _towards(logits: Any, pixels: Any, targets: Any, step_size: Any) -> tuple[Any, Any]:
    z, gradient, _ = loss_gradient(logits, pixels, targets)
    return tf.clip_by_value(pixels - step_size * unit_length(gradient), 0.0, 1.0), z


TARGETED_L2 = Attack(
    name="targeted-l2",
    summary="steps of one length towards --target, until it is predicted",
    norm="l2",
    options=TargetedL2Options,
    tries=tries,
    count=lambda options: int(options.steps),
    stops=True,
    takes_target=True,
    needs_target=True,
)
