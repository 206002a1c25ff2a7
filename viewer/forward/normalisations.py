"""Normalisations, in inference mode: values brought to a mean and a spread."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from viewer.forward.node import Array, Node


def scale_and_shift(node: Node) -> tuple[Array, Array]:
    """What batch normalisation multiplies each channel with, and what it adds then, in float64.

    gamma / sqrt(variance + epsilon), and beta - mean times that (Ioffe and Szegedy 2015, algorithm 2).
    """
    mean, variance = (node.weight(name).astype(np.float64) for name in ("moving_mean", "moving_variance"))
    gamma = node.weight("gamma").astype(np.float64) if node.has("gamma") else np.ones_like(mean)
    beta = node.weight("beta").astype(np.float64) if node.has("beta") else np.zeros_like(mean)
    factor = gamma / np.sqrt(variance + node.setting("epsilon"))
    return factor, beta - mean * factor


def batch_normalisation(node: Node, inputs: Sequence[Array]) -> Array:
    """Each channel by the mean and variance that were learned."""
    x = inputs[0]
    (axis,) = node.axes("axis")
    made: Array = x * along(scale_and_shift(node)[0], x.ndim, axis)
    made += along(scale_and_shift(node)[1], x.ndim, axis)
    return made


def along(values: Array, rank: int, axis: int) -> Array:
    """A vector as float32 so that it lies along `axis` of an array of `rank` axes."""
    shape = [1] * rank
    shape[axis] = values.size
    return values.astype(np.float32).reshape(shape)


def layer_normalisation(node: Node, inputs: Sequence[Array]) -> Array:
    """Each sample by its own mean and variance over the layer's axes (Ba et al. 2016, eq. 4)."""
    x = inputs[0]
    axes = tuple(sorted(axis % x.ndim for axis in node.axes("axis")))
    variance = x.var(axis=axes, keepdims=True)
    mean = 0 if node.option("rms_scaling", False) else x.mean(axis=axes, keepdims=True)
    made = (x - mean) / np.sqrt(variance + node.setting("epsilon"))
    shape = [size if place in axes else 1 for place, size in enumerate(x.shape)]
    return _dressed(node, made.astype(np.float32), shape)


def rms_normalisation(node: Node, inputs: Sequence[Array]) -> Array:
    """Values over the root of their mean square, times a scale (Zhang and Sennrich 2019, eq. 4)."""
    x = inputs[0]
    axes = tuple(sorted(axis % x.ndim for axis in node.axes("axis")))
    shape = [size if place in axes else 1 for place, size in enumerate(x.shape)]
    mean_square = np.square(x).mean(axis=axes, keepdims=True)
    made: Array = x / np.sqrt(mean_square + node.setting("epsilon")) * node.weight("scale").reshape(shape)
    return made


def group_normalisation(node: Node, inputs: Sequence[Array]) -> Array:
    """Each group of channels by its own mean and variance (Wu and He 2018, eq. 7)."""
    x = inputs[0]
    if node.axes("axis")[0] % x.ndim != x.ndim - 1:
        raise node.cannot("it groups along another axis than the last, which is not computed here")
    count = x.shape[-1] if node.setting("groups") == -1 else node.setting("groups")
    parts = x.reshape(*x.shape[:-1], count, -1)
    axes = (*range(1, x.ndim - 1), x.ndim)
    mean, variance = parts.mean(axis=axes, keepdims=True), parts.var(axis=axes, keepdims=True)
    made = (parts - mean) / np.sqrt(variance + node.setting("epsilon"))
    return _dressed(node, made.astype(np.float32).reshape(x.shape), x.shape[-1:])


def _dressed(node: Node, values: Array, shape: Sequence[int]) -> Array:
    """Values times gamma plus beta, so far as the layer has them."""
    if node.has("gamma"):
        values = values * node.weight("gamma").reshape(shape)
    return values + node.weight("beta").reshape(shape) if node.has("beta") else values


def unit_normalisation(node: Node, inputs: Sequence[Array]) -> Array:
    """Values over the root of the sum of their squares."""
    x = inputs[0]
    squares = np.square(x).sum(axis=node.axes("axis"), keepdims=True)
    made: Array = x / np.sqrt(np.maximum(squares, 1e-12**2))
    return made


def normalisation(node: Node, inputs: Sequence[Array]) -> Array:
    """Values less a mean, over the root of a variance; `invert`: the way back."""
    x = inputs[0]
    axes = [axis % x.ndim for axis in node.axes("axis") if axis is not None]
    shape = [size if place in axes else 1 for place, size in enumerate(x.shape)]
    mean, variance = (np.array(node.setting(name), np.float32) for name in ("mean", "variance"))
    if mean.size != math.prod(shape):
        raise node.cannot("its mean has another shape than its input")
    mean, root = mean.reshape(shape), np.maximum(np.sqrt(variance).reshape(shape), np.float32(1e-7))
    made: Array = mean + x * root if node.setting("invert") else (x - mean) / root
    return made


def layer_scale(node: Node, inputs: Sequence[Array]) -> Array:
    """Each channel times a number that was learned: ConvNeXt's."""
    made: Array = inputs[0] * node.weight("gamma")
    return made


def rescaling(node: Node, inputs: Sequence[Array]) -> Array:
    """Values times a scale, plus an offset."""
    scale, offset = (np.array(node.setting(name), np.float32) for name in ("scale", "offset"))
    made: Array = inputs[0] * scale + offset
    return made
