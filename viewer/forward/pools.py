"""Pools: the largest or the mean of each window, or of the whole map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from viewer.forward.node import Array, Node, numbers
from viewer.forward.windows import axes_of, padded, slices_of


def pool(node: Node, inputs: Sequence[Array]) -> Array:
    """(1, *spatial, channels): the largest or the mean of what lies in each window; padding counts for neither."""
    x, sizes = inputs[0], node.layer.pool_size or ()
    axes = axes_of(node, x.shape[1:-1], sizes)
    is_max = node.layer.mode == "max"
    wide = padded(x, axes, -np.inf if is_max else 0.0)
    join = np.maximum if is_max else np.add
    first, *rest = (part for _, part in slices_of(axes))
    out = np.array(wide[first])
    for part in rest:
        join(out, wide[part], out=out)
    if is_max:
        return out
    counts = np.ones((), np.float32)
    for axis in axes:
        inside = [np.count_nonzero((at >= 0) & (at < axis.size)) for at in map(axis.places, range(axis.count))]
        counts = counts[..., None] * np.array(inside, np.float32)
    return out / counts[None, ..., None]


def whole_pool(node: Node, inputs: Sequence[Array]) -> Array:
    """(1, channels): the largest or the mean of each channel; with `keepdims`, axes of size 1 between."""
    x = inputs[0]
    if node.option("data_format", "channels_last") != "channels_last":
        raise node.cannot("channels are its first axis, which is not computed here")
    how = np.max if node.layer.mode == "max" else np.mean
    made: Array = how(x, axis=tuple(range(1, x.ndim - 1)), keepdims=bool(node.option("keepdims", False)))
    return made


def adaptive_pool(node: Node, inputs: Sequence[Array]) -> Array:
    """(1, *sizes, channels): the largest or the mean of as many parts of the map, which overlap where they must."""
    x = inputs[0]
    sizes = numbers(node.setting("output_size"))
    sizes = sizes * (x.ndim - 2) if len(sizes) == 1 else sizes
    how = np.max if node.layer.mode == "max" else np.mean
    for axis, size in enumerate(sizes, start=1):
        n = x.shape[axis]
        ends = [(at * n // size, -(-(at + 1) * n // size)) for at in range(size)]
        x = np.stack([how(x.take(range(*end), axis=axis), axis=axis) for end in ends], axis=axis)
    return x
