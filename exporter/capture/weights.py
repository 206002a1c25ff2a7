"""The weights of a model by name, out and in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras, tf
from exporter.capture.reading import read_model
from exporter.models.errors import ModelError

Weights = Mapping[str, Any]
"""`<layer>/<variable>` to its values: an array, or a tensor, which need not be copied into one."""


def variables_of(model: keras.Model) -> dict[str, Any]:
    """`<layer>/<variable>` to Keras variable: each of `model.weights` exactly once, in the order of the layers."""
    return {
        f"{layer}/{name}": variable
        for layer, variables in read_model(model).variables.items()
        for name, variable in variables.items()
    }


def read_weights(model: keras.Model) -> dict[str, NDArray[Any]]:
    """A copy of every weight of a model, by `<layer>/<variable>`. bfloat16 becomes float32."""
    return {name: plain_array(variable) for name, variable in variables_of(model).items()}


def plain_array(values: Any) -> NDArray[Any]:
    """A copy of a tensor or variable as a numpy array of a dtype that numpy itself knows."""
    is_variable = isinstance(values, keras.Variable)
    array = np.array(seen_array(values)) if is_variable else np.asarray(keras.ops.convert_to_numpy(values))
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def held_tensor(variable: Any) -> Any:
    """What a Keras variable holds at this moment, also after the variable was given something else; no copy of it."""
    return tf.convert_to_tensor(variable.value)


def seen_array(values: Any) -> NDArray[Any]:
    """An array, a tensor or a Keras variable as a numpy array of a dtype that numpy itself knows.

    It looks at the memory where that is, and copies only bfloat16, which becomes float32: do not write to it.
    """
    array = np.asarray(held_tensor(values) if isinstance(values, keras.Variable) else values)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def assign_weights(model: keras.Model, weights: Weights) -> None:
    """Give a model these weights: arrays or tensors, taken one at a time.

    Raises
    ------
    ModelError
        names or shapes are not those of the model; then some of its weights may be new already.
    """
    variables = variables_of(model)
    if set(variables) != set(weights):
        odd = sorted(set(variables) ^ set(weights))[0]
        raise ModelError(
            "the weights are of another model",
            expected=f"{len(variables)} variables",
            got=f"{len(weights)}, {odd!r} differs",
        )
    for name, variable in variables.items():
        values = weights[name]
        if tuple(variable.shape) != tuple(values.shape):
            raise ModelError(
                f"the weights {name!r} are of another model", expected=tuple(variable.shape), got=tuple(values.shape)
            )
        variable.assign(values)


@contextmanager
def weights_as(model: keras.Model, weights: Weights) -> Iterator[None]:
    """The model has these weights inside the block, and its own again afterwards, whatever happens.

    Its own are kept where they are and not copied.
    """
    own = {name: (variable, held_tensor(variable)) for name, variable in variables_of(model).items()}
    try:
        assign_weights(model, weights)
        yield
    finally:
        for variable, tensor in own.values():
            variable.assign(tensor)
