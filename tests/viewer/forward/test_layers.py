"""Every class of Keras that is computed here gives what Keras gives, whole and one value at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from forward_bundle import forward_bundle
from paper_bundle import KEY, noise

from viewer.forward import audit, audit_layer, formula, unsupported
from viewer.state import CaptureKey
from viewer.study import Place

pytestmark = pytest.mark.tf
WHERE = CaptureKey(*KEY)
PICTURE, SERIES, VECTOR, VOLUME = (7, 9, 6), (10, 6), (6,), (5, 6, 7, 4)

Build = Callable[[Any], Any]
CASES: dict[str, tuple[tuple[int, ...], Build]] = {
    "dense": (VECTOR, lambda k: k.Dense(5, activation="gelu")),
    "dense without bias": (VECTOR, lambda k: k.Dense(5, use_bias=False, activation="softmax")),
    "dense along maps": (PICTURE, lambda k: k.Dense(5, activation="tanh")),
    "einsum dense": (SERIES, lambda k: k.EinsumDense("abc,cd->abd", output_shape=(10, 3), bias_axes="d")),
    "conv": (PICTURE, lambda k: k.Conv2D(5, 3, padding="same", activation="relu")),
    "conv strided, same": (PICTURE, lambda k: k.Conv2D(5, (3, 2), strides=(2, 3), padding="same")),
    "conv strided, valid": (PICTURE, lambda k: k.Conv2D(5, 3, strides=2, activation="elu")),
    "conv dilated": (PICTURE, lambda k: k.Conv2D(5, 3, dilation_rate=(2, 3), padding="same")),
    "conv in groups": (PICTURE, lambda k: k.Conv2D(6, 3, groups=3, padding="same", activation="leaky_relu")),
    "conv of one": (PICTURE, lambda k: k.Conv2D(4, 1, use_bias=False)),
    "conv softmax": (PICTURE, lambda k: k.Conv2D(4, 1, activation="softmax")),
    "conv 1D causal": (SERIES, lambda k: k.Conv1D(5, 3, padding="causal", dilation_rate=2, activation="silu")),
    "conv 3D": (VOLUME, lambda k: k.Conv3D(3, 2, strides=2, padding="same")),
    "depthwise": (PICTURE, lambda k: k.DepthwiseConv2D(3, strides=2, padding="same", activation="relu6")),
    "depthwise twice": (PICTURE, lambda k: k.DepthwiseConv2D(3, depth_multiplier=2)),
    "depthwise 1D": (SERIES, lambda k: k.DepthwiseConv1D(3, depth_multiplier=3, padding="same")),
    "separable": (PICTURE, lambda k: k.SeparableConv2D(5, 3, strides=2, depth_multiplier=2, padding="same")),
    "separable 1D": (SERIES, lambda k: k.SeparableConv1D(5, 3, activation="selu")),
    "transposed, valid": (PICTURE, lambda k: k.Conv2DTranspose(5, 3, strides=2)),
    "transposed, same": (PICTURE, lambda k: k.Conv2DTranspose(5, (3, 4), strides=(2, 3), padding="same")),
    "transposed wider than its kernel": (PICTURE, lambda k: k.Conv2DTranspose(4, 2, strides=3)),
    "transposed with output padding": (PICTURE,
        lambda k: k.Conv2DTranspose(4, 3, strides=2, padding="same", output_padding=1)),
    "transposed dilated": (PICTURE, lambda k: k.Conv2DTranspose(4, 3, dilation_rate=2, padding="same")),
    "transposed 1D": (SERIES, lambda k: k.Conv1DTranspose(5, 4, strides=2, padding="same")),
    "transposed 3D": (VOLUME, lambda k: k.Conv3DTranspose(2, 3, strides=2)),
    "max pool": (PICTURE, lambda k: k.MaxPooling2D(3, strides=2, padding="same")),
    "max pool, valid": (PICTURE, lambda k: k.MaxPooling2D()),
    "average pool": (PICTURE, lambda k: k.AveragePooling2D((3, 2), strides=2, padding="same")),
    "average pool 1D": (SERIES, lambda k: k.AveragePooling1D(3, padding="same")),
    "max pool 3D": (VOLUME, lambda k: k.MaxPooling3D(2)),
    "global max pool": (PICTURE, lambda k: k.GlobalMaxPooling2D()),
    "global average pool": (PICTURE, lambda k: k.GlobalAveragePooling2D(keepdims=True)),
    "global average pool 1D": (SERIES, lambda k: k.GlobalAveragePooling1D()),
    "batch normalisation": (PICTURE, lambda k: k.BatchNormalization(epsilon=0.01)),
    "batch normalisation bare": (PICTURE, lambda k: k.BatchNormalization(center=False, scale=False)),
    "batch normalisation of rows": (PICTURE, lambda k: k.BatchNormalization(axis=1)),
    "layer normalisation": (PICTURE, lambda k: k.LayerNormalization()),
    "layer normalisation of all": (PICTURE, lambda k: k.LayerNormalization(axis=(1, 2, 3), center=False)),
    "group normalisation": (PICTURE, lambda k: k.GroupNormalization(3)),
    "instance normalisation": (PICTURE, lambda k: k.GroupNormalization(-1)),
    "rms normalisation": (SERIES, lambda k: k.RMSNormalization()),
    "unit normalisation": (PICTURE, lambda k: k.UnitNormalization()),
    "normalisation": (PICTURE, lambda k: k.Normalization(mean=[1.0, 2, 3, 4, 5, 6], variance=[1.0, 2, 3, 4, 5, 6])),
    "normalisation inverted": (PICTURE, lambda k: k.Normalization(mean=0.5, variance=2.0, invert=True)),
    "rescaling": (PICTURE, lambda k: k.Rescaling(1 / 255, offset=-0.5)),
    "relu": (PICTURE, lambda k: k.ReLU()),
    "relu with all": (PICTURE, lambda k: k.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.25)),
    "leaky relu": (PICTURE, lambda k: k.LeakyReLU(0.2)),
    "elu": (PICTURE, lambda k: k.ELU(0.5)),
    "prelu": (PICTURE, lambda k: k.PReLU(shared_axes=[1, 2], alpha_initializer="random_normal")),
    "softmax": (PICTURE, lambda k: k.Softmax()),
    "softmax of rows": (PICTURE, lambda k: k.Softmax(axis=1)),
    "flatten": (PICTURE, lambda k: k.Flatten()),
    "reshape": (PICTURE, lambda k: k.Reshape((9, -1))),
    "permute": (PICTURE, lambda k: k.Permute((3, 1, 2))),
    "repeat": (VECTOR, lambda k: k.RepeatVector(4)),
    "zero padding": (PICTURE, lambda k: k.ZeroPadding2D(((0, 1), (2, 3)))),
    "zero padding 1D": (SERIES, lambda k: k.ZeroPadding1D((1, 2))),
    "cropping": (PICTURE, lambda k: k.Cropping2D(((1, 0), (2, 1)))),
    "upsampling": (PICTURE, lambda k: k.UpSampling2D((2, 3))),
    "upsampling, bilinear": (PICTURE, lambda k: k.UpSampling2D(2, interpolation="bilinear")),
    "upsampling 1D": (SERIES, lambda k: k.UpSampling1D(3)),
    "resizing": (PICTURE, lambda k: k.Resizing(10, 5)),
    "resizing, nearest": (PICTURE, lambda k: k.Resizing(3, 20, interpolation="nearest")),
    "centre crop": (PICTURE, lambda k: k.CenterCrop(4, 4)),
    "dropout": (PICTURE, lambda k: k.Dropout(0.5)),
    "attention": (SERIES, lambda k: lambda x: k.MultiHeadAttention(2, 5)(x, x, use_causal_mask=True)),
    "attention on others": (SERIES, lambda k: lambda x: k.MultiHeadAttention(3, 4)(x, x[:, :4])),
    "plain attention": (SERIES, lambda k: lambda x: k.Attention(use_scale=True)([x, x[:, 2:]])),
    "additive attention": (SERIES, lambda k: lambda x: k.AdditiveAttention()([x, x])),
    "simple rnn": (SERIES, lambda k: k.SimpleRNN(4)),
    "lstm": (SERIES, lambda k: k.LSTM(4, return_sequences=True)),
    "lstm backwards": (SERIES, lambda k: k.LSTM(4, go_backwards=True)),
    "gru": (SERIES, lambda k: k.GRU(4)),
    "gru, reset before": (SERIES, lambda k: k.GRU(4, reset_after=False, return_sequences=True)),
    "both ways": (SERIES, lambda k: k.Bidirectional(k.LSTM(4, return_sequences=True))),
    "both ways, summed": (SERIES, lambda k: k.Bidirectional(k.GRU(4), merge_mode="sum")),
    "at each time": ((3, *PICTURE), lambda k: k.TimeDistributed(k.Conv2D(3, 3, activation="relu"))),
    "spectral": (PICTURE, lambda k: k.SpectralNormalization(k.Conv2D(3, 3))),
    "add": (PICTURE, lambda k: lambda x: k.Add()([x, k.Conv2D(6, 1)(x), x])),
    "subtract": (PICTURE, lambda k: lambda x: k.Subtract()([x, k.Conv2D(6, 1)(x)])),
    "multiply": (PICTURE, lambda k: lambda x: k.Multiply()([x, k.GlobalAveragePooling2D(keepdims=True)(x)])),
    "average": (PICTURE, lambda k: lambda x: k.Average()([x, k.Conv2D(6, 1)(x)])),
    "maximum": (PICTURE, lambda k: lambda x: k.Maximum()([x, k.Conv2D(6, 1)(x)])),
    "minimum": (PICTURE, lambda k: lambda x: k.Minimum()([x, k.Conv2D(6, 1)(x)])),
    "concatenate": (PICTURE, lambda k: lambda x: k.Concatenate()([k.Conv2D(3, 1)(x), x])),
    "concatenate rows": (PICTURE, lambda k: lambda x: k.Concatenate(axis=1)([x, k.ReLU()(x)])),
    "dot": (SERIES, lambda k: lambda x: k.Dot(axes=(2, 2), normalize=True)([x, x])),
    "dot of vectors": (VECTOR, lambda k: lambda x: k.Dot(axes=1)([x, x])),
    "times a number": (PICTURE, lambda k: lambda x: x * 2.5),
    "a number less": (PICTURE, lambda k: lambda x: 1 - x / 3.0),
    "sum as an operation": (PICTURE, lambda k: lambda x: x + k.Conv2D(6, 1)(x)),
    "part": (PICTURE, lambda k: lambda x: x[:, 1:6:2, ..., 1:]),
    "without an axis": (PICTURE, lambda k: lambda x: x[:, 2]),
}  # fmt: skip
OPERATIONS: dict[str, Build] = {
    "mean": lambda ops: lambda x: ops.mean(x, axis=(1, 2), keepdims=True),
    "largest": lambda ops: lambda x: ops.max(x, axis=-1),
    "reshaped": lambda ops: lambda x: ops.reshape(x, (-1, 9, 42)),
    "transposed": lambda ops: lambda x: ops.transpose(x, (0, 3, 1, 2)),
    "hard sigmoid": lambda ops: lambda x: ops.hard_sigmoid(x),
    "gelu by tanh": lambda ops: lambda x: ops.gelu(x, approximate=True),
    "leaky": lambda ops: lambda x: ops.leaky_relu(x, 0.3),
    "softmax": lambda ops: lambda x: ops.softmax(x, axis=-1),
    "root": lambda ops: lambda x: ops.sqrt(ops.abs(x)),
    "axes": lambda ops: lambda x: ops.squeeze(ops.expand_dims(x, 1), 1),
}
ACTIVATIONS = (
    "relu", "relu6", "leaky_relu", "sigmoid", "tanh", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus",
    "softsign", "exponential", "hard_sigmoid", "hard_silu", "hard_tanh", "log_sigmoid", "tanh_shrink", "squareplus",
    "softmax", "log_softmax",
)  # fmt: skip


def model_of(keras: Any, shape: tuple[int, ...], part: Any) -> Any:
    """A model of this part, whose weights are all random, variances not below one half."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(5)
    x = keras.Input(shape, name="x")
    model = keras.Model(x, part(x))
    for place, variable in enumerate(model.weights):
        if "seed" not in variable.path:
            values = noise(f"weight {place}", tuple(variable.shape)) * 0.5
            variable.assign(np.abs(values) + 0.5 if "variance" in variable.path else values)
    return model


def check(model: Any) -> None:
    """Each layer agrees with Keras in all values, and with itself for single values, whose terms add up."""
    bundle = forward_bundle(model)
    assert unsupported(bundle) == ()
    for layer in bundle.manifest.layers[1:]:
        assert audit_layer(bundle, WHERE, layer.name) < 1e-5, layer.name
        shape = bundle.output(*KEY, layer.name).shape
        random = np.random.default_rng(len(shape))
        for _ in range(4):
            *position, channel = (int(random.integers(size)) for size in shape)
            place = Place(layer.name, 0, channel, tuple(position) if position else None)
            found, told = audit(bundle, WHERE, place), formula(bundle, WHERE, place)
            assert found.agrees, (place, found)
            assert told.value == pytest.approx(found.recomputed)
            if told.is_sum:
                made = sum(term.product for term in told.terms) + told.rest + told.constant
                assert made == pytest.approx(told.before, rel=1e-9, abs=1e-9)
            assert max(map(len, told.lines)) < 60


@pytest.mark.parametrize("name", CASES)
def test_a_layer_gives_what_keras_gives(keras: Any, name: str) -> None:
    shape, build = CASES[name]
    check(model_of(keras, shape, build(keras.layers)))


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_gives_what_keras_gives(keras: Any, name: str) -> None:
    check(model_of(keras, PICTURE, OPERATIONS[name](keras.ops)))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_gives_what_keras_gives(keras: Any, name: str) -> None:
    check(model_of(keras, VECTOR, keras.layers.Activation(name)))
