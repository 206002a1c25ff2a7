"""Bare operations of Keras (`x * 2`, `ops.mean(x)`), which take constants beside what comes in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from viewer.forward.activations import gelu, gelu_by_tanh, leaky, softmax
from viewer.forward.node import Array, Node, numbers


def of_two(join: Callable[..., Array]) -> Callable[[Node, Sequence[Array]], Array]:
    """A rule for an operation on `x1` and `x2`, one of which may be a constant."""

    def rule(node: Node, inputs: Sequence[Array]) -> Array:
        waiting = list(inputs)
        given = [_given(node, name, waiting) for name in ("x1", "x2")]
        return np.asarray(join(*given), np.float32)

    return rule


def _given(node: Node, name: str, waiting: list[Array]) -> Any:
    if name in node.layer.settings:
        return np.array(node.setting(name), np.float32)
    if not waiting:
        raise node.cannot(f"the bundle does not tell its constant {name}")
    return waiting.pop(0)


def of_one(function: Callable[[Array], Array]) -> Callable[[Node, Sequence[Array]], Array]:
    """A rule for a function of each value."""

    def rule(node: Node, inputs: Sequence[Array]) -> Array:
        del node
        return function(inputs[0])

    return rule


def reduced(how: Callable[..., Array]) -> Callable[[Node, Sequence[Array]], Array]:
    """A rule for what makes one value of all along some axes."""

    def rule(node: Node, inputs: Sequence[Array]) -> Array:
        axes = node.axes("axis")
        if None in axes or 0 in axes:
            raise node.cannot("it goes over all samples of a batch")
        return how(inputs[0], axis=axes, keepdims=bool(node.setting("keepdims")))

    return rule


def reshape(node: Node, inputs: Sequence[Array]) -> Array:
    """The same values in another shape."""
    return inputs[0].reshape(numbers(node.setting("newshape")))


def transpose(node: Node, inputs: Sequence[Array]) -> Array:
    """The axes in another order."""
    return inputs[0].transpose(numbers(node.setting("axes")))


def squeeze(node: Node, inputs: Sequence[Array]) -> Array:
    """Without an axis of size 1."""
    return np.squeeze(inputs[0], axis=node.axes("axis"))


def expand_dims(node: Node, inputs: Sequence[Array]) -> Array:
    """With an axis of size 1 more."""
    return np.expand_dims(inputs[0], node.axes("axis"))


def stack(node: Node, inputs: Sequence[Array]) -> Array:
    """The inputs along a new axis."""
    return np.stack(inputs, axis=node.axes("axis")[0])


def get_item(node: Node, inputs: Sequence[Array]) -> Array:
    """A part: `x[key]`."""
    made: Array = inputs[0][tuple(_part(part) for part in str(node.setting("key")).split(", "))]
    return made


def _part(text: str) -> Any:
    if text == "...":
        return Ellipsis
    if text == "None":
        return None
    if ":" in text:
        return slice(*(int(end) if end else None for end in text.split(":")))
    return int(text)


def softmax_of(node: Node, inputs: Sequence[Array]) -> Array:
    """Softmax along an axis."""
    return softmax(inputs[0], node.axes("axis"))


def leaky_of(node: Node, inputs: Sequence[Array]) -> Array:
    """Leaky ReLU with the operation's slope."""
    return leaky(inputs[0], node.setting("negative_slope"))


def gelu_of(node: Node, inputs: Sequence[Array]) -> Array:
    """GELU, exact or by tanh."""
    return (gelu_by_tanh if node.setting("approximate") else gelu)(inputs[0])
