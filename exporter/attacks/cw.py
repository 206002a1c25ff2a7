"""Carlini and Wagner's attack: descent on the length of the change and the lead of the label together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.attacks.budget import check_count
from exporter.attacks.closest import MOST_KEPT, Closest, criterion, foolbox_for, side_by_side, silent_and_seeded
from exporter.attacks.contract import Attack, AttackError, Batch, Tried
from exporter.attacks.rounding import settled
from exporter.attacks.victim import Victim
from exporter.backend import tf


@dataclass(frozen=True)
class CwOptions:
    """How many weights of the lead against the length are tried, from which on; how many steps for each, and how large
    (Adam's learning rate); by how much the wrong class must lead.
    """

    searches: int = 6
    steps: int = 100
    step_size: float = 0.1
    confidence: float = 0.0
    first_weight: float = 0.1

    def __post_init__(self) -> None:
        check_count("cw", self.searches, "searches")
        check_count("cw", self.steps, "steps")
        for name in ("step_size", "first_weight"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise AttackError(f"the {name} of cw makes no sense", expected="above 0", got=getattr(self, name))
        if not (math.isfinite(self.confidence) and self.confidence >= 0):
            raise AttackError("the confidence of cw makes no sense", expected="0 or more", got=self.confidence)


def tries(victim: Victim, batch: Batch, options: CwOptions) -> Iterator[Tried]:
    """The misread pictures that the attack comes to, each at least a tenth closer to the input; the closest one last.

    Carlini and Wagner 2016, arXiv 1608.04644, section V.A: Adam minimises ||x' - x||^2 + c * max(z_label - z_other +
    confidence, 0), with x' = (tanh(w) + 1) / 2 in the valid range, and c is found by search; as foolbox does it. What
    no c turns comes back as it was. Where the picture that is saved counts, the model is shown that picture, and the
    gradient is passed on as if it were not rounded.
    """
    foolbox = foolbox_for("cw")
    watch = Closest(batch, options.confidence)
    judge, slope = victim.compiled(_logits_of), victim.compiled(_slope_of)

    @tf.custom_gradient
    def asked(pixels: Any) -> tuple[Any, Callable[..., Any]]:
        shown = tf.convert_to_tensor(settled(batch, pixels, None))
        logits = judge(shown)
        watch.see(shown.numpy(), logits.numpy())

        def back(upstream: Any, variables: Sequence[Any] = ()) -> tuple[Any, list[None]]:
            return slope(shown, upstream), [None for _ in variables]

        return logits, back

    attack = foolbox.attacks.L2CarliniWagnerAttack(
        binary_search_steps=options.searches,
        steps=options.steps,
        stepsize=options.step_size,
        confidence=options.confidence,
        initial_const=options.first_weight,
    )
    with silent_and_seeded(batch):
        model = foolbox.TensorFlowModel(asked, bounds=(0, 1), device="/CPU:0")
        attack.run(model, tf.constant(batch.pixels), criterion(foolbox, batch, tf.constant))
    yield from side_by_side(watch.paths())


def _logits_of(logits: Any, pixels: Any) -> Any:
    return logits(pixels)


def _slope_of(logits: Any, pixels: Any, upstream: Any) -> Any:
    """The gradient by the pixels. TensorFlow may crash where the way back is compiled apart from the way there."""
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        z = logits(pixels)
    return tape.gradient(z, pixels, output_gradients=upstream)


CW = Attack(
    name="cw",
    summary="the shortest change that descent finds, its length weighed against the lead of the label (foolbox)",
    norm="l2",
    options=CwOptions,
    tries=tries,
    count=lambda _: MOST_KEPT,
    takes_target=True,
)
