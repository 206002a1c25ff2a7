"""A model's logits inside a graph that TensorFlow records: what it puts out before the function that it ends in."""

from __future__ import annotations

from typing import Any

from exporter.backend import tf
from exporter.probing.errors import ProbeError

_KEEPS_VALUES = ("Identity", "Cast", "Reshape", "Squeeze", "ExpandDims", "StopGradient")
_CUT = ("Softmax", "LogSoftmax", "Sigmoid")
_OTHERS = ("Tanh", "Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Softplus", "Softsign", "ArgMax")


def logits_of(output: Any) -> Any:
    """The logits (n, classes) float32 of a model's output (n, classes), a tensor of a graph.

    A softmax at the end is cut off, whether it is an activation or a layer of its own, and so is a sigmoid: a class has
    a logit there too. An output without either is taken as logits.

    Raises
    ------
    ProbeError
        another activation at the end: what it hides is no logit; an output that is no vector.
    """
    if output.shape.rank != 2 or not output.shape[-1]:
        shape = tuple(output.shape[1:]) if output.shape.rank else "no shape"
        raise ProbeError("the model has no classes", expected="a vector of scores", got=f"an output {shape}")
    tensor = output
    while tensor.op.type in _KEEPS_VALUES:
        tensor = tensor.op.inputs[0]
    kind = tensor.op.type
    if kind in _OTHERS:
        expected = "an end in softmax, sigmoid or logits"
        raise ProbeError("the model has no logits", expected=expected, got=f"{kind.lower()!r} at its end")
    before = tensor.op.inputs[0] if kind in _CUT else output
    return tf.reshape(tf.cast(before, tf.float32), (-1, output.shape[-1]))
