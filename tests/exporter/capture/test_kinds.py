"""Every layer of Keras has a kind that was chosen, and tells its settings."""

from __future__ import annotations

import inspect
from typing import Any, get_args

import numpy as np
import pytest

from exporter.bundle.schema import Kind, Layer, Output

pytestmark = pytest.mark.tf


def layer_classes(keras: Any) -> dict[str, type]:
    """Every class of `keras.layers` that is a layer, by its own name."""
    classes = [each for each in vars(keras.layers).values() if inspect.isclass(each)]
    return {each.__name__: each for each in classes if issubclass(each, keras.layers.Layer)}


def test_the_kind_of_every_layer_of_keras_was_chosen(keras: Any) -> None:
    from exporter.capture import kinds

    chosen = {name for _, names in kinds._CLASSES for name in names} | {"TimeDistributed", "SpectralNormalization"}
    aliases = {cls for name in chosen | kinds.OTHERS if (cls := getattr(keras.layers, name, None))}
    forgotten = {name for name, cls in layer_classes(keras).items() if cls not in aliases}
    assert not forgotten
    assert not chosen & kinds.OTHERS
    assert {kind for kind, _ in kinds._CLASSES} | {"other"} == set(get_args(Kind))


def test_no_layer_has_two_kinds() -> None:
    from exporter.capture import kinds

    names = [name for _, names in kinds._CLASSES for name in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "arguments", "shape", "kind", "settings"),
    [
        ("AdaptiveMaxPooling2D", {"output_size": 2}, (8, 8, 3), "pool", {"mode": "max"}),
        ("GlobalAveragePooling1D", {}, (8, 3), "global_pool", {"mode": "average"}),
        ("Conv3DTranspose", {"filters": 2, "kernel_size": 3}, (4, 4, 4, 1), "conv", {"filters": 2, "padding": "valid"}),
        ("UpSampling2D", {"interpolation": "bilinear"}, (4, 4, 1), "resize", {"mode": "bilinear"}),
        ("CenterCrop", {"height": 2, "width": 2}, (4, 4, 1), "resize", {"mode": "crop"}),
        ("ZeroPadding1D", {"padding": 2}, (4, 1), "padding", {"mode": "zeros", "padding": "2,2"}),
        ("Cropping2D", {"cropping": 1}, (4, 4, 1), "padding", {"mode": "cropping", "padding": "1,1;1,1"}),
        ("LSTM", {"units": 5}, (4, 3), "recurrent", {"units": 5, "activation": "tanh"}),
        ("GRU", {"units": 5, "go_backwards": True}, (4, 3), "recurrent", {"units": 5, "mode": "backwards"}),
        (
            "ConvLSTM2D",
            {"filters": 2, "kernel_size": 3},
            (3, 6, 6, 1),
            "recurrent",
            {"filters": 2, "kernel_size": (3, 3)},
        ),
        ("Embedding", {"input_dim": 9, "output_dim": 4}, (7,), "embedding", {"units": 4}),
        ("RandomFlip", {}, (4, 4, 1), "preprocessing", {}),
        ("Masking", {}, (4, 3), "other", {}),
        ("Identity", {}, (3,), "other", {}),
    ],
)
def test_kind_and_settings(
    keras: Any, name: str, arguments: dict[str, Any], shape: tuple[int, ...], kind: Kind, settings: dict[str, Any]
) -> None:
    from exporter.capture.kinds import kind_of, settings_of

    layer = getattr(keras.layers, name)(**arguments)
    result = layer(keras.Input(shape))
    assert kind_of(layer) == kind
    told = settings_of(layer, kind, tuple(result.shape[1:]))
    assert told.items() >= settings.items()
    output = Output(shape=tuple(result.shape[1:]), dtype="float32")
    Layer(name="layer", kind=kind, class_name=name, outputs=(output,), value="value", **told)


def test_attention_tells_its_heads(keras: Any) -> None:
    from exporter.capture.kinds import kind_of, settings_of

    layers = keras.layers
    attentions = {
        "8 heads of 64": layers.MultiHeadAttention(8, 64),
        "1 head of 16": layers.MultiHeadAttention(1, 16),
        "4 heads of 8 on 2 keys": layers.GroupQueryAttention(8, 4, 2),
        "dot": layers.Attention(),
        "additive": layers.AdditiveAttention(),
    }
    for mode, layer in attentions.items():
        assert kind_of(layer) == "attention"
        assert settings_of(layer, "attention", (4, 8))["mode"] == mode


def test_wrappers_take_after_what_they_wrap(keras: Any) -> None:
    from exporter.capture.kinds import kind_of, settings_of

    layers = keras.layers
    each = layers.TimeDistributed(layers.Conv2D(3, 5, activation="relu"))
    assert kind_of(each) == "conv"
    assert settings_of(each, "conv", (7, 4, 4, 3)).items() >= {"kernel_size": (5, 5), "activation": "relu"}.items()
    assert kind_of(layers.SpectralNormalization(layers.Dense(2))) == "dense"
    assert kind_of(layers.TimeDistributed(keras.Sequential([layers.Dense(2)]))) == "other"
    both = layers.Bidirectional(layers.GRU(6))
    assert kind_of(both) == "recurrent"
    assert settings_of(both, "recurrent", (12,)) == {"units": 6, "mode": "both ways, concat", "activation": "tanh"}
    stack = layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)])
    assert settings_of(stack, "recurrent", (4,))["units"] == 4


def test_layers_that_nobody_knows_are_other(keras: Any) -> None:
    from exporter.capture.kinds import kind_of

    class Own(keras.layers.Layer):
        kernel_size = "what its author likes"

    class Better(keras.layers.Dense):
        pass

    assert kind_of(Own()) == "other"
    assert kind_of(Better(2)) == "dense"
    assert kind_of(keras.utils.FeatureSpace({"age": "float"})) == "preprocessing"


def test_the_kinds_of_bare_operations(keras: Any) -> None:
    from exporter.capture.kinds import activation_of, kind_of

    x, y = keras.Input((4, 6)), keras.Input((4, 6))
    ops = keras.ops
    expected = {
        "reshape": [x[:, 0], ops.reshape(x, (-1, 24)), ops.transpose(x, (0, 2, 1)), ops.cast(x, "float16")],
        "merge": [x + y, x * y, ops.matmul(x, ops.transpose(y, (0, 2, 1))), ops.concatenate([x, y])],
        "activation": [ops.relu(x), ops.sigmoid(x), ops.softmax(x)],
        "global_pool": [ops.mean(x, axis=1), ops.max(x, axis=1)],
        "padding": [ops.pad(x, ((0, 0), (1, 1), (0, 0)))],
        "other": [x * 2, ops.exp(x)],
    }
    for kind, tensors in expected.items():
        for tensor in tensors:
            node = tensor._keras_history.operation._inbound_nodes[0]
            assert kind_of(node.operation, len(node.input_tensors)) == kind, node.operation
    assert activation_of(ops.softplus(x)._keras_history.operation) == "softplus"


def test_kinds_are_told_without_running_anything(keras: Any) -> None:
    """What is asked of a layer does not build it."""
    from exporter.capture.kinds import kind_of, settings_of

    layer = keras.layers.LSTM(3)
    settings_of(layer, kind_of(layer), (3,))
    assert not layer.built
    assert np.prod([len(weights) for weights in (layer.weights,)]) == 0
