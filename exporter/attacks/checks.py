"""What must hold before an attack begins: of the whole batch, and of each of its inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exporter.attacks.contract import Attack, AttackError, Batch
from exporter.attacks.gradient import loss_gradient
from exporter.attacks.rows import rows_of
from exporter.attacks.victim import Victim
from exporter.backend import tf

_MASKED = "masked gradients"
_REMEDY = (
    "something in the model (rounding, argmax, stop_gradient, a saturated activation) lets none through: "
    "use boundary or hopskipjump, which need none"
)


@dataclass(frozen=True)
class Refusal:
    """An input that cannot be attacked: its place in the batch, from 0, and what is wrong with it."""

    place: int
    error: AttackError


def check_batch(attack: Attack, victim: Victim, batch: Batch) -> tuple[Refusal, ...]:
    """The inputs of a batch that cannot be attacked, by place; at least one other can.

    One cannot where the model puts out no numbers for it; where it fools the model already (it is not read as its
    label, or is read as its target); and, for an attack that follows gradients, where they are zero or no numbers.

    Raises
    ------
    AttackError
        there is no input; pixels are no numbers of 0 to 1; a target that the attack does not take, or needs, that the
        model has no class for; no gradient at all; none of the inputs can be attacked.
    """
    _check_asked(attack, batch)
    logits = victim.judged(batch.pixels)
    _check_classes(batch, logits.shape[1])
    refusals = _of_logits(batch, logits)
    refused = {refusal.place for refusal in refusals}
    if attack.uses_gradient and len(refused) < len(batch.labels):
        refusals += [each for each in _of_gradient(victim, batch) if each.place not in refused]
    if len(refusals) == len(batch.labels):
        raise _none_left(refusals)
    return tuple(sorted(refusals, key=lambda refusal: refusal.place))


def without(batch: Batch, refusals: tuple[Refusal, ...]) -> Batch:
    """The inputs of a batch that can be attacked."""
    return rows_of(batch, np.setdiff1d(np.arange(len(batch.labels)), [refusal.place for refusal in refusals]))


def _check_asked(attack: Attack, batch: Batch) -> None:
    if not len(batch.labels):
        raise AttackError("there is nothing to attack", expected="an input", got="none")
    if batch.targets is None and attack.needs_target:
        raise AttackError(f"{attack.name} needs a class to reach", remedy="pass --target CLASS")
    if batch.targets is not None and not attack.takes_target:
        raise AttackError(f"{attack.name} takes no target", remedy="leave --target away, or choose another method")
    if not ((batch.pixels >= 0) & (batch.pixels <= 1)).all():
        got = f"{np.min(batch.pixels):g} to {np.max(batch.pixels):g}"
        raise AttackError("the pixels lie outside their range", expected="numbers of 0 to 1", got=got)


def _check_classes(batch: Batch, count: int) -> None:
    if batch.targets is None:
        return
    unknown = (batch.targets < 0) | (batch.targets >= count)
    if unknown.any():
        first = int(batch.targets[unknown][0])
        raise AttackError("the model has no such class", expected=f"a target of 0 to {count - 1}", got=first)


def _of_logits(batch: Batch, logits: NDArray[np.float32]) -> list[Refusal]:
    """Inputs for which the model puts out no numbers, or that fool it as they are."""
    is_finite = np.isfinite(logits).all(axis=1)
    predicted = logits.argmax(axis=1)
    unread = AttackError(
        "the model cannot read the input", expected="logits that are numbers", got="NaN or infinite ones"
    )
    return [Refusal(int(place), unread) for place in np.flatnonzero(~is_finite)] + [
        Refusal(int(place), _fooled_already(batch, int(place), int(predicted[place])))
        for place in np.flatnonzero(is_finite & batch.is_fooled(predicted))
    ]


def _fooled_already(batch: Batch, place: int, predicted: int) -> AttackError:
    if batch.targets is not None:
        what = "the target is what the model says already"
        return AttackError(what, expected="another class", got=f"class {predicted} for both")
    return AttackError(
        "there is nothing to attack: the model is wrong already",
        expected=f"class {int(batch.labels[place])}",
        got=f"class {predicted}",
    )


def _of_gradient(victim: Victim, batch: Batch) -> list[Refusal]:
    """Inputs whose gradient is zero for every pixel, or not a number for one.

    It is compiled, though it is only one: TensorFlow's eager gradients of strided convolutions crashed the process for
    batches of some sizes (2.21 with oneDNN).
    """
    classes = batch.labels if batch.targets is None else batch.targets
    _, slopes, _ = victim.compiled(loss_gradient)(tf.constant(batch.pixels), tf.constant(classes))
    if slopes is None:
        raise AttackError(_MASKED, expected="a way from the scores back to the input", got="none", remedy=_REMEDY)
    flat = tf.convert_to_tensor(slopes).numpy().reshape(len(classes), -1)
    is_number, is_zero = np.isfinite(flat).all(axis=1), (flat == 0).all(axis=1)
    zero, no_number = (
        AttackError(_MASKED, expected="a gradient to follow", got=got, remedy=_REMEDY)
        for got in ("zero for every pixel", "NaN or infinite for some pixels")
    )
    return [
        Refusal(int(place), zero if is_zero[place] else no_number) for place in np.flatnonzero(is_zero | ~is_number)
    ]


def _none_left(refusals: list[Refusal]) -> AttackError:
    """What is wrong with the first, and of how many inputs that is one."""
    error = refusals[0].error
    if len(refusals) == 1:
        return error
    what = f"none of the {len(refusals)} inputs can be attacked: {error.what}"
    return AttackError(what, expected=error.expected, got=error.got, remedy=error.remedy)
