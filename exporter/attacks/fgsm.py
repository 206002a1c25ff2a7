"""The fast gradient sign method with a growing epsilon."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from exporter.attacks.contract import Array, Attack, AttackError, AttackResult, AttackStep, Victim
from exporter.attacks.logits import logits_model, scores_model
from exporter.backend import keras, tf

_START, _STEP, _LIMIT = 0.01, 0.0007, 0.3
CROSS_ENTROPY, LOGIT_MARGIN = "cross-entropy", "logit margin"
_MOST_BYTES = 2 * 2**30
_BATCH_BYTES = 8 * 2**20
_LARGEST_BATCH = 64


@dataclass(frozen=True)
class FgsmOptions:
    """First epsilon, how much it grows, and the largest that is tried; in units of what is fed."""

    start: float
    step: float
    limit: float

    def epsilons(self) -> list[float]:
        """Every epsilon that may be tried, rising.

        >>> FgsmOptions(0.25, 0.5, 1.25).epsilons()
        [0.25, 0.75, 1.25]
        """
        count = math.floor((self.limit - self.start) / self.step + 1e-9) + 1
        return [self.start + number * self.step for number in range(count)]


def run(
    victim: Victim, *, start: float | None = None, step: float | None = None, limit: float | None = None
) -> AttackResult:
    """How the attack went: clip(x + epsilon * sign(d loss / dx), low, high) for each epsilon that was tried.

    Goodfellow, Shlens and Szegedy 2015, arXiv 1412.6572, section 4. The loss is the cross-entropy of the class that is
    predicted for the clean input (see `sign_of_gradient`). There is one gradient, at the clean input; epsilon grows
    from `start` by `step` until the prediction changes or `limit` is passed. Defaults are 0.01, 0.0007 and 0.3 of the
    width of the valid range. Every epsilon that was tried is a step of the result.

    Raises
    ------
    AttackError
        options that make no sense, or a model that cannot be attacked (see `logits_model`).
    """
    options = _options(victim, start, step, limit)
    logits = logits_model(victim.model)
    scores_of = _scores(victim.model)
    original = int(scores_of(victim.x[None])[0].argmax())
    direction, loss = sign_of_gradient(logits, victim.x, original)
    steps: list[AttackStep] = []
    for tried in _tried(scores_of, victim, direction, options):
        steps.append(tried)
        if tried.predicted != original:
            break
    return AttackResult(tuple(steps), steps[-1].predicted != original, original, asdict(options), {"loss": loss})


FGSM = Attack(
    name="fgsm",
    summary="one step along the sign of the gradient, as small as flips the prediction",
    option_names=("start", "step", "limit"),
    run=run,
)


def _options(victim: Victim, start: float | None, step: float | None, limit: float | None) -> FgsmOptions:
    width = float(np.max(np.asarray(victim.high, np.float64) - victim.low)) or 1.0
    first = _START * width if start is None else start
    options = FgsmOptions(
        first, _STEP * width if step is None else step, max(first, _LIMIT * width) if limit is None else limit
    )
    if not all(map(math.isfinite, (options.start, options.step, options.limit))):
        raise AttackError("the options of fgsm make no sense", expected="finite numbers", got=options)
    if options.start < 0 or options.step <= 0 or options.limit < options.start:
        raise AttackError("the options of fgsm make no sense", expected="0 <= start <= limit and step > 0", got=options)
    most = _MOST_BYTES // max(1, victim.x.nbytes)
    if (options.limit - options.start) / options.step > most:
        raise AttackError("fgsm would try too often", expected=f"at most {most} epsilons", remedy="take a larger step")
    return options


def sign_of_gradient(logits: keras.Model, x: Array, label: int) -> tuple[Array, str]:
    """The sign (-1, 0, 1) of the gradient of the loss at `x`, in the shape of `x`, float32; and the name of the loss.

    The loss is the `cross-entropy` of class `label`. Where the model is so sure that float32 rounds its softmax to 1,
    that gradient no longer holds the label's own logit. Then the loss is the `logit margin`
    m = logsumexp(z_j, j != label) - z_label: the cross-entropy is softplus(m), so both gradients point the same way,
    and this one does not round to nothing.
    """

    @tf.function
    def gradient(batch: Any) -> Any:
        with tf.GradientTape() as of_input:
            of_input.watch(batch)
            z = tf.cast(logits(batch, training=False), tf.float32)
        with tf.GradientTape() as of_logits:
            of_logits.watch(z)
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits([label], z)
        by_logits = of_logits.gradient(loss, z)
        is_label = tf.one_hot([label], z.shape[1])
        is_saturated = by_logits[0, label] == 0.0
        of_margin = tf.nn.softmax(tf.where(is_label > 0.0, -np.inf, z)) - is_label
        by_logits = tf.where(is_saturated, of_margin, by_logits)
        return of_input.gradient(z, batch, output_gradients=by_logits), is_saturated

    values, is_saturated = gradient(tf.constant(x[None], tf.float32))
    return np.sign(values.numpy()[0]).astype(np.float32), LOGIT_MARGIN if is_saturated else CROSS_ENTROPY


def perturbed(victim: Victim, direction: Array, epsilons: list[float]) -> Array:
    """The attacked inputs (len(epsilons), ...) float32: clip(x + epsilon * direction, low, high)."""
    sizes = np.asarray(epsilons, np.float32).reshape(-1, *(1,) * victim.x.ndim)
    return np.clip(victim.x + sizes * direction, victim.low, victim.high).astype(np.float32)


def _tried(scores_of: Any, victim: Victim, direction: Array, options: FgsmOptions) -> Iterator[AttackStep]:
    epsilons = options.epsilons()
    batch = max(1, min(_LARGEST_BATCH, _BATCH_BYTES // max(1, victim.x.nbytes)))
    for first in range(0, len(epsilons), batch):
        sizes = epsilons[first : first + batch]
        inputs = perturbed(victim, direction, sizes)
        for place, scores in enumerate(scores_of(inputs)):
            yield AttackStep(first + place, inputs[place], sizes[place], scores)


def _scores(model: keras.Model) -> Any:
    """A compiled function of a batch to the first output of the model, as a numpy array (n, classes)."""
    scores = scores_model(model)

    @tf.function(reduce_retracing=True)
    def first_output(batch: Any) -> Any:
        return tf.cast(scores(batch, training=False), tf.float32)

    return lambda batch: first_output(tf.constant(batch, tf.float32)).numpy()
