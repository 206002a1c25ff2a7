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
    ("conv", tuple(f"{how}Conv{n}D" for how in ("", "Separable") for n in (1, 2, 3))),
    ("conv", tuple(f"Conv{n}DTranspose" for n in (1, 2, 3))),
    ("pool", tuple(f"{how}Pooling{n}D" for how in ("Max", "Average") for n in (1, 2, 3))),
    ("pool", tuple(f"Adaptive{how}Pooling{n}D" for how in ("Max", "Average") for n in (1, 2, 3))),
    ("global_pool", tuple(f"Global{how}Pooling{n}D" for how in ("Max", "Average") for n in (1, 2, 3))),
    ("activation", ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")),
    (
        "normalisation",
        ("BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization", "RMSNormalization",
         "Normalization", "Rescaling"),
    ),
    (
        "dropout",
        ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "AlphaDropout",
         "GaussianNoise", "ActivityRegularization"),
    ),
    ("flatten", ("Flatten",)),
    ("reshape", ("Reshape", "Permute", "RepeatVector")),
    ("padding", tuple(f"{how}{n}D" for how in ("ZeroPadding", "Cropping") for n in (1, 2, 3))),
    ("resize", ("UpSampling1D", "UpSampling2D", "UpSampling3D", "Resizing", "CenterCrop")),
    ("merge", ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")),
    ("attention", ("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention")),
    (
        "recurrent",
        ("RNN", "SimpleRNN", "GRU", "LSTM", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "SimpleRNNCell",
         "GRUCell", "LSTMCell", "StackedRNNCells"),
    ),
    ("embedding", ("Embedding", "ReversibleEmbedding")),
    (
        "preprocessing",
        ("AugMix", "AutoContrast", "CategoryEncoding", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix",
         "Discretization", "Equalization", "HashedCrossing", "Hashing", "IntegerLookup", "MaxNumBoundingBoxes",
         "MelSpectrogram", "MixUp", "Pipeline", "RandAugment", "RandomBrightness", "RandomColorDegeneration",
         "RandomColorJitter", "RandomContrast", "RandomCrop", "RandomElasticTransform", "RandomErasing", "RandomFlip",
         "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective",
         "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear",
         "RandomTranslation", "RandomZoom", "STFTSpectrogram", "Solarization", "StringLookup", "TextVectorization"),
    ),
)  # fmt: skip
OTHERS = frozenset(
    ("Identity", "Lambda", "Masking", "Layer", "Wrapper", "TFSMLayer", "FlaxLayer", "JaxLayer", "TorchModuleWrapper")
)
"""Layers of Keras that are `other` on purpose: they may be anything, or leave the values as they are."""

_KINDS = tuple((kind, tuple(getattr(_L, name) for name in names if hasattr(_L, name))) for kind, names in _CLASSES)
_TAKE_AFTER_THEIR_LAYER = (_L.TimeDistributed, _L.SpectralNormalization)
_ACTIVATION_LAYERS = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "PReLU": "prelu", "ELU": "elu", "Softmax": "softmax"}
_BARE: dict[Kind, frozenset[str]] = {
    "conv": frozenset(("Conv", "ConvTranspose", "SeparableConv")),
    "depthwise": frozenset(("DepthwiseConv",)),
    "pool": frozenset(("MaxPool", "AveragePool", "AdaptiveMaxPool", "AdaptiveAveragePool")),
    "global_pool": frozenset(
        ("Mean", "Max", "Amax", "Min", "Amin", "Sum", "Prod", "Median", "Logsumexp", "Var", "Std")
    ),
    "normalisation": frozenset(("BatchNorm", "LayerNorm", "RMSNorm", "Normalize")),
    "attention": frozenset(("DotProductAttention",)),
    "flatten": frozenset(("Ravel",)),
    "reshape": frozenset(
        ("Reshape", "Transpose", "Squeeze", "ExpandDims", "Swapaxes", "Moveaxis", "GetItem", "Slice", "Split",
         "Unstack", "Take", "TakeAlongAxis", "Flip", "Fliplr", "Flipud", "Roll", "Rot90", "Repeat", "Tile",
         "BroadcastTo", "Copy", "Cast", "SaturateCast", "ConvertToTensor", "StopGradient", "DepthToSpace",
         "SpaceToDepth", "ExtractPatches", "Unfold", "Fold", "Diagonal", "ArraySplit", "Hsplit", "Vsplit",
         "Dsplit")
    ),
    "padding": frozenset(("Pad", "PadImages", "CropImages")),
    "resize": frozenset(("Resize", "ScaleAndTranslate")),
    "preprocessing": frozenset(
        ("OneHot", "MultiHot", "RGBToGrayscale", "RGBToHSV", "HSVToRGB", "AffineTransform", "PerspectiveTransform",
         "GaussianBlur", "ElasticTransform", "STFT", "ISTFT", "FFT", "FFT2", "RFFT")
    ),
}  # fmt: skip
_BARE_MERGES = {
    "Add", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate", "Divide", "TrueDivide", "Average", "Power",
    "Matmul", "Dot", "Einsum", "Tensordot", "Inner", "Outer", "Stack", "Hstack", "Vstack", "Dstack", "Append", "Where",
    "LogicalAnd", "LogicalOr", "LogicalXor",
}  # fmt: skip
_BARE_ACTIVATIONS = {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Softmax": "softmax", "LogSoftmax": "log_softmax",
    "Tanh": "tanh", "Elu": "elu", "Selu": "selu", "Gelu": "gelu", "Silu": "silu", "LeakyRelu": "leaky_relu",
    "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "Softplus": "softplus", "Softsign": "softsign",
    "Celu": "celu", "Glu": "glu", "HardTanh": "hard_tanh", "HardShrink": "hard_shrink", "LogSigmoid": "log_sigmoid",
    "SoftShrink": "soft_shrink", "SparsePlus": "sparse_plus", "SparseSigmoid": "sparse_sigmoid",
    "Sparsemax": "sparsemax", "Squareplus": "squareplus", "TanhShrink": "tanh_shrink", "Threshold": "threshold",
}  # fmt: skip


def kind_of(operation: Any, input_count: int = 1) -> Kind:
    """The kind of a layer, or of a bare operation with so many tensor arguments. What is not known is `other`.

    `TimeDistributed` and `SpectralNormalization` take after the layer that they wrap.
    """
    if isinstance(operation, _TAKE_AFTER_THEIR_LAYER):
        return kind_of(operation.layer, input_count)
    if not isinstance(operation, _L.Layer):
        return _kind_of_bare(type(operation).__name__, input_count)
    for kind, classes in _KINDS:
        if isinstance(operation, classes):
            return kind
    return "preprocessing" if isinstance(operation, keras.utils.FeatureSpace) else "other"


def _kind_of_bare(name: str, input_count: int) -> Kind:
    if name in _BARE_MERGES:
        return "merge" if input_count > 1 else "other"
    if name in _BARE_ACTIVATIONS:
        return "activation"
    return next((kind for kind, names in _BARE.items() if name in names), "other")


def activation_of(operation: Any) -> str | None:
    """The name of the function that a layer applies to its result, or that an activation layer is; else `None`."""
    name = type(operation).__name__
    if not isinstance(operation, _L.Layer):
        return _BARE_ACTIVATIONS.get(name)
    if isinstance(operation, (*_TAKE_AFTER_THEIR_LAYER, _L.Bidirectional)):
        return activation_of(getattr(operation, "forward_layer", None) or operation.layer)
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
    activation = activation_of(operation)
    if isinstance(operation, _TAKE_AFTER_THEIR_LAYER):
        operation = operation.layer
    convolves = kind in ("conv", "depthwise") or (kind == "recurrent" and hasattr(operation, "kernel_size"))
    settings = {
        "activation": activation,
        "kernel_size": _sizes(operation, "kernel_size") if convolves else None,
        "strides": _sizes(operation, "strides") if convolves or kind == "pool" else None,
        "dilation": _sizes(operation, "dilation_rate") if convolves else None,
        "padding": _padding(operation, kind, convolves),
        "pool_size": _sizes(operation, "pool_size") if kind == "pool" else None,
        "filters": output_shape[-1] if convolves and output_shape else None,
        "groups": getattr(operation, "groups", None) if kind == "conv" else None,
        "units": _units(operation, kind),
        "rate": _rate(operation) if kind == "dropout" else None,
        "mode": _mode(operation, kind),
    }
    return {name: value for name, value in settings.items() if value is not None}


def _units(operation: Any, kind: Kind) -> int | None:
    """Units of a dense or recurrent layer, of one direction; how long the vectors of an embedding are."""
    if kind == "embedding":
        return int(operation.output_dim)
    if kind not in ("dense", "recurrent"):
        return None
    layer = getattr(operation, "forward_layer", operation)
    cell = getattr(layer, "cell", layer)
    cells = getattr(cell, "cells", None) or [cell]
    units = getattr(cells[-1], "units", getattr(layer, "units", None))
    return None if units is None else int(units)


def _sizes(operation: Any, name: str) -> tuple[int, ...] | None:
    value = getattr(operation, name, None)
    if value is None:
        return None
    return tuple(int(size) for size in (value if isinstance(value, list | tuple) else (value,)))


def _padding(operation: Any, kind: Kind, convolves: bool) -> str | None:
    """`valid` or `same`; for a padding layer what is added before and after each axis, as `1,1;1,1`."""
    value = getattr(operation, "padding", getattr(operation, "cropping", None))
    if convolves or kind == "pool":
        return None if value is None else str(value)
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
        return _how_it_pools(name)
    if kind == "padding":
        return "cropping" if "Crop" in name else "zeros" if "Zero" in name else getattr(operation, "mode", None)
    if kind == "resize":
        return "crop" if name == "CenterCrop" else getattr(operation, "interpolation", None)
    if kind == "attention":
        return _heads(operation)
    if kind == "recurrent":
        return _directions(operation)
    return name.lower() if kind == "merge" else None


def _how_it_pools(name: str) -> str:
    if "Max" in name or name == "Amax":
        return "max"
    return "average" if "Average" in name or name == "Mean" else name.lower()


def _heads(operation: Any) -> str | None:
    """`8 heads of 64`, `8 heads of 64 on 2 keys`; for attention without heads how it scores: `dot`, `additive`."""
    if isinstance(operation, _L.AdditiveAttention):
        return "additive"
    if isinstance(operation, _L.Attention):
        return str(operation.score_mode)
    if isinstance(operation, _L.MultiHeadAttention):
        return _counted_heads(operation.num_heads, operation.key_dim)
    if not hasattr(operation, "num_query_heads"):
        return None
    groups = operation.num_key_value_heads
    return f"{_counted_heads(operation.num_query_heads, operation.head_dim)} on {groups} key{'s' * (groups != 1)}"


def _counted_heads(count: int, size: int) -> str:
    return f"{count} head{'s' * (count != 1)} of {size}"


def _directions(operation: Any) -> str | None:
    if isinstance(operation, _L.Bidirectional):
        return f"both ways, {operation.merge_mode or 'apart'}"
    return "backwards" if getattr(operation, "go_backwards", False) else None
