"""The fast gradient sign method, at one epsilon or at the smallest that flips the prediction."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exporter.attacks.budget import check_size
from exporter.attacks.contract import Attack, AttackError, Batch, Tried
from exporter.attacks.gradient import loss_gradient
from exporter.attacks.growing import blocks, grown
from exporter.attacks.victim import Victim
from exporter.backend import tf

_MOST_EPSILONS = 100_000


@dataclass(frozen=True)
class FgsmOptions:
    """One epsilon; or, without it, the first one, how much it grows, and the largest that is tried. Shares of the way
    from black to white.
    """

    epsilon: float | None = None
    start: float = 0.01
    step: float = 0.0007
    limit: float = 0.3

    def __post_init__(self) -> None:
        if self.epsilon is not None:
            check_size("fgsm", self.epsilon, "epsilon", "linf")
        if not all(map(math.isfinite, (self.start, self.step, self.limit))):
            raise AttackError("the options of fgsm make no sense", expected="finite numbers", got=self)
        if not (self.start >= 0 and self.step > 0 and self.limit >= self.start and self.limit > 0):
            expected = "0 <= start <= limit, step > 0 and limit > 0"
            raise AttackError("the options of fgsm make no sense", expected=expected, got=self)
        if (self.limit - self.start) / self.step > _MOST_EPSILONS:
            remedy = "take a larger step"
            raise AttackError("fgsm would try too often", expected=f"at most {_MOST_EPSILONS} epsilons", remedy=remedy)

    def epsilons(self) -> list[float]:
        """Every epsilon that may be tried, rising.

        >>> FgsmOptions(None, 0.25, 0.5, 1.25).epsilons()
        [0.25, 0.75, 1.25]
        """
        if self.epsilon is not None:
            return [self.epsilon]
        count = math.floor((self.limit - self.start) / self.step + 1e-9) + 1
        return [self.start + number * self.step for number in range(count)]


def tries(victim: Victim, batch: Batch, options: FgsmOptions) -> Iterator[Tried]:
    """What the attack has come to at each epsilon: clip(x + epsilon * sign(d loss / dx), 0, 1).

    Goodfellow, Shlens and Szegedy 2015, arXiv 1412.6572, section 4. The loss is the cross-entropy of the label
    (`loss_gradient`); with targets it is lowered for the target instead. There is one gradient, at the clean input;
    epsilon grows from `start` by `step` up to `limit`.
    """
    if options.epsilon is not None:
        yield Tried(victim.compiled(_stepped)(*led(batch), tf.constant(options.epsilon)), None, options.epsilon)
        return
    direction, clean = victim.compiled(direction_of)(*led(batch)), tf.constant(batch.pixels)
    for epsilons in blocks(options.epsilons(), len(batch.labels)):
        yield from grown(victim, clean, direction, epsilons)


def led(batch: Batch) -> tuple[Any, Any, Any]:
    """What leads an attack: the pixels, the classes whose loss counts, and 1.0 to raise it or -1.0 to lower it."""
    classes, way = (batch.labels, 1.0) if batch.targets is None else (batch.targets, -1.0)
    return tf.constant(batch.pixels), tf.constant(classes), tf.constant(way)


def direction_of(logits: Any, pixels: Any, classes: Any, way: Any) -> Any:
    """The sign (-1, 0, 1) of the way in which the loss of `classes` rises (`way` 1.0) or falls (-1.0)."""
    _, gradient, _ = loss_gradient(logits, pixels, classes)
    return way * tf.sign(gradient)


def _stepped(logits: Any, pixels: Any, classes: Any, way: Any, epsilon: Any) -> Any:
    return moved(logits, pixels, direction_of(logits, pixels, classes, way), epsilon)


def moved(_: Any, pixels: Any, direction: Any, epsilon: Any) -> Any:
    """clip(pixels + epsilon * direction, 0, 1)."""
    return tf.clip_by_value(pixels + epsilon * direction, 0.0, 1.0)


FGSM = Attack(
    name="fgsm",
    summary="one step along the sign of the gradient, as small as flips the prediction (or of size --epsilon)",
    norm="linf",
    options=FgsmOptions,
    tries=tries,
    count=lambda options: len(options.epsilons()),
    stops=True,
    takes_target=True,
)
