"""Arrays as Keras 1, 2 and the CuDNN layers kept them, turned to what Keras 3 keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.backend import keras

Array = NDArray[Any]


@dataclass(frozen=True)
class Origin:
    """Who stored some weights: Keras 1 or 2, on `tensorflow` or `theano`."""

    version: int
    backend: str = "tensorflow"


def fitted(layer: keras.layers.Layer, arrays: Sequence[Array], origin: Origin) -> list[Array]:
    """The arrays of one layer in the order, the axes and the direction of Keras 3.

    Keras 1 kept one array a gate, convolutions with channels first as (filters, channels, rows, columns) and
    one-dimensional kernels with an axis too many; Theano turned kernels by 180 degrees; CuDNN kept two biases and
    the gates' kernels transposed.
    """
    arrays = list(arrays)
    if isinstance(layer, keras.layers.LSTMCell | keras.layers.GRUCell):
        return _gates(layer, arrays)
    if isinstance(layer, _CONVOLUTIONS) and arrays:
        arrays[0] = _kernel(layer, arrays[0], origin)
    return arrays


_CONVOLUTIONS = (
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
    keras.layers.Conv2DTranspose,
)


def _gates(cell: Any, arrays: list[Array]) -> list[Array]:
    is_lstm = isinstance(cell, keras.layers.LSTMCell)
    n_gates = 4 if is_lstm else 3
    if len(arrays) == 3 * n_gates:
        order = (0, 2, 1, 3) if is_lstm else (0, 1, 2)  # input, forget, cell, output from input, cell, forget, output
        return [np.concatenate([arrays[3 * gate + part] for gate in order], axis=-1) for part in range(3)]
    if len(arrays) == 3 and arrays[2].shape == (2 * n_gates * cell.units,):
        kernel = _each_gate(arrays[0], n_gates, lambda gate: gate.T.reshape(gate.shape, order="F"))
        recurrent = _each_gate(arrays[1], n_gates, lambda gate: gate.T)
        biases = arrays[2].reshape(2, -1)
        return [kernel, recurrent, biases.sum(axis=0) if is_lstm else biases]
    return arrays


def _each_gate(kernel: Array, n_gates: int, turn: Callable[[Array], Array]) -> Array:
    return np.concatenate([turn(gate) for gate in np.split(kernel, n_gates, axis=1)], axis=1)


def _kernel(layer: Any, kernel: Array, origin: Origin) -> Array:
    if origin.version == 1:
        kernel = _kernel_of_keras_1(layer, kernel)
    if origin.backend == "theano":
        spatial = tuple(range(kernel.ndim - 2))
        kernel = np.flip(kernel, axis=spatial)
    return np.ascontiguousarray(kernel)


def _kernel_of_keras_1(layer: Any, kernel: Array) -> Array:
    is_transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    if isinstance(layer, keras.layers.Conv1D) and kernel.ndim == 4:
        if kernel.shape[:2] != (layer.kernel_size[0], 1) or kernel.shape[3] != layer.filters:
            kernel = kernel.transpose(2, 3, 1, 0)
        return kernel[:, 0]
    if layer.data_format == "channels_first":
        spatial = tuple(range(2, kernel.ndim))
        return kernel.transpose(*spatial, 0, 1) if is_transposed else kernel.transpose(*spatial, 1, 0)
    return kernel.transpose(0, 1, 3, 2) if is_transposed else kernel
