"""TensorFlow functions that tf.keras stored as layers, as operations of Keras 3."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from exporter.backend import keras
from exporter.models.errors import ModelError

ops = keras.ops


def _gelu(x: Any, approximate: bool = False) -> Any:
    return ops.gelu(x, approximate)


def _unit_length(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Any:
    return ops.multiply(x, ops.rsqrt(ops.maximum(ops.sum(ops.square(x), axis, True), epsilon)))


_TWO = ("x", "y")
_REDUCED = ("input_tensor", "axis", "keepdims")
_FUNCTIONS: Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "add": (ops.add, _TWO),
    "subtract": (ops.subtract, _TWO),
    "multiply": (ops.multiply, _TWO),
    "divide": (ops.divide, _TWO),
    "pow": (ops.power, _TWO),
    "maximum": (ops.maximum, _TWO),
    "minimum": (ops.minimum, _TWO),
    "matmul": (ops.matmul, ("a", "b")),
    "reduce_mean": (ops.mean, _REDUCED),
    "reduce_sum": (ops.sum, _REDUCED),
    "reduce_max": (ops.max, _REDUCED),
    "reduce_min": (ops.min, _REDUCED),
    "concat": (ops.concatenate, ("values", "axis")),
    "stack": (ops.stack, ("values", "axis")),
    "reshape": (ops.reshape, ("tensor", "shape")),
    "transpose": (ops.transpose, ("a", "perm")),
    "expand_dims": (ops.expand_dims, ("input", "axis")),
    "squeeze": (ops.squeeze, ("input", "axis")),
    "cast": (ops.cast, ("x", "dtype")),
    "clip_by_value": (ops.clip, ("t", "clip_value_min", "clip_value_max")),
    "leaky_relu": (ops.leaky_relu, ("features", "alpha")),
    "softmax": (ops.softmax, ("logits", "axis")),
    "gelu": (_gelu, ("features", "approximate")),
    "l2_normalize": (_unit_length, ("x", "axis", "epsilon")),
    "pad": (ops.pad, ("tensor", "paddings")),
    "tile": (ops.tile, ("input", "multiples")),
    "identity": (ops.stop_gradient, ("input",)),
    "stop_gradient": (ops.stop_gradient, ("input",)),
    "relu": (ops.relu, ("features",)),
    "relu6": (ops.relu6, ("features",)),
    "elu": (ops.elu, ("features",)),
    "selu": (ops.selu, ("features",)),
    "silu": (ops.silu, ("features",)),
    "softplus": (ops.softplus, ("features",)),
    "sigmoid": (ops.sigmoid, ("x",)),
    "tanh": (ops.tanh, ("x",)),
    "exp": (ops.exp, ("x",)),
    "log": (ops.log, ("x",)),
    "sqrt": (ops.sqrt, ("x",)),
    "rsqrt": (ops.rsqrt, ("x",)),
    "square": (ops.square, ("x",)),
    "abs": (ops.abs, ("x",)),
    "negative": (ops.negative, ("x",)),
    "sin": (ops.sin, ("x",)),
    "cos": (ops.cos, ("x",)),
    "round": (ops.round, ("x",)),
    "floor": (ops.floor, ("x",)),
}
"""TensorFlow's name to the operation of Keras, and TensorFlow's names of its arguments in Keras' order."""
_ALSO: Mapping[str, str] = {
    "truediv": "divide",
    "realdiv": "divide",
    "div": "divide",
    "sub": "subtract",
    "mul": "multiply",
    "swish": "silu",
    "neg": "negative",
}


def operation_of(function: str, layer: str) -> Callable[..., Any]:
    """What computes a TensorFlow function such as `math.multiply` with the arguments that tf.keras stored.

    Raises
    ------
    ModelError
        a function for which Keras has no operation; when called: arguments that the operation does not take.
    """
    short = function.rpartition(".")[2].lower()
    if short == "getitem":
        return lambda x, slice_spec: x[_index(slice_spec)]
    found = _FUNCTIONS.get(_ALSO.get(short, short))
    if found is None:
        raise ModelError(
            f"the layer {layer!r} calls the TensorFlow function {function!r}, for which Keras 3 has no layer",
            remedy="save the model with this part as a registered layer",
        )
    compute, names = found
    taken = dict(zip(names, inspect.signature(compute).parameters, strict=False))

    def call(*args: Any, **kwargs: Any) -> Any:
        stated = dict(zip(names, args, strict=False)) | kwargs
        stated = {key: value for key, value in stated.items() if key != "name" and value is not None}
        if len(args) > len(names) or not stated.keys() <= taken.keys():
            raise ModelError(f"the layer {layer!r} calls {function!r} in a way that is not known", got=sorted(stated))
        return compute(**{taken[key]: value for key, value in stated.items()})

    return call


def _index(slice_spec: Any) -> Any:
    """What stands between the brackets: numbers, slices, an ellipsis, new axes."""
    parts = slice_spec if isinstance(slice_spec, list) else [slice_spec]
    return tuple(_part(part) for part in parts)


def _part(part: Any) -> Any:
    if isinstance(part, dict) and "start" in part:
        return slice(part["start"], part["stop"], part["step"])
    if isinstance(part, dict):
        return Ellipsis
    return part
