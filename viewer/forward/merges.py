"""Layers that make one of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np

from viewer.forward.node import Array, Node


def merged(join: Callable[[Array, Array], Array]) -> Callable[[Node, Sequence[Array]], Array]:
    """A rule that joins all inputs, two at a time, in their order."""

    def rule(node: Node, inputs: Sequence[Array]) -> Array:
        if len({x.ndim for x in inputs}) > 1:
            raise node.cannot("its inputs have different numbers of axes, which is not computed here")
        return reduce(join, inputs)

    return rule


def average(node: Node, inputs: Sequence[Array]) -> Array:
    """The mean of all inputs."""
    del node
    made: Array = reduce(np.add, inputs) / np.float32(len(inputs))
    return made


def concatenate(node: Node, inputs: Sequence[Array]) -> Array:
    """The inputs one after the other along an axis."""
    return np.concatenate(inputs, axis=node.axes("axis")[0])


def dot(node: Node, inputs: Sequence[Array]) -> Array:
    """Sums of products along one axis of each of two inputs; with `normalize`, of vectors of length 1."""
    one, other = inputs
    axes = node.axes("axes") * 2
    first, second = axes[0] % one.ndim, axes[1] % other.ndim
    if node.setting("normalize"):
        one, other = _of_length_one(one, first), _of_length_one(other, second)
    made: Array = np.tensordot(one[0], other[0], axes=(first - 1, second - 1))[None]
    return made.reshape(1, 1) if made.ndim == 1 else made


def _of_length_one(x: Array, axis: int) -> Array:
    made: Array = x / np.sqrt(np.maximum(np.square(x).sum(axis=axis, keepdims=True), np.float32(1e-12)))
    return made
