"""Layers in plain numpy, written from their definitions: a peer that shares no code with Keras or TensorFlow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def conv2d(x: Array, kernel: Array, bias: Array, *, same: bool = False, stride: int = 1) -> Array:
    """Cross-correlation of (n, H, W, C) with (h, w, C, F)."""
    height, width = kernel.shape[:2]
    if same:
        top, left = (height - 1) // 2, (width - 1) // 2
        x = np.pad(x, ((0, 0), (top, height - 1 - top), (left, width - 1 - left), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(1, 2))[:, ::stride, ::stride]
    return np.tensordot(windows, kernel, axes=((4, 5, 3), (0, 1, 2))) + bias


def max_pool(x: Array, size: int = 2) -> Array:
    """The largest of each window of `size` x `size`; what is left over at the edges is dropped."""
    n, height, width, channels = x.shape
    x = x[:, : height // size * size, : width // size * size]
    return x.reshape(n, height // size, size, width // size, size, channels).max(axis=(2, 4))


def dense(x: Array, kernel: Array, bias: Array) -> Array:
    return x @ kernel + bias


def relu(x: Array) -> Array:
    return np.maximum(x, 0.0)


def leaky_relu(x: Array, slope: float) -> Array:
    return np.where(x > 0, x, slope * x)


def softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


def hard_sigmoid(x: Array) -> Array:
    """That of Keras 1 and 2."""
    return np.clip(0.2 * x + 0.5, 0.0, 1.0)


def batch_norm(x: Array, gamma: Array, beta: Array, mean: Array, variance: Array, epsilon: float) -> Array:
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


def lstm(x: Array, kernel: Array, recurrent: Array, bias: Array, *, hard: bool = True) -> Array:
    """The last hidden state of (n, T, C); gates in the order input, forget, cell, output."""
    gate = hard_sigmoid if hard else sigmoid
    units = recurrent.shape[0]
    h = c = np.zeros((len(x), units))
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = gate(f) * c + gate(i) * np.tanh(g)
        h = gate(o) * np.tanh(c)
    return h


def gru(x: Array, kernel: Array, recurrent: Array, bias: Array) -> Array:
    """The last state of (n, T, C); gates update, reset, new; the state is reset before it is multiplied (Keras 1)."""
    units = recurrent.shape[0]
    h = np.zeros((len(x), units))
    for t in range(x.shape[1]):
        z, r, g = np.split(x[:, t] @ kernel + bias, 3, axis=1)
        z = hard_sigmoid(z + h @ recurrent[:, :units])
        r = hard_sigmoid(r + h @ recurrent[:, units : 2 * units])
        g = np.tanh(g + (r * h) @ recurrent[:, 2 * units :])
        h = z * h + (1 - z) * g
    return h
