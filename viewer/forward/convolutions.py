"""Convolutions as Keras computes them: plain, grouped, depthwise, separable, transposed, in one to three dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np

from viewer.forward.node import Array, Node
from viewer.forward.windows import Axis, axes_of, axis_of, padded, slices_of, windows_of

_BLOCK_BYTES = 8 * 2**20
"""How much of the windows is laid out at once."""


def convolution(node: Node, inputs: Sequence[Array]) -> Array:
    """(1, *spatial, filters): each filter's sum over its window of value times weight, plus bias; groups apart."""
    x, kernel = inputs[0], node.weight("kernel")
    axes = axes_of(node, x.shape[1:-1], kernel.shape[:-2])
    groups = x.shape[-1] // kernel.shape[-2]
    x = padded(x, axes)
    parts = zip(np.split(x, groups, axis=-1), np.split(kernel, groups, axis=-1), strict=True)
    made = [_one_group(values, weights, axes) for values, weights in parts]
    return _plus_bias(node, made[0] if groups == 1 else np.concatenate(made, axis=-1))


def _one_group(x: Array, kernel: Array, axes: Sequence[Axis]) -> Array:
    """The sums over windows as products of matrices, a few rows of windows at a time."""
    filters = kernel.shape[-1]
    weights = kernel.reshape(-1, filters)
    counts = tuple(axis.count for axis in axes)
    out = np.empty((1, *counts, filters), np.float32)
    windows = windows_of(x, axes)
    row_bytes = max(4 * len(weights) * math.prod(counts[1:]), 1)
    rows = max(_BLOCK_BYTES // row_bytes, 1)
    for start in range(0, counts[0], rows):
        block = windows[start : start + rows]
        out[0, start : start + rows] = (block.reshape(-1, len(weights)) @ weights).reshape(-1, *counts[1:], filters)
    return out


def depthwise(node: Node, inputs: Sequence[Array]) -> Array:
    """(1, *spatial, channels * multiplier): each channel convolved by itself, plus bias."""
    kernel = node.weight("kernel")
    return _plus_bias(node, _each_channel(node, inputs[0], kernel))


def _each_channel(node: Node, x: Array, kernel: Array) -> Array:
    axes = axes_of(node, x.shape[1:-1], kernel.shape[:-2])
    x, counts = padded(x, axes), tuple(axis.count for axis in axes)
    multiplier = kernel.shape[-1]
    if multiplier > 1:
        x, kernel = np.repeat(x, multiplier, axis=-1), kernel.reshape(*kernel.shape[:-2], -1, 1)
    out = np.zeros((1, *counts, x.shape[-1]), np.float32)
    product_of = np.empty_like(out)
    for tap, part in slices_of(axes):
        np.multiply(x[part], kernel[tap][:, 0], out=product_of)
        out += product_of
    return out


def separable(node: Node, inputs: Sequence[Array]) -> Array:
    """(1, *spatial, filters): each channel convolved by itself, then a sum over channels, plus bias."""
    between = _each_channel(node, inputs[0], node.weight("depthwise_kernel"))
    pointwise = node.weight("pointwise_kernel")
    return _plus_bias(node, between @ pointwise.reshape(pointwise.shape[-2:]))


def transposed(node: Node, inputs: Sequence[Array]) -> Array:
    """(1, *spatial, filters): each value puts the kernel, times itself, where a convolution would have read it from."""
    x, kernel = inputs[0], node.weight("kernel")  # (*taps, filters, channels)
    axes = transposed_axes(node, x.shape[1:-1], kernel.shape[:-2])
    reach = [_written(n, axis) for n, axis in zip(x.shape[1:-1], axes, strict=True)]
    out = np.zeros((1, *reach, kernel.shape[-2]), np.float32)
    for tap in product(*(range(axis.taps) for axis in axes)):
        starts = [at * axis.dilation for at, axis in zip(tap, axes, strict=True)]
        places = zip(starts, x.shape[1:-1], axes, strict=True)
        part = tuple(slice(at, at + (n - 1) * axis.stride + 1, axis.stride) for at, n, axis in places)
        out[(slice(None), *part)] += x @ kernel[tap].T
    kept = tuple(slice(axis.before, axis.before + axis.size) for axis in axes)
    return _plus_bias(node, out[(slice(None), *kept)])


def _written(count: int, axis: Axis) -> int:
    """How far what is written along an axis, and what is kept of it, goes."""
    reach = (count - 1) * axis.stride + (axis.taps - 1) * axis.dilation + 1
    return max(reach, axis.before + axis.size)


def transposed_axes(node: Node, sizes: Sequence[int], taps: Sequence[int]) -> tuple[Axis, ...]:
    """Along each axis, the windows of the convolution that goes the other way; `size` is that of the result."""
    ones = (1,) * len(taps)
    strides, dilation = node.layer.strides or ones, node.layer.dilation or ones
    given = node.option("output_padding", None)
    extra = (given if isinstance(given, tuple) else (given,) * len(taps)) if given is not None else (None,) * len(taps)
    parts = zip(sizes, taps, strides, dilation, extra, strict=True)
    return tuple(_transposed_axis(*each, node.layer.padding or "valid") for each in parts)


def _transposed_axis(count: int, taps: int, stride: int, dilation: int, extra: int | None, padding: str) -> Axis:
    reach = (taps - 1) * dilation + 1
    if extra is not None:
        trimmed = 2 * (reach // 2) if padding == "same" else 0
        size = (count - 1) * stride + reach - trimmed + extra
    else:
        size = count * stride + (max(reach - stride, 0) if padding == "valid" else 0)
    before = axis_of(size, taps, stride, dilation, padding).before if padding == "same" else 0
    return Axis(size, taps, stride, dilation, before, count)


def _plus_bias(node: Node, values: Array) -> Array:
    if node.has("bias"):
        values += node.weight("bias")
    return values
