"""ReLUs that let only positive gradients pass back through them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from exporter.backend import tf

_NAMES = {"Relu": "KerascopeGuidedRelu", "Relu6": "KerascopeGuidedRelu6"}


@tf.RegisterGradient(_NAMES["Relu"])
def _relu(op: Any, gradient: Any) -> Any:
    return tf.where(op.outputs[0] > 0, tf.nn.relu(gradient), tf.zeros_like(gradient))


@tf.RegisterGradient(_NAMES["Relu6"])
def _relu6(op: Any, gradient: Any) -> Any:
    passes = (op.outputs[0] > 0) & (op.outputs[0] < 6)
    return tf.where(passes, tf.nn.relu(gradient), tf.zeros_like(gradient))


def rectified_gradients() -> AbstractContextManager[None]:
    """ReLUs that are recorded inside the block, as layers, activations or bare operations, pass only positive gradients
    of positive values (Springenberg et al. 2014, arXiv 1412.6806, section 3.4), as `tf.gradients` goes back.
    """
    graph = tf.compat.v1.get_default_graph()
    found: AbstractContextManager[None] = graph.gradient_override_map(_NAMES)
    return found
