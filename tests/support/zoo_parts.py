"""What the models of the zoo are made of, where Keras has no layer for it."""

from __future__ import annotations

from typing import Any

from exporter.backend import keras

layers = keras.layers


@keras.saving.register_keras_serializable(package="zoo")
class Scaled(layers.Layer):
    """Values times a weight per channel, as a layer that only its author knows."""

    def build(self, input_shape: Any) -> None:
        self.gain = self.add_weight(shape=(input_shape[-1],), initializer="random_normal", name="gain")

    def call(self, inputs: Any) -> Any:
        return inputs * self.gain


@keras.saving.register_keras_serializable(package="zoo")
class Placed(layers.Layer):
    """A sequence plus a learned vector for each place in it."""

    def build(self, input_shape: Any) -> None:
        self.places = self.add_weight(shape=input_shape[1:], initializer="random_normal", name="places")

    def call(self, inputs: Any) -> Any:
        return inputs + self.places


@keras.saving.register_keras_serializable(package="zoo")
class TinyClassifier(keras.Model):
    """A model written as a class: two convolutions with a sum around the second, and three classes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stem = layers.Conv2D(6, 3, activation="relu")
        self.deeper = layers.Conv2D(6, 3, padding="same", activation="relu")
        self.pool = layers.GlobalAveragePooling2D()
        self.scores = layers.Dense(3, activation="softmax")

    def call(self, inputs: Any) -> Any:
        x = self.stem(inputs)
        return self.scores(self.pool(x + self.deeper(x)))


def transformer_block(x: Any, *, heads: int, size: int, width: int) -> Any:
    """Attention and two dense layers, each with a residual around it and a normalisation before."""
    normed = layers.LayerNormalization()(x)
    x = layers.Add()([x, layers.MultiHeadAttention(heads, size)(normed, normed)])
    deeper = layers.Dense(width, activation="gelu")(layers.LayerNormalization()(x))
    return layers.Add()([x, layers.Dense(x.shape[-1])(deeper)])


def residual_block(x: Any) -> Any:
    """Two convolutions with normalisation, a sum around them, an activation."""
    y = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(x.shape[-1], 3, padding="same")(x)))
    y = layers.BatchNormalization()(layers.Conv2D(x.shape[-1], 3, padding="same")(y))
    return layers.ReLU()(layers.Add()([x, y]))
