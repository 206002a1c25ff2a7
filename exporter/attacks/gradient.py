"""The gradient that attacks follow: of the cross-entropy, by the pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

from exporter.backend import tf


def loss_gradient(logits: Any, pixels: Any, labels: Any) -> tuple[Any, Any, Any]:
    """The logits (n, classes), the gradient of the loss by the pixels (n, ...), and whether each is saturated (n,).

    To be used inside compiled functions; `pixels` (n, ...) and `labels` (n,) are tensors. The loss of each input is the
    cross-entropy of its label z_y: softmax(z) - onehot(y) by the logits. Where the model is so sure that float32 rounds
    its softmax to 1, that no longer holds the label's own logit. Then the loss is the logit margin
    m = logsumexp(z_j, j != y) - z_y: the cross-entropy is softplus(m), so both gradients point the same way, and this
    one does not round to nothing.
    """
    with tf.GradientTape() as of_input:
        of_input.watch(pixels)
        z = logits(pixels)
    with tf.GradientTape() as of_logits:
        of_logits.watch(z)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, z)
    by_logits = of_logits.gradient(loss, z)
    is_label = tf.one_hot(labels, tf.shape(z)[1])
    is_saturated = tf.reduce_sum(by_logits * is_label, axis=1) == 0.0
    of_margin = tf.nn.softmax(tf.where(is_label > 0.0, -np.inf, z)) - is_label
    by_logits = tf.where(is_saturated[:, None], of_margin, by_logits)
    return z, of_input.gradient(z, pixels, output_gradients=by_logits), is_saturated
