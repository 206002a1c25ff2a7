"""The small convolutional network of the demo."""

from __future__ import annotations

from exporter.backend import keras


def demo_cnn(*, first_filters: int = 8, second_filters: int = 12, units: int = 32) -> keras.Model:
    """An untrained classifier of 28x28 grey digits, made to be looked at.

    Each convolution and its ReLU are layers of their own, so that both sides of the activation can be seen, and
    channels are few, because each is drawn as one tile. It is not compiled. Input (28, 28, 1) float32 in [0, 1];
    output (10,) softmax.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="digit"),
            layers.Conv2D(first_filters, 3, padding="same", name="conv_1"),
            layers.ReLU(name="relu_1"),
            layers.MaxPooling2D(2, name="pool_1"),
            layers.Conv2D(second_filters, 3, padding="same", name="conv_2"),
            layers.ReLU(name="relu_2"),
            layers.MaxPooling2D(2, name="pool_2"),
            layers.Flatten(name="flatten"),
            layers.Dense(units, activation="relu", name="dense"),
            layers.Dense(10, activation="softmax", name="output"),
        ],
        name="MNIST_CNN",
    )
