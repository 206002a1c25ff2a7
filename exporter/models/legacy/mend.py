"""One layer out of a configuration of Keras 1 or 2."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from exporter.backend import keras
from exporter.models.errors import ModelError
from exporter.models.legacy.activations import ThresholdedReLU, approximate_gelu, hard_sigmoid_of_keras_2
from exporter.models.legacy.first import Config, renamed
from exporter.models.safety import unknown

_CLASSES: Mapping[str, str] = {
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "SyncBatchNormalization": "BatchNormalization",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "LSTMV2": "LSTM",
    "GRUV2": "GRU",
    "DepthwiseConv": "DepthwiseConv2D",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "Convolution2DTranspose": "Conv2DTranspose",
}
_SHAPES = ("batch_input_shape", "batch_shape", "input_shape")
_WITHOUT_MEANING = {
    *("implementation", "consume_less", "input_dtype", "input_length", "batch_size", "sparse", "ragged", "optional"),
    *("weights", "fused", "virtual_batch_size", "adjustment", "renorm_momentum", "renorm_clipping"),
    *("query_shape", "key_shape", "value_shape", "build_config", "build_input_shape", "is_graph_network"),
    *("autocast", "experimental_autocast", "keras_api", "shared_object_id", "rng_type", "unit_forget_bias"),
}
"""Settings that change nothing of what a layer puts out, where Keras 3 does not take them."""
_ACTIVATIONS: Mapping[str, Any] = {"hard_sigmoid": hard_sigmoid_of_keras_2, "gelu_new": approximate_gelu}
_NEUTRAL: tuple[Any, ...] = (None, False, 1, 0, "", [], {}, [1, 1], [1])
_LEAKY_SLOPE = 0.3

Nested = Callable[[Config], Any]


def mended_layer(entry: Config, version: int, nested: Nested) -> keras.layers.Layer:
    """The layer of Keras 3 that computes what the stored one did, not built yet.

    Parameters
    ----------
    entry : `class_name` and `config`, as Keras 1 or 2 stored them.
    version : of that Keras: 1 or 2.
    nested : what makes a layer of an entry inside this one (of a wrapper, or of cells).

    Raises
    ------
    ModelError
        a class that is not known, or a setting that Keras 3 does not have.
    """
    class_name, config = str(entry["class_name"]), dict(entry["config"])
    custom = registered(entry)
    if custom is not None:
        return custom.from_config(_plain(config, class_name, nested))
    if version == 1:
        class_name, config = renamed(class_name, config)
    if class_name == "Lambda":
        return _lambda(config)
    layer_class = _class_of(class_name)
    if layer_class is None:
        raise unknown(class_name, None)
    config = _with_old_defaults(class_name, _plain(config, class_name, nested))
    taken = _arguments(layer_class)
    for key in sorted(set(config) - taken):
        _check_left_out(class_name, config, key)
    config = {key: value for key, value in config.items() if key in taken}
    try:
        return layer_class(**config)
    except (TypeError, ValueError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"the layer {config.get('name')!r} ({class_name}) cannot be made", got=first) from error


def _lambda(config: Config) -> keras.layers.Layer:
    """A layer with code of its own; whoever calls this has been told that the file may be trusted."""
    function = config.get("function")
    if isinstance(function, list):
        code = dict(zip(("code", "defaults", "closure"), function, strict=False))
        config["function"] = {"class_name": "__lambda__", "config": code}
    dropped = ("function_type", "module", "output_shape_type", "output_shape_module", "batch_input_shape")
    try:
        kept = {key: value for key, value in config.items() if key not in dropped}
        return keras.layers.Lambda.from_config(kept, safe_mode=False)
    except Exception as error:
        raise ModelError(
            f"the code of the Lambda layer {config.get('name')!r} cannot be used",
            got=(str(error).strip().splitlines() or [type(error).__name__])[0],
            remedy="code runs in the version of Python only that wrote it",
        ) from error


def registered(entry: Config) -> Any:
    """The class that the user registered for an entry, or `None`."""
    names = (entry.get("registered_name"), entry["class_name"], f"Custom>{entry['class_name']}")
    found = (keras.saving.get_registered_object(name) for name in names if name)
    return next((each for each in found if each is not None), None)


def plain_name(name: Any) -> str:
    """A layer's name as Keras 3 takes it, which allows no slashes.

    >>> plain_name("block_1/conv")
    'block_1_conv'
    """
    return str(name).replace("/", "_")


def input_shape_of(config: Config) -> tuple[int | None, ...] | None:
    """The shape that a layer's configuration says that its input has, with the batch axis; or `None`."""
    for key in ("batch_input_shape", "batch_shape"):
        if config.get(key) is not None:
            return tuple(config[key])
    return None


def _class_of(class_name: str) -> Any:
    if class_name == "ThresholdedReLU":
        return ThresholdedReLU
    found = getattr(keras.layers, _CLASSES.get(class_name, class_name), None)
    return found if inspect.isclass(found) and issubclass(found, keras.layers.Layer) else None


def _arguments(layer_class: Any) -> set[str]:
    """The names that a layer's constructor takes, its bases' included."""
    names = {"name", "trainable", "dtype"}
    for each in itertools.takewhile(lambda each: each is not keras.layers.Layer, inspect.getmro(layer_class)):
        names |= set(inspect.signature(each).parameters)
    return names - {"self", "args", "kwargs"}


def _check_left_out(class_name: str, config: Config, key: str) -> None:
    value = config[key]
    is_for_training = key.endswith(("_initializer", "_regularizer", "_constraint"))
    if key in _WITHOUT_MEANING or key in _SHAPES or is_for_training or any(value == each for each in _NEUTRAL):
        return
    raise ModelError(
        f"the layer {config.get('name')!r} ({class_name}) has a setting that Keras 3 does not have",
        got=f"{key}={value!r}",
    )


def _plain(config: Config, class_name: str, nested: Nested) -> Config:
    """The same settings, with objects in them made or named as Keras 3 takes them."""
    plain: Config = {}
    for key, value in config.items():
        if key == "name":
            plain[key] = None if value is None else plain_name(value)
        elif key == "dtype":
            plain[key] = _dtype(value)
        elif key in ("layer", "cell", "backward_layer") and isinstance(value, dict):
            plain[key] = nested(value)
        elif key == "cells" and isinstance(value, list):
            plain[key] = [nested(each) for each in value]
        elif key.endswith("activation"):
            plain[key] = _activation(value, nested)
        elif key.endswith("_initializer"):
            plain[key] = _initialiser(value)
        elif key.endswith(("_regularizer", "_constraint")):
            plain[key] = None  # matters to training only
        else:
            plain[key] = value
    if "axis" in plain and class_name.startswith(("BatchNormalization", "SyncBatch")):
        plain["axis"] = _one_axis(plain["axis"])
    return plain


def _one_axis(axis: Any) -> Any:
    return axis[0] if isinstance(axis, list | tuple) and len(axis) == 1 else axis


def _dtype(value: Any) -> Any:
    """A dtype or the name of a policy: Keras 2 stores either, or an object that has a name."""
    if isinstance(value, dict):
        value = (value.get("config") or {}).get("name")
    return None if value == "_infer" else value


def _activation(value: Any, nested: Nested) -> Any:
    if isinstance(value, dict):
        inner = value.get("config")
        if value.get("class_name") == "function" or not isinstance(inner, dict):
            return _activation(inner, nested)
        return nested(value)
    return _ACTIVATIONS.get(value, value) if isinstance(value, str) else value


def _initialiser(value: Any) -> Any:
    """An initialiser that Keras 3 takes; the default where it is another, as it matters to untrained weights only."""
    if isinstance(value, dict):
        inner = {key: part for key, part in (value.get("config") or {}).items() if key not in ("dtype", "partition")}
        value = {"class_name": value.get("class_name"), "config": inner}
    try:
        return keras.initializers.get(value)
    except (TypeError, ValueError):
        return "glorot_uniform"


def _with_old_defaults(class_name: str, config: Config) -> Config:
    """What Keras 1 and 2 did where nothing is said."""
    if class_name in ("CuDNNGRU", "CuDNNLSTM"):
        config["recurrent_activation"] = "sigmoid"
    if class_name == "CuDNNGRU":
        config["reset_after"] = True
    if class_name in ("GRU", "GRUCell"):
        config.setdefault("reset_after", False)
    if class_name in ("LSTM", "GRU", "LSTMCell", "GRUCell", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"):
        config.setdefault("recurrent_activation", hard_sigmoid_of_keras_2)
    if class_name == "LeakyReLU":
        config["negative_slope"] = float(config.pop("alpha", config.pop("negative_slope", _LEAKY_SLOPE)))
    if config.pop("time_major", False):
        raise ModelError(f"the layer {config.get('name')!r} ({class_name}) takes time before samples", got="time_major")
    return config
