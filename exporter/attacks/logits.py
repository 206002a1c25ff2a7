"""A model's logits: what it puts out before the softmax that it ends in."""

from __future__ import annotations

from typing import Any

from exporter.attacks.contract import AttackError
from exporter.attacks.traced import TracedLogits, TracedScores
from exporter.backend import keras
from exporter.capture.functional import functional_of
from exporter.capture.hooks import has_call_of_keras
from exporter.capture.reading import read_model

_KEEPS_VALUES = (keras.layers.Flatten, keras.layers.Reshape, keras.layers.Dropout, keras.layers.Identity)


def scores_model(model: keras.Model) -> keras.Model:
    """A model of the same weights that takes one tensor and puts out the first output of `model`."""
    functional = functional_of(model)
    if functional is None:
        return TracedScores(model)
    return keras.Model(functional.inputs[0], functional.outputs[0])


def logits_model(model: keras.Model) -> keras.Model:
    """A model of the same weights and the same input that puts out logits, (n, classes).

    A softmax at the end is cut off, whether it is the activation of the last layer, a layer of its own, the end of a
    model inside the model or of a class with its own `call`. A model that ends in a linear layer puts out logits
    already.

    Raises
    ------
    AttackError
        several inputs; an output that is no vector of at least two scores; another activation at the end (sigmoid,
        ...), after which scores are no logits and have no softmax to cut.
    """
    _check_ends(model)
    functional = functional_of(model)
    if functional is None or _ends_in_a_class(functional):
        return TracedLogits(model)
    output = functional.outputs[0]
    return keras.Model(functional.inputs[0], keras.ops.reshape(_before_softmax(output), (-1, output.shape[1])))


def _check_ends(model: keras.Model) -> None:
    reading = read_model(model)
    first = reading.outputs[0]
    shape = next(call.outputs[first.output].shape for call in reading.calls if call.name == first.call)
    if len(reading.inputs) != 1:
        raise AttackError("the model cannot be attacked", expected="one input", got=f"{len(reading.inputs)} inputs")
    if len(shape) != 1 or (shape[0] or 0) < 2:
        raise AttackError(
            "the model cannot be attacked", expected="one vector of at least two scores", got=f"an output {shape}"
        )


def _ends_in_a_class(functional: Any) -> bool:
    """Whether the last thing that is called, but for what keeps values, is code of the model's author."""
    operation, node_index, _ = functional.outputs[0]._keras_history
    while isinstance(operation, _KEEPS_VALUES):
        operation, node_index, _ = operation._inbound_nodes[node_index].input_tensors[0]._keras_history
    inner = functional_of(operation)
    return _ends_in_a_class(inner) if inner is not None else not has_call_of_keras(operation)


def _before_softmax(tensor: Any) -> Any:
    operation, node_index, _ = tensor._keras_history
    node = operation._inbound_nodes[node_index]
    if isinstance(operation, _KEEPS_VALUES) or _activation_name(operation, keras.layers.Activation) == "linear":
        return _before_softmax(node.input_tensors[0])
    is_softmax_layer = isinstance(operation, keras.layers.Softmax) or type(operation).__name__ == "Softmax"
    if is_softmax_layer or _activation_name(operation, keras.layers.Activation) == "softmax":
        return node.input_tensors[0]
    if isinstance(operation, keras.Model):
        return logits_model(operation)(node.input_tensors[0])
    activation = _activation_name(operation, keras.layers.Layer)
    if activation in (None, "linear"):
        return tensor
    if activation == "softmax":
        return _linear_copy(operation)(*node.input_tensors)
    raise AttackError(
        "the model cannot be attacked",
        expected="an end in softmax or in logits",
        got=f"{activation!r} at {operation.name!r}",
    )


def _activation_name(operation: Any, kind: Any) -> str | None:
    function = getattr(operation, "activation", None) if isinstance(operation, kind) else None
    return None if function is None else str(getattr(function, "__name__", type(function).__name__))


def _linear_copy(layer: Any) -> Any:
    """A layer with the same weights that applies no activation."""
    copy = layer.__class__.from_config({**layer.get_config(), "activation": "linear"})
    copy.build(*(tensor.shape for tensor in layer._inbound_nodes[0].input_tensors))
    copy.set_weights(layer.get_weights())
    return copy
