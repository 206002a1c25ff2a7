"""Small models that hold models and layers in them; written with layers of every way to connect."""

from __future__ import annotations

from functools import cache
from typing import Any


def nested_model(keras: Any) -> Any:
    """A model in a model in a model; the one in the middle is called twice and hands on what it is fed as well."""
    layers = keras.layers
    core = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(2, name="b")], name="core")
    fed = keras.Input((4,), name="fed")
    middle = keras.Model(fed, [core(fed), fed], name="middle")
    same = keras.Input((4,), name="same")
    identity = keras.Model(same, same, name="identity")
    x = keras.Input((4,), name="x")
    one, passed = middle(x)
    two, _ = middle(passed + 1.0)
    joined = layers.Concatenate(name="joined")([one, two, identity(passed)])
    return keras.Model(x, [layers.Dense(3, activation="softmax", name="scores")(joined), one], name="nested")


def positions_class(keras: Any) -> Any:
    """The class of an embedding of tokens and of their places; the places are the same for the whole batch."""
    import tensorflow as tf

    class TokensAndPlaces(keras.layers.Layer):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.tokens = keras.layers.Embedding(20, 8)
            self.places = keras.layers.Embedding(6, 8)

        def call(self, x: Any) -> Any:
            return self.tokens(x) + self.places(tf.range(tf.shape(x)[-1]))

    return TokensAndPlaces


def transformer_class(keras: Any) -> Any:
    """The class of a Transformer block, with a Sequential inside and a variable of its own."""

    class TransformerBlock(keras.layers.Layer):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            layers = keras.layers
            self.attention = layers.MultiHeadAttention(2, 4)
            self.norms = [layers.LayerNormalization(), layers.LayerNormalization()]
            self.feed_forward = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(8)])
            self.dropout = layers.Dropout(0.1)

        def build(self, shape: Any) -> None:
            self.gain = self.add_weight(shape=(), initializer="ones", name="gain")
            super().build(shape)

        def call(self, x: Any, training: Any = None) -> Any:
            attended = self.dropout(self.attention(query=x, value=x), training=training)
            x = self.norms[0](x + attended)
            return self.norms[1](x + self.gain * self.feed_forward(x))

    return TransformerBlock


@cache
def composite_model(keras: Any) -> Any:
    """Composite layers in a functional model; the Transformer block is called twice. Do not change."""
    keras.utils.set_random_seed(1)
    block = transformer_class(keras)(name="block")
    tokens = keras.Input((6,), dtype="int32", name="tokens")
    x = block(block(positions_class(keras)(name="embedded")(tokens)))
    x = keras.layers.GlobalAveragePooling1D(name="pooled")(x)
    return keras.Model(tokens, keras.layers.Dense(3, activation="softmax", name="scores")(x), name="composite")


def classifier_class(keras: Any) -> Any:
    """A built model that is a class: residual sums, a list of layers, one called twice, dropout, a model inside."""

    class Classifier(keras.Model):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            layers = keras.layers
            self.first = layers.Conv2D(4, 3, padding="same")
            self.steps = [layers.Dense(4) for _ in range(2)]
            self.shared = layers.Conv2D(4, 1, activation="relu", name="shared")
            self.head = keras.Sequential([layers.GlobalAveragePooling2D(), layers.Dense(3)])
            self.dropout = layers.Dropout(0.5)

        def call(self, x: Any, training: Any = None) -> Any:
            x = self.first(x)
            for step in self.steps:
                x = x + step(x)
            x = self.shared(self.shared(x))
            return keras.ops.softmax(self.head(self.dropout(x, training=training)))

    keras.utils.set_random_seed(2)
    model = Classifier()
    model(keras.ops.zeros((1, 6, 6, 1)))
    return model
