"""Activation functions by the names that Keras gives them, in float32 or float64 as their argument is."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from viewer.forward.node import Array, Node

_REACH, _STEPS = 9.0, 2**17
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


@cache
def _normal_table() -> tuple[Array, Array]:
    x = np.linspace(-_REACH, _REACH, _STEPS + 1)
    return x, np.array([0.5 * math.erfc(-each / math.sqrt(2)) for each in x])


def normal_below(x: Array) -> Array:
    """The share of a normal distribution below `x`, from a table: wrong by less than one part in a million."""
    places, shares = _normal_table()
    return np.interp(x, places, shares).astype(x.dtype, copy=False)


def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), without overflow."""
    e = np.exp(-np.abs(x))
    made: Array = np.where(x >= 0, 1, e) / (1 + e)
    return made


def softplus(x: Array) -> Array:
    """log(1 + e^x)."""
    made: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return made


def softmax(x: Array, axis: int | tuple[int, ...] = -1) -> Array:
    """e^x over its sum along an axis."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    made: Array = e / e.sum(axis=axis, keepdims=True)
    return made


def log_softmax(x: Array) -> Array:
    """The logarithm of `softmax` along the last axis."""
    down = x - x.max(axis=-1, keepdims=True)
    made: Array = down - np.log(np.exp(down).sum(axis=-1, keepdims=True))
    return made


def elu(x: Array, alpha: float = 1.0) -> Array:
    """X above 0, alpha (e^x - 1) below."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def leaky(x: Array, slope: float = 0.2) -> Array:
    """X above 0, slope times x below."""
    return np.where(x > 0, x, slope * x)


def gelu(x: Array) -> Array:
    """X times the share of a normal distribution below x (Hendrycks and Gimpel 2016, eq. 1)."""
    return x * normal_below(x)


def gelu_by_tanh(x: Array) -> Array:
    """`gelu` by its approximation with tanh (Hendrycks and Gimpel 2016, section 2)."""
    made: Array = 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return made


def hard_sigmoid(x: Array) -> Array:
    """X / 6 + 1/2 between 0 and 1, Keras 3's."""
    return np.clip(x / 6 + 0.5, 0, 1)


ELEMENTWISE: dict[str, Callable[[Array], Array]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": leaky,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "elu": elu,
    "selu": lambda x: _SELU_SCALE * elu(x, _SELU_ALPHA),
    "celu": elu,
    "gelu": gelu,
    "silu": lambda x: x * sigmoid(x),
    "swish": lambda x: x * sigmoid(x),
    "mish": lambda x: x * np.tanh(softplus(x)),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "exponential": np.exp,
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": lambda x: x * hard_sigmoid(x),
    "hard_swish": lambda x: x * hard_sigmoid(x),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "log_sigmoid": lambda x: -softplus(-x),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "squareplus": lambda x: (x + np.sqrt(x * x + 4)) / 2,
}
"""Those whose every result depends on one value only."""

ALONG_CHANNELS: dict[str, Callable[[Array], Array]] = {"softmax": softmax, "log_softmax": log_softmax}


def named(node: Node, name: str | None) -> Callable[[Array], Array]:
    """The function of this name; `None` is none. Raises `CannotError` for one that is not known."""
    if name is None:
        return ELEMENTWISE["linear"]
    found = ELEMENTWISE.get(name) or ALONG_CHANNELS.get(name)
    if found is None:
        raise node.cannot(f"its activation {name} is not known here")
    return found


def own_activation(node: Node, x: Array) -> Array:
    """`x` after the layer's own activation function."""
    return named(node, activation_name(node))(x)


def activation_name(node: Node) -> str:
    """The name of the layer's own function. Raises `CannotError` where it is code of the model's author."""
    if "activation" in node.layer.settings and node.layer.settings["activation"] is None:
        raise node.cannot(f"its activation {node.layer.activation or ''} is code of its own")
    return node.layer.activation or "linear"


def relu_layer(node: Node, x: Array) -> Array:
    """Keras' `ReLU` with slope, threshold and largest value."""
    slope, threshold, most = (node.setting(each) for each in ("negative_slope", "threshold", "max_value"))
    made = np.where(x >= threshold, x, slope * (x - threshold)) if slope or threshold else np.maximum(x, 0)
    return made if most is None else np.minimum(made, x.dtype.type(most))


def prelu_layer(node: Node, x: Array) -> Array:
    """X above 0, below it times a slope that was learned."""
    alpha = node.weight("alpha").astype(x.dtype, copy=False)
    made: Array = np.maximum(x, 0) + alpha * np.minimum(x, 0)
    return made


def leaky_layer(node: Node, x: Array) -> Array:
    """`leaky` with the layer's slope."""
    return leaky(x, node.setting("negative_slope"))


def elu_layer(node: Node, x: Array) -> Array:
    """`elu` with the layer's alpha."""
    return elu(x, node.setting("alpha"))


def softmax_layer(node: Node, x: Array) -> Array:
    """`softmax` along the layer's axes."""
    return softmax(x, node.axes("axis"))
