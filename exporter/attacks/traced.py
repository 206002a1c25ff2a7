"""Scores and logits of models that Keras has no graph of: what TensorFlow records when they run."""

from __future__ import annotations

from typing import Any

from exporter.attacks.contract import AttackError
from exporter.backend import keras, tf
from exporter.capture.reading import read_model
from exporter.capture.takes import input_specs

_KEEPS_VALUES = ("Identity", "Cast", "Reshape", "Squeeze", "ExpandDims", "StopGradient")
_ACTIVATIONS = ("Sigmoid", "Tanh", "Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Softplus", "Softsign", "LogSoftmax")


class TracedScores(keras.Model):
    """A model of the same weights that takes one tensor and puts out the first output of `model`."""

    def __init__(self, model: keras.Model) -> None:
        super().__init__(name=f"{model.name}_scores")
        self._model = model
        self._arrange = read_model(model).arrange

    def call(self, batch: Any) -> Any:
        """The first output for a batch."""
        args, kwargs = self._arrange([batch])
        return keras.tree.flatten(self._model(*args, **kwargs, training=False))[0]


class TracedLogits(TracedScores):
    """A model of the same weights and the same input that puts out logits, (n, classes).

    A softmax at the end is cut off: its input is taken from the graph that TensorFlow records. To make one for a model
    that ends in another activation raises `AttackError`.
    """

    def __init__(self, model: keras.Model) -> None:
        super().__init__(model)
        self._cut = tf.function(self._logits, autograph=False)
        (spec,) = input_specs(model)
        self._cut.get_concrete_function(tf.TensorSpec((None, *spec.shape), spec.dtype))

    def call(self, batch: Any) -> Any:
        """The logits for a batch."""
        return self._cut(batch)

    def _logits(self, batch: Any) -> Any:
        scores = super().call(batch)
        return tf.reshape(_before_softmax(scores), (-1, scores.shape[-1]))


def _before_softmax(scores: Any) -> Any:
    tensor = scores
    while tensor.op.type in _KEEPS_VALUES:
        tensor = tensor.op.inputs[0]
    if tensor.op.type == "Softmax":
        return tensor.op.inputs[0]
    if tensor.op.type in _ACTIVATIONS:
        raise AttackError(
            "the model cannot be attacked",
            expected="an end in softmax or in logits",
            got=f"{tensor.op.type.lower()!r} at its end",
        )
    return scores
