"""Functions that Keras 3 works out otherwise than Keras 1 and 2 did, under names that can be saved."""

from __future__ import annotations

from typing import Any

from exporter.backend import keras


@keras.saving.register_keras_serializable("kerascope", "hard_sigmoid_of_keras_2")
def hard_sigmoid_of_keras_2(x: Any) -> Any:
    """`clip(0.2 x + 0.5, 0, 1)`; that of Keras 3 has the slope 1/6."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


@keras.saving.register_keras_serializable("kerascope", "approximate_gelu")
def approximate_gelu(x: Any) -> Any:
    """The tanh approximation of GELU."""
    return keras.ops.gelu(x, approximate=True)


@keras.saving.register_keras_serializable("kerascope", "ThresholdedReLU")
class ThresholdedReLU(keras.layers.Layer):
    """`x` where it is above `theta`, else 0; Keras 3 has no such layer."""

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theta = float(theta)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """The inputs above the threshold."""
        return inputs * keras.ops.cast(keras.ops.greater(inputs, self.theta), inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """What `from_config` takes."""
        return {**super().get_config(), "theta": self.theta}
