"""What computes the result of a container after its last layer: a bare operation, named as Keras names it."""

from __future__ import annotations

from functools import cache
from typing import Any

from exporter.backend import keras

_NAMES = {
    "AddV2": "Add", "AddN": "Add", "Add": "Add", "Sub": "Subtract", "Mul": "Multiply", "RealDiv": "Divide",
    "Maximum": "Maximum", "Minimum": "Minimum", "ConcatV2": "Concatenate", "MatMul": "Matmul",
    "BatchMatMulV2": "Matmul",
    "Relu": "Relu", "Relu6": "Relu6", "LeakyRelu": "LeakyRelu", "Elu": "Elu", "Selu": "Selu", "Sigmoid": "Sigmoid",
    "Tanh": "Tanh", "Softplus": "Softplus", "Softsign": "Softsign", "Softmax": "Softmax", "LogSoftmax": "LogSoftmax",
    "Reshape": "Reshape", "Transpose": "Transpose", "Squeeze": "Squeeze", "ExpandDims": "ExpandDims", "Pack": "Stack",
    "StridedSlice": "GetItem", "Mean": "Mean", "Max": "Max", "Sum": "Sum", "Exp": "Exp", "Pad": "Pad", "PadV2": "Pad",
    "Rsqrt": "Rsqrt", "Sqrt": "Sqrt", "Square": "Square",
}  # fmt: skip


@cache
def bare_operation(tensorflow_type: str) -> Any:
    """An operation of the class that Keras has for a type of TensorFlow operation; `None`: of none that is known.

    It computes nothing. It is told apart by its class name, as Keras' own bare operations are.
    """
    name = _NAMES.get(tensorflow_type)
    return None if name is None else type(name, (keras.Operation,), {})()
