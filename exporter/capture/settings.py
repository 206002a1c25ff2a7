"""What a layer or operation is set to, as far as it must be known to compute it without Keras."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from exporter.backend import keras
from exporter.bundle.schema import Setting
from exporter.capture.hooks import has_call_of_keras

_L = keras.layers
_STEPS = ("return_sequences", "return_state", "go_backwards", "stateful", "zero_output_for_mask")

_SETTINGS: dict[str, tuple[str, ...]] = {
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "LeakyReLU": ("negative_slope",),
    "ELU": ("alpha",),
    "Softmax": ("axis",),
    "PReLU": ("shared_axes",),
    "BatchNormalization": ("axis", "epsilon", "center", "scale"),
    "LayerNormalization": ("axis", "epsilon", "center", "scale", "rms_scaling"),
    "RMSNormalization": ("axis", "epsilon"),
    "GroupNormalization": ("axis", "epsilon", "center", "scale", "groups"),
    "UnitNormalization": ("axis",),
    "Normalization": ("axis", "mean", "variance", "invert"),
    "Rescaling": ("scale", "offset"),
    "EinsumDense": ("equation", "bias_axes"),
    "Reshape": ("target_shape",),
    "Permute": ("dims",),
    "RepeatVector": ("n",),
    "Resizing": ("height", "width", "interpolation", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"),
    "CenterCrop": ("height", "width"),
    "Concatenate": ("axis",),
    "Dot": ("axes", "normalize"),
    "MultiHeadAttention": ("num_heads", "key_dim", "_attention_axes"),
    "GroupQueryAttention": ("num_query_heads", "num_key_value_heads", "head_dim", "use_gate", "sliding_window"),
    "Attention": ("use_scale", "score_mode"),
    "AdditiveAttention": ("use_scale",),
    "Embedding": ("mask_zero",),
    "Masking": ("mask_value",),
    "SimpleRNN": _STEPS,
    "LSTM": _STEPS,
    "GRU": (*_STEPS, "reset_after"),
    "Bidirectional": ("merge_mode", "return_sequences", "return_state"),
    "CategoryEncoding": ("num_tokens", "output_mode"),
}
for _n in (1, 2, 3):
    for _how in ("Max", "Average"):
        _SETTINGS[f"Global{_how}Pooling{_n}D"] = ("keepdims",)
        _SETTINGS[f"Adaptive{_how}Pooling{_n}D"] = ("output_size",)
    _SETTINGS[f"ZeroPadding{_n}D"] = ("padding",)
    _SETTINGS[f"Cropping{_n}D"] = ("cropping",)
    _SETTINGS[f"UpSampling{_n}D"] = ("size", "interpolation")
    _SETTINGS[f"Conv{_n}DTranspose"] = ("output_padding",)
    _SETTINGS[f"SeparableConv{_n}D"] = _SETTINGS[f"DepthwiseConv{_n}D"] = ("depth_multiplier",)

_MOST_NUMBERS = 4096
"""Longer lists of numbers are no settings but data."""


def computing_settings(operation: Any, constants: Mapping[str, Any]) -> dict[str, Setting]:
    """The `settings` of `schema.Layer`: `computed_by` and what that class needs. Empty: not Keras' code.

    `constants` are the arguments of the call that are no tensors, by name.
    """
    if not isinstance(operation, _L.Layer):
        return _operation_settings(operation, constants)
    if not has_call_of_keras(operation):
        return {}
    if isinstance(operation, _L.SpectralNormalization):  # in inference it is the layer inside
        return computing_settings(operation.layer, constants)
    found: dict[str, Setting] = {"computed_by": _class_of_keras(operation)}
    found |= _known(_attributes(operation, _SETTINGS.get(_class_of_keras(operation), ())))
    found |= _known({name: value for name, value in constants.items() if name not in ("training", "mask")})
    functions = [name for name in ("activation", "recurrent_activation") if hasattr(operation, name)]
    found |= {name: _function_name(operation, name) for name in functions}
    if getattr(operation, "data_format", None) == "channels_first":
        found["data_format"] = "channels_first"
    return found | _of_inner(operation)


def _of_inner(operation: Any) -> dict[str, Setting]:
    """What a wrapper wraps, as `layer`, with its settings where the wrapper has none of the name."""
    inner = getattr(operation, "forward_layer", None) if isinstance(operation, _L.Bidirectional) else None
    if isinstance(operation, _L.TimeDistributed):
        inner = operation.layer
    if inner is None or not (settings := computing_settings(inner, {})):
        return {}
    return {"layer": settings.pop("computed_by"), **settings, **_attributes(operation, ("return_sequences",))}


def _operation_settings(operation: Any, constants: Mapping[str, Any]) -> dict[str, Setting]:
    """Those of a bare operation (`x * 2`): what it was made with, and the arguments that are no tensors."""
    own = {name: value for name, value in vars(operation).items() if not name.startswith("_") and name != "name"}
    is_plain = not {"self", "args"} & set(own)
    return {"computed_by": f"ops.{type(operation).__name__}", **_known(own if is_plain else {}), **_known(constants)}


def _class_of_keras(layer: Any) -> str:
    return next(each.__name__ for each in type(layer).__mro__ if each.__module__.partition(".")[0] == "keras")


def _attributes(operation: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name.lstrip("_"): getattr(operation, name) for name in names if hasattr(operation, name)}


def _function_name(operation: Any, name: str) -> str | None:
    """The name of a function of Keras that a layer applies; of any other none, since a name says nothing of it."""
    function = getattr(operation, name)
    is_of_keras = str(getattr(function, "__module__", "")).partition(".")[0] == "keras"
    return getattr(function, "__name__", None) if is_of_keras else None


def _known(values: Mapping[str, Any]) -> dict[str, Setting]:
    """Those of the values that can be written down."""
    return dict(_written(values))


def _written(values: Mapping[str, Any]) -> Iterator[tuple[str, Setting]]:
    for name, value in values.items():
        if isinstance(value, str | bool) or value is None:
            yield name, value
        elif name == "key" and (text := _slices(value)) is not None:
            yield name, text
        elif (numbers := _numbers(value)) is not None:
            is_one = isinstance(value, Integral | Real) or (hasattr(value, "shape") and value.shape == ())
            yield name, numbers[0] if is_one else numbers


def _numbers(value: Any) -> tuple[int | float, ...] | None:
    """A number, a nest of numbers or a small array as a flat tuple; `None`: it is none, or not finite."""
    if isinstance(value, keras.KerasTensor) or not isinstance(value, Real | list | tuple | np.ndarray | np.generic):
        value = _array(value)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return None
    if array.dtype.kind not in "iuf" or array.size > _MOST_NUMBERS or not np.isfinite(array).all():
        return None
    return tuple(array.ravel().tolist())


def _array(value: Any) -> Any:
    """A tensor with values as an array; anything else as it is."""
    if isinstance(value, keras.KerasTensor) or not hasattr(value, "numpy") or math.prod(value.shape) > _MOST_NUMBERS:
        return None
    return np.asarray(value)


def _slices(key: Any) -> str | None:
    """A key of `x[...]` as it is written: `:, 1:3, ..., None`. `None`: with arrays in it."""
    parts = []
    for each in key if isinstance(key, tuple) else (key,):
        if isinstance(each, slice):
            parts.append(_slice(each))
        elif each is Ellipsis or each is None or isinstance(each, Integral):
            parts.append("..." if each is Ellipsis else str(each))
        else:
            return None
    return None if None in parts else ", ".join(map(str, parts))


def _slice(part: slice) -> str | None:
    ends = (part.start, part.stop, part.step)
    if not all(end is None or isinstance(end, Integral) for end in ends):
        return None
    return ":".join("" if end is None else str(end) for end in ends[: 3 if part.step is not None else 2])


def constants_of(operation: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call that hold no symbolic tensor, by the names that the operation gives them."""
    try:
        given = inspect.signature(operation.call).bind(*args, **kwargs).arguments
    except TypeError:
        return {}
    return {name: value for name, value in given.items() if not _is_symbolic(value)}


def _is_symbolic(value: Any) -> bool:
    return any(isinstance(each, keras.KerasTensor) for each in keras.tree.flatten(value))
