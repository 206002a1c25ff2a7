"""What a model says before the function that it ends in, as columns that can be told apart."""

from __future__ import annotations

from typing import Any

from exporter.backend import tf

_KEEPS_VALUES = ("Identity", "Cast", "Reshape", "Squeeze", "ExpandDims", "StopGradient")
_SATURATES = ("Softmax", "LogSoftmax", "Sigmoid")


def columns_of(output: Any) -> Any:
    """An output of a model as (n, columns) float32, before the softmax or sigmoid that makes it.

    The tensor is one of a graph that TensorFlow records. What is after such a function changes hardly where the model
    is sure, whatever is done to its units; what is before it does. An output that is no vector is one column: the sum
    over its positions of the largest value at each.
    """
    before = tf.cast(_before_end(output), tf.float32)
    if output.shape.rank == 1:
        return tf.reshape(before, (-1, 1))
    if output.shape.rank == 2:
        return tf.reshape(before, (-1, output.shape[-1]))
    largest = tf.reduce_max(before, axis=-1)
    return tf.reduce_sum(tf.reshape(largest, (tf.shape(output)[0], -1)), axis=1, keepdims=True)


def _before_end(output: Any) -> Any:
    tensor = output
    while tensor.op.type in _KEEPS_VALUES:
        tensor = tensor.op.inputs[0]
    return tensor.op.inputs[0] if tensor.op.type in _SATURATES else output
