"""Importance by gradient times activation: how much what a network says changes when a unit is turned down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import tf
from exporter.importance.contract import Importance, ImportanceError, Labelled, Method, Progress
from exporter.importance.gates import Gated

COOLED, LOGIT, LIKELIHOOD = "cooled", "logit", "likelihood"
_CONTRAST = 2.0
TARGETS = (COOLED, LOGIT, LIKELIHOOD)
_BATCH_TIMES = 4
"""How much more memory a gradient takes than an answer: everything that was made on the way is kept."""


def run(
    gated: Gated,
    data: Labelled,
    classes: Sequence[int],
    *,
    progress: Progress,
    of: str = COOLED,
    power: int = 2,
) -> Importance:
    """How much each unit or channel matters for each class, as a first-order Taylor expansion tells it.

    Of a sample of class c and a unit that is multiplied by a gate g = 1, d t / d g = sum over positions of activation
    times its gradient: what `t` would change by, to first order, if the unit were switched off. Importance for c is the
    mean over the samples of c of its size to the power, and then the root of that power: Molchanov et al. 2017, arXiv
    1611.06440, equation 8 has power 1 and the cost, Molchanov et al. 2019, arXiv 1906.10771, equations 7 and 8, the
    square and gates.

    Parameters
    ----------
    gated, data, classes : the model with its gates, samples, and the classes that columns are wanted of. Samples of
        other classes are not looked at.
    progress : is told how many samples are done.
    of : t, of the logits z. `logit`: z_c. `likelihood`: log softmax(z)_c; hardly anything changes that where the model
        is sure, so few samples decide. `cooled`: log softmax(2 z / s)_c with s the standard deviation of the
        sample's logits, a constant: no sample is saturated, and units that speak for other classes count. Of a model
        with one column it is that column, whatever is asked for.
    power : 1 or 2; 2 lets a unit count that matters much for a few samples.

    Raises
    ------
    ImportanceError
        options that make no sense.
    """
    if of not in TARGETS or power not in (1, 2):
        got = f"of {of!r}, power {power}"
        raise ImportanceError("the options make no sense", expected=f"of {', '.join(TARGETS)}; power 1 or 2", got=got)
    taylor = taylor_of(gated, of)
    numbers = np.asarray(classes, np.int64)
    rows = np.flatnonzero(np.isin(data.classes, numbers))
    sums = {gate.layer: np.zeros((gate.units, len(numbers))) for gate in gated.gates}
    batch = max(1, gated.batch // _BATCH_TIMES)
    for first in range(0, len(rows), batch):
        part = data.of(rows[first : first + batch])
        members = (part.classes[:, None] == numbers).astype(np.float64)
        for layer, values in taylor(part).items():
            sums[layer] += (np.abs(values.astype(np.float64)) ** power).T @ members
        progress("importance", min(first + batch, len(rows)), len(rows))
    counts = np.maximum(1, (data.classes[:, None] == numbers).sum(axis=0))
    return {layer: ((each / counts) ** (1.0 / power)).astype(np.float32) for layer, each in sums.items()}


GRADIENT = Method(
    name="gradient",
    summary="gradient of the answer times activation, over the samples of each class",
    defaults={"of": COOLED, "power": 2},
    run=run,
)


def taylor_of(gated: Gated, of: str) -> Any:
    """A compiled function of samples to d t / d gate, (n, units) float32 for each layer that has an open way to change.

    `t` is of each sample's own class; see `run`.
    """

    @tf.function(autograph=False, input_signature=[gated.fed_specs, tf.TensorSpec((None,), tf.int64)])
    def gradients(feeds: Sequence[Any], classes: Any) -> Any:
        ones = {gate.layer: tf.ones((tf.shape(classes)[0], gate.units)) for gate in gated.gates if not gate.is_open}
        with tf.GradientTape() as tape:
            tape.watch(ones)
            said = gated.outputs(feeds, lambda gate, tensor: gate.multiplied(tensor, ones[gate.layer]))
            target = target_of(said, classes, of)
        return tape.gradient(target, ones, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    def of_samples(data: Labelled) -> dict[str, NDArray[np.float32]]:
        feeds = [tf.constant(each, spec.dtype) for each, spec in zip(data.x, gated.fed_specs, strict=True)]
        return {layer: each.numpy() for layer, each in gradients(feeds, tf.constant(data.classes, tf.int64)).items()}

    return of_samples


def target_of(said: Any, classes: Any, of: str) -> Any:
    """What is differentiated, one number a sample, of what a model says (n, columns) and the classes (n,)."""
    if said.shape[1] == 1:
        return said[:, 0]
    if of == LOGIT:
        return tf.gather(said, classes, batch_dims=1)
    if of == COOLED:
        spread = tf.math.reduce_std(said, axis=1, keepdims=True)
        said = said * (_CONTRAST / tf.stop_gradient(tf.where(spread > 0.0, spread, 1.0)))
    return -tf.nn.sparse_softmax_cross_entropy_with_logits(classes, said)
