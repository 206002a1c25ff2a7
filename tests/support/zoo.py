"""A small model of every sort that people build, with random but seeded weights, and something to feed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from zoo_feeds import SAMPLES, Feeds, numbers, pictures, words
from zoo_parts import Placed, Scaled, TinyClassifier, residual_block, transformer_block

from exporter.backend import keras

Animal = tuple[Any, Feeds]
"""A built model, and three samples for each of its inputs by name."""

layers = keras.layers
ZOO: dict[str, Callable[[], Animal]] = {}


def animal(build: Callable[[], Animal]) -> Callable[[], Animal]:
    """Put a builder into `ZOO`; each of its models is the same."""

    def seeded() -> Animal:
        keras.utils.clear_session(free_memory=False)  # else layers would be called by how many were made before
        keras.utils.set_random_seed(31)
        return build()

    ZOO[build.__name__] = seeded
    seeded.__name__, seeded.__doc__ = build.__name__, build.__doc__
    return seeded


def chain(name: str, shape: tuple[int, ...], *parts: Any, dtype: str | None = None) -> Any:
    """A Sequential model."""
    return keras.Sequential([keras.Input(shape, name="x", dtype=dtype), *parts], name=name)


@animal
def text_lstm() -> Animal:
    """Text: an embedding with a mask, an LSTM, classes."""
    parts = (layers.Embedding(50, 8, mask_zero=True), layers.LSTM(12), layers.Dense(4, activation="softmax"))
    return chain("text_lstm", (16,), *parts, dtype="int32"), {"x": words(16, 50)}


@animal
def bidirectional_gru() -> Animal:
    """A series: a GRU both ways that hands on all steps, then another one."""
    parts = (layers.Bidirectional(layers.GRU(6, return_sequences=True)), layers.GRU(5), layers.Dense(3))
    return chain("bidirectional_gru", (12, 4), *parts), {"x": numbers(12, 4)}


@animal
def transformer_encoder() -> Animal:
    """Text: two Transformer blocks on an embedding."""
    ids = keras.Input((10,), dtype="int32", name="ids")
    x = layers.Embedding(40, 16, mask_zero=True)(ids)
    for _ in range(2):
        x = transformer_block(x, heads=4, size=4, width=32)
    x = layers.GlobalAveragePooling1D()(x)
    scores = layers.Dense(3, activation="softmax", name="scores")(x)
    return keras.Model(ids, scores, name="transformer_encoder"), {"ids": words(10, 40)}


@animal
def vision_transformer() -> Animal:
    """Pictures: patches as words of a Transformer with three blocks."""
    picture = keras.Input((32, 32, 3), name="picture")
    x = layers.Conv2D(24, 8, strides=8, name="patches")(picture)
    x = layers.Reshape((16, 24))(x)
    x = Placed(name="placed")(x)
    for _ in range(3):
        x = transformer_block(x, heads=3, size=8, width=48)
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return keras.Model(picture, layers.Dense(5)(x), name="vision_transformer"), {"picture": pictures(32, 32, 3)}


@animal
def u_net() -> Animal:
    """Segmentation: three levels down and up again, skips between them."""
    picture = keras.Input((32, 32, 3), name="picture")
    x, skips = picture, []
    for filters in (8, 16, 24):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        skips.append(layers.Conv2D(filters, 3, padding="same", activation="relu")(x))
        x = layers.MaxPooling2D()(skips[-1])
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    for filters, skip in zip((24, 16, 8), reversed(skips), strict=True):
        x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(layers.Concatenate()([x, skip]))
    mask = layers.Conv2D(2, 1, activation="softmax", name="mask")(x)
    return keras.Model(picture, mask, name="u_net"), {"picture": pictures(32, 32, 3)}


@animal
def autoencoder() -> Animal:
    """A picture through a vector of four numbers and back, each half a model inside the model."""
    encoder = keras.Sequential(
        [
            keras.Input((16, 16, 1)),
            layers.Conv2D(6, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(4),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [keras.Input((4,)), layers.Dense(8 * 8 * 4, activation="relu"), layers.Reshape((8, 8, 4)),
         layers.UpSampling2D(), layers.Conv2D(1, 3, padding="same", activation="sigmoid")],
        name="decoder",
    )  # fmt: skip
    picture = keras.Input((16, 16, 1), name="picture")
    return keras.Model(picture, decoder(encoder(picture)), name="autoencoder"), {"picture": pictures(16, 16, 1)}


@animal
def siamese() -> Animal:
    """Two pictures through the same layers, and how far they are apart."""
    left, right = (keras.Input((12, 12, 1), name=name) for name in ("left", "right"))
    shared = (layers.Conv2D(6, 3, activation="relu"), layers.GlobalMaxPooling2D(), layers.Dense(8, activation="tanh"))
    ends = []
    for x in (left, right):
        for layer in shared:
            x = layer(x)
        ends.append(x)
    apart = keras.ops.absolute(layers.Subtract()(ends))
    same = layers.Dense(1, activation="sigmoid", name="same")(apart)
    feeds = {"left": pictures(12, 12, 1), "right": pictures(12, 12, 1, seed=3)}
    return keras.Model([left, right], same, name="siamese"), feeds


@animal
def tabular() -> Animal:
    """A table: numbers, a category and flags, three inputs and two outputs."""
    amounts, flags = keras.Input((6,), name="amounts"), keras.Input((3,), name="flags")
    category = keras.Input((1,), name="category", dtype="int32")
    embedded = layers.Flatten()(layers.Embedding(7, 4)(category))
    scaled = layers.BatchNormalization()(amounts)
    x = layers.Concatenate()([layers.Dense(8, activation="relu")(scaled), embedded, flags])
    x = layers.Dropout(0.2)(layers.Dense(10, activation="relu")(x))
    outputs = [layers.Dense(3, activation="softmax", name="risk")(x), layers.Dense(1, name="price")(x)]
    feeds = {
        "amounts": numbers(6),
        "category": np.arange(SAMPLES, dtype=np.int32)[:, None],
        "flags": np.eye(3, dtype=np.float32),
    }
    return keras.Model([amounts, category, flags], outputs, name="tabular"), feeds


@animal
def nested() -> Animal:
    """Models in a model in a model, the innermost called twice."""
    x = keras.Input((16, 16, 4))
    unit = keras.Model(x, layers.Conv2D(4, 3, padding="same", activation="relu", name="conv")(x), name="unit")
    x = keras.Input((16, 16, 4))
    trunk = keras.Model(x, layers.Add(name="sum")([unit(unit(x)), x]), name="trunk")
    picture = keras.Input((16, 16, 3), name="picture")
    x = trunk(layers.Conv2D(4, 1, name="stem")(picture))
    head = keras.Sequential([layers.GlobalAveragePooling2D(), layers.Dense(3)], name="head")
    return keras.Model(picture, head(x), name="nested"), {"picture": pictures(16, 16, 3)}


@animal
def subclassed() -> Animal:
    """A class with its own `call`, called once so that it is built."""
    model = TinyClassifier(name="subclassed")
    feeds = pictures(12, 12, 1)
    model(feeds)
    return model, {"x": feeds}


@animal
def volume_cnn() -> Animal:
    """A scan in three dimensions."""
    parts = (layers.Conv3D(4, 3, activation="relu"), layers.MaxPooling3D(), layers.Conv3D(6, 2, activation="relu"),
             layers.GlobalAveragePooling3D(), layers.Dense(2, activation="softmax"))  # fmt: skip
    return chain("volume_cnn", (10, 10, 10, 1), *parts), {"x": numbers(10, 10, 10, 1)}


@animal
def signal_cnn() -> Animal:
    """A signal in one dimension, with dilated and separable convolutions."""
    parts = (layers.Conv1D(8, 5, activation="relu"), layers.MaxPooling1D(), layers.Conv1D(8, 3, dilation_rate=2),
             layers.SeparableConv1D(12, 3), layers.GlobalMaxPooling1D(), layers.Dense(4))  # fmt: skip
    return chain("signal_cnn", (48, 2), *parts), {"x": numbers(48, 2)}


@animal
def conv_lstm() -> Animal:
    """A short film: a convolutional LSTM, then each frame by itself."""
    parts = (layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True),
             layers.TimeDistributed(layers.Conv2D(2, 3, padding="same", activation="relu")),
             layers.ConvLSTM2D(3, 3), layers.Flatten(), layers.Dense(2))  # fmt: skip
    return chain("conv_lstm", (5, 10, 10, 1), *parts), {"x": numbers(5, 10, 10, 1)}


@animal
def augmenting() -> Animal:
    """Preprocessing and augmentation as layers in front."""
    parts = (layers.Resizing(24, 24), layers.Rescaling(1 / 255), layers.RandomFlip("horizontal"),
             layers.RandomRotation(0.1), layers.RandomZoom(0.1), layers.Conv2D(6, 3, activation="relu"),
             layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax"))  # fmt: skip
    return chain("augmenting", (32, 32, 3), *parts), {"x": (pictures(32, 32, 3) * 255).round()}


@animal
def separable() -> Animal:
    """Depthwise, separable and grouped convolutions with their normalisation."""
    parts = (layers.ZeroPadding2D(1), layers.DepthwiseConv2D(3, depth_multiplier=2), layers.BatchNormalization(),
             layers.ReLU(6.0), layers.SeparableConv2D(8, 3, strides=2, activation="relu"),
             layers.Conv2D(8, 3, groups=2, activation="relu"), layers.Flatten(), layers.Dense(3))  # fmt: skip
    return chain("separable", (16, 16, 3), *parts), {"x": pictures(16, 16, 3)}


@animal
def residual() -> Animal:
    """Six residual blocks whose layers Keras has named."""
    picture = keras.Input((24, 24, 3), name="picture")
    x = layers.Conv2D(8, 3, padding="same")(picture)
    for _ in range(6):
        x = residual_block(x)
    scores = layers.Dense(4, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(picture, scores, name="residual"), {"picture": pictures(24, 24, 3)}


@animal
def custom() -> Animal:
    """A layer that nobody but its author knows."""
    parts = (layers.Conv2D(5, 3), Scaled(name="scaled"), layers.Flatten(), layers.Dense(3))
    return chain("custom", (10, 10, 1), *parts), {"x": pictures(10, 10, 1)}


@animal
def dense_only() -> Animal:
    """A plain network on thirteen measurements."""
    parts = (layers.Dense(20, activation="relu"), layers.Dense(20, activation="relu"), layers.Dense(1))
    return chain("dense_only", (13,), *parts), {"x": numbers(13)}
