"""What a model wants to be fed, and how many classes it tells apart."""

from __future__ import annotations

from exporter.backend import keras
from exporter.capture.calls import Call, calls_of, functional_of
from exporter.inputs.samples import InputSpec
from exporter.models.errors import ModelError

_PASSES_PICTURES_ON = ("ZeroPadding2D", "Resizing", "CenterCrop", "InputLayer", "Identity")


def input_specs(model: keras.Model) -> tuple[InputSpec, ...]:
    """What each input of the model takes, in order.

    Raises
    ------
    ModelError
        an input of texts or other things that are no numbers.
    """
    specs = []
    for tensor in functional_of(model).inputs:
        dtype = keras.backend.standardize_dtype(tensor.dtype)
        if dtype == "string":
            raise ModelError("the model takes texts", expected="numbers", got=f"the input {tensor.name!r}")
        specs.append(InputSpec(tensor._keras_history.operation.name, tuple(tensor.shape[1:]), dtype))
    return tuple(specs)


def class_count(model: keras.Model) -> int | None:
    """How many classes the first output tells apart: its size where it is a vector, else `None`."""
    shape = functional_of(model).outputs[0].shape
    return shape[1] if len(shape) == 2 else None


def scales_pictures_itself(model: keras.Model) -> bool:
    """Whether the first thing that the model does is to rescale or normalise what it is fed."""
    calls = calls_of(model)
    first = functional_of(model).inputs[0]
    return any(_scales(call, calls) for call in calls if any(tensor is first for tensor in call.node.input_tensors))


def _scales(call: Call, calls: tuple[Call, ...]) -> bool:
    operation = call.operation
    if isinstance(operation, keras.layers.Rescaling | keras.layers.Normalization):
        return True
    if isinstance(operation, keras.Model):
        return scales_pictures_itself(operation)
    name = type(operation).__name__
    if name not in _PASSES_PICTURES_ON and not name.startswith("Random"):
        return False
    outputs = call.node.output_tensors
    following = (c for c in calls if any(tensor is out for tensor in c.node.input_tensors for out in outputs))
    return any(_scales(each, calls) for each in following)
