"""Dense layers: sums over channels of value times weight."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewer.forward.node import Array, Node


def dense(node: Node, inputs: Sequence[Array]) -> Array:
    """(1, ..., units): the last axis times the kernel, plus bias."""
    x = inputs[0]
    kernel = node.weight("kernel")
    made: Array = (x.reshape(-1, x.shape[-1]) @ kernel).reshape(*x.shape[:-1], kernel.shape[-1])
    return made + node.weight("bias") if node.has("bias") else made


def einsum_dense(node: Node, inputs: Sequence[Array]) -> Array:
    """What the layer's equation makes of the values and the kernel, plus bias."""
    equation = str(node.setting("equation"))
    made: Array = np.einsum(equation, inputs[0], node.weight("kernel"), optimize=True)
    return made + node.weight("bias") if node.has("bias") else made
