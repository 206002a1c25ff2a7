"""What a layer is, and its settings that a viewer needs."""

from __future__ import annotations

from typing import Any

from exporter.backend import keras
from exporter.bundle.schema import Kind

_L = keras.layers

_CLASSES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("input", ("InputLayer",)),
    ("dense", ("Dense", "EinsumDense")),
    ("depthwise", ("DepthwiseConv1D", "DepthwiseConv2D")),
    ("conv", tuple(f"{how}{n}D" for how in ("Conv", "SeparableConv") for n in (1, 2, 3))),
    ("conv", tuple(f"Conv{n}DTranspose" for n in (1, 2, 3))),
    ("pool", tuple(f"{how}Pooling{n}D" for how in ("Max", "Average") for n in (1, 2, 3))),
    ("global_pool", tuple(f"Global{how}Pooling{n}D" for how in ("Max", "Average") for n in (1, 2, 3))),
    ("activation", ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")),
    (
        "normalisation",
        ("BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization",
         "SpectralNormalization", "Normalization", "Rescaling"),
    ),
    (
        "dropout",
        ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "AlphaDropout",
         "GaussianNoise", "ActivityRegularization"),
    ),
    ("flatten", ("Flatten",)),
    ("reshape", ("Reshape", "Permute", "RepeatVector")),
    ("padding", tuple(f"{how}{n}D" for how in ("ZeroPadding", "Cropping") for n in (1, 2, 3))),
    ("merge", ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")),
)  # fmt: skip
_KINDS = tuple((kind, tuple(getattr(_L, name) for name in names if hasattr(_L, name))) for kind, names in _CLASSES)
_ACTIVATION_LAYERS = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "PReLU": "prelu", "ELU": "elu", "Softmax": "softmax"}
_BARE_MERGES = {"Add", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate", "Divide"}
_BARE_ACTIVATIONS = {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Softmax": "softmax", "LogSoftmax": "log_softmax",
    "Tanh": "tanh", "Elu": "elu", "Selu": "selu", "Gelu": "gelu", "Silu": "silu", "LeakyRelu": "leaky_relu",
    "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "Softplus": "softplus", "Softsign": "softsign",
}  # fmt: skip


def kind_of(operation: Any, input_count: int = 1) -> Kind:
    """The kind of a layer, or of a bare operation with so many tensor arguments. What is not known is `other`."""
    for kind, classes in _KINDS:
        if isinstance(operation, classes):
            return kind
    name = type(operation).__name__
    if not isinstance(operation, _L.Layer):
        if name in _BARE_MERGES and input_count > 1:
            return "merge"
        if name in _BARE_ACTIVATIONS:
            return "activation"
    return "other"


def activation_of(operation: Any) -> str | None:
    """The name of the function that a layer applies to its result, or that an activation layer is; else `None`."""
    name = type(operation).__name__
    if not isinstance(operation, _L.Layer):
        return _BARE_ACTIVATIONS.get(name)
    if isinstance(operation, _L.ReLU) and operation.max_value == 6:
        return "relu6"
    for layer, activation in _ACTIVATION_LAYERS.items():
        if isinstance(operation, getattr(_L, layer)):
            return activation
    function = getattr(operation, "activation", None)
    if function is None:
        return None
    return str(getattr(function, "__name__", getattr(function, "name", type(function).__name__)))


def settings_of(operation: Any, kind: Kind, output_shape: tuple[int | None, ...]) -> dict[str, Any]:
    """The fields of `schema.Layer` that this layer has something to say about."""
    settings = {
        "activation": activation_of(operation),
        "kernel_size": _sizes(operation, "kernel_size") if kind in ("conv", "depthwise") else None,
        "strides": _sizes(operation, "strides") if kind in ("conv", "depthwise", "pool") else None,
        "dilation": _sizes(operation, "dilation_rate") if kind in ("conv", "depthwise") else None,
        "padding": _padding(operation, kind),
        "pool_size": _sizes(operation, "pool_size") if kind == "pool" else None,
        "filters": output_shape[-1] if kind in ("conv", "depthwise") and output_shape else None,
        "groups": getattr(operation, "groups", None) if kind == "conv" else None,
        "units": getattr(operation, "units", None) if kind == "dense" else None,
        "rate": _rate(operation) if kind == "dropout" else None,
        "mode": _mode(operation, kind),
    }
    return {name: value for name, value in settings.items() if value is not None}


def _sizes(operation: Any, name: str) -> tuple[int, ...] | None:
    value = getattr(operation, name, None)
    if value is None:
        return None
    return tuple(int(size) for size in (value if isinstance(value, list | tuple) else (value,)))


def _padding(operation: Any, kind: Kind) -> str | None:
    """`valid` or `same`; for a padding layer what is added before and after each axis, as `1,1;1,1`."""
    value = getattr(operation, "padding", getattr(operation, "cropping", None))
    if kind in ("conv", "depthwise", "pool"):
        return str(value)
    if kind != "padding" or not isinstance(value, list | tuple):
        return None
    axes = value if isinstance(value[0], list | tuple) else (value,)
    return ";".join(",".join(str(int(size)) for size in axis) for axis in axes)


def _rate(operation: Any) -> float | None:
    value = getattr(operation, "rate", getattr(operation, "stddev", None))
    return None if value is None else float(value)


def _mode(operation: Any, kind: Kind) -> str | None:
    name = type(operation).__name__
    if kind in ("pool", "global_pool"):
        return "max" if "Max" in name else "average"
    return name.lower() if kind == "merge" else None
