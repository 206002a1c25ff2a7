"""What Keras 1 called things: classes, arguments, initialisers."""

from __future__ import annotations

from typing import Any

from exporter.models.errors import ModelError

Config = dict[str, Any]

_CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "AtrousConv1D": "Conv1D",
    "AtrousConv2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
}
_MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}
_ARGUMENTS = {
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "bias": "use_bias",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "subsample": "strides",
    "subsample_length": "strides",
    "stride": "strides",
    "pool_length": "pool_size",
    "length": "size",
    "border_mode": "padding",
    "atrous_rate": "dilation_rate",
    "dim_ordering": "data_format",
    "p": "rate",
    "sigma": "stddev",
    "gamma_init": "gamma_initializer",
    "beta_init": "beta_initializer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "dot_axes": "axes",
    "concat_axis": "axis",
}
_INITIALISERS = {
    "uniform": "random_uniform",
    "normal": "random_normal",
    "zero": "zeros",
    "one": "ones",
}
_ORDERS = {"tf": "channels_last", "th": "channels_first", "default": None}
_UNITS = ("Dense", "LSTM", "GRU", "SimpleRNN")
_KERNELS = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_ONLY_FOR_TRAINING = ("regularizer", "constraint")


def renamed(class_name: str, config: Config) -> tuple[str, Config]:
    """A layer of Keras 1 under the names of Keras 2: its class and its configuration.

    What neither changes an output nor exists any more is left out. Merge layers become the layer of their mode.

    Raises
    ------
    ModelError
        a Merge layer whose mode is a function.

    >>> renamed("Convolution2D", {"nb_filter": 4, "nb_row": 3, "nb_col": 5, "border_mode": "same"})
    ('Conv2D', {'kernel_size': [3, 5], 'filters': 4, 'padding': 'same'})
    """
    config = {key: value for key, value in config.items() if not key.endswith(_ONLY_FOR_TRAINING)}
    if class_name == "Merge":
        return _merge(config)
    name = _CLASSES.get(class_name, class_name)
    if name in _UNITS and "output_dim" in config:
        config["units"] = config.pop("output_dim")
        config.pop("input_dim", None)
    if name == "Embedding" and "init" in config:
        config["embeddings_initializer"] = config.pop("init")
    for sizes in _KERNELS:
        if all(size in config for size in sizes):
            config = {"kernel_size": [config[size] for size in sizes]} | {
                key: value for key, value in config.items() if key not in sizes
            }
    if name == "BatchNormalization" and config.get("mode") == 2:
        config["mode"] = 0  # they differ in training only
    if config.pop("forget_bias_init", None) == "one":
        config["unit_forget_bias"] = True
    return name, {_ARGUMENTS.get(key, key): _value(key, value) for key, value in config.items()}


def _value(key: str, value: Any) -> Any:
    if key == "dim_ordering":
        return _ORDERS.get(value, value)
    if key.endswith("init") and isinstance(value, str):
        return _INITIALISERS.get(value, value)
    return value


def _merge(config: Config) -> tuple[str, Config]:
    mode = config.get("mode")
    if not isinstance(mode, str) or mode not in _MERGES:
        raise ModelError(f"the layer {config.get('name')!r} merges by code of its own, which is never run from a file")
    kept: Config = {"name": config.get("name")}
    if mode == "concat":
        kept["axis"] = config.get("concat_axis", -1)
    if mode in ("dot", "cos"):
        axes = config.get("dot_axes", -1)
        kept |= {"axes": axes, "normalize": mode == "cos"}
    return _MERGES[mode], kept
