"""What a model wants to be fed, and how many classes it tells apart."""

from __future__ import annotations

from exporter.backend import keras
from exporter.capture.reading import read_model
from exporter.inputs.samples import InputSpec
from exporter.models.errors import ModelError

_SCALES = ("Divide", "TrueDivide", "Multiply", "Subtract")
_PASSES_PICTURES_ON = ("ZeroPadding2D", "Resizing", "CenterCrop", "InputLayer", "Identity")


def input_specs(model: keras.Model) -> tuple[InputSpec, ...]:
    """What each input of the model takes, in order.

    Raises
    ------
    ModelError
        an input of texts or other things that are no numbers.
    """
    reading = read_model(model)
    fed = {call.name: call.outputs[0] for call in reading.calls if call.name in reading.inputs}
    for name, tensor in fed.items():
        if tensor.dtype == "string":
            raise ModelError(
                "the model takes texts",
                expected="numbers",
                got=f"the input {name!r}",
                remedy="export the part of it that comes after its text layer, and feed that the numbers of the words",
            )
    return tuple(InputSpec(name, fed[name].shape, fed[name].dtype) for name in reading.inputs)


def class_count(model: keras.Model) -> int | None:
    """How many classes the first output tells apart: its size where it is a vector, else `None`."""
    reading = read_model(model)
    first = reading.outputs[0]
    shape = next(call.outputs[first.output].shape for call in reading.calls if call.name == first.call)
    return shape[0] if len(shape) == 1 else None


def scales_pictures_itself(model: keras.Model) -> bool:
    """Whether the first thing that the model does is to rescale or normalise what it is fed."""
    reading = read_model(model)
    reached = {reading.inputs[0]}
    for call in reading.calls:
        if not any(source.call in reached for sources in call.arguments for source in sources):
            continue
        name = type(call.operation).__name__
        is_bare_scale = name in _SCALES and not call.is_layer and len(call.arguments) == 1  # x / 255
        if is_bare_scale or isinstance(call.operation, keras.layers.Rescaling | keras.layers.Normalization):
            return True
        if name in _PASSES_PICTURES_ON or name.startswith("Random"):
            reached.add(call.name)
    return False
