"""What a layer is set to is told so that it can be computed without Keras, and never where the code is not Keras'."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from exporter.bundle.schema import Layer

pytestmark = pytest.mark.tf


def settings_of(keras: Any, part: Any, shape: tuple[int, ...] = (6, 6, 4)) -> dict[str, Any]:
    from exporter.capture.graph import graph_of

    picture = keras.Input(shape)
    _, layer = graph_of(keras.Model(picture, part(picture))).layers
    assert msgspec.json.decode(msgspec.json.encode(layer), type=Layer) == layer
    return dict(layer.settings)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            lambda k: k.layers.ReLU(6.0),
            {"computed_by": "ReLU", "max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0},
        ),
        (lambda k: k.layers.LeakyReLU(0.125), {"computed_by": "LeakyReLU", "negative_slope": 0.125}),
        (lambda k: k.layers.ZeroPadding2D(((0, 1), (2, 3))), {"computed_by": "ZeroPadding2D", "padding": (0, 1, 2, 3)}),
        (lambda k: k.layers.Cropping2D(1), {"computed_by": "Cropping2D", "cropping": (1, 1, 1, 1)}),
        (
            lambda k: k.layers.UpSampling2D((2, 3)),
            {"computed_by": "UpSampling2D", "size": (2, 3), "interpolation": "nearest"},
        ),
        (lambda k: k.layers.Permute((2, 1, 3)), {"computed_by": "Permute", "dims": (2, 1, 3)}),
        (
            lambda k: k.layers.Rescaling([1.0, 2.0, 3.0, 4.0], 0.5),
            {"computed_by": "Rescaling", "scale": (1.0, 2.0, 3.0, 4.0), "offset": 0.5},
        ),
        (
            lambda k: k.layers.BatchNormalization(epsilon=0.25),
            {"computed_by": "BatchNormalization", "axis": -1, "epsilon": 0.25, "center": True, "scale": True},
        ),
        (lambda k: k.layers.Dense(2, activation="tanh"), {"computed_by": "Dense", "activation": "tanh"}),
        (lambda k: k.layers.Dense(2, activation=lambda x: x), {"computed_by": "Dense", "activation": None}),
        (lambda k: lambda x: x * 2, {"computed_by": "ops.Multiply", "x2": 2}),
        (lambda k: lambda x: 1 - x, {"computed_by": "ops.Subtract", "x1": 1}),
        (lambda k: lambda x: x[:, 1:3, ..., 0], {"computed_by": "ops.GetItem", "key": ":, 1:3, ..., 0"}),
        (
            lambda k: lambda x: k.ops.mean(x, axis=(1, 2)),
            {"computed_by": "ops.Mean", "axis": (1, 2), "keepdims": False},
        ),
        (
            lambda k: k.layers.TimeDistributed(k.layers.LayerNormalization()),
            {
                "computed_by": "TimeDistributed",
                "axis": (-1,),
                "layer": "LayerNormalization",
                "epsilon": 0.001,
                "center": True,
                "scale": True,
                "rms_scaling": False,
            },
        ),
        (
            lambda k: k.layers.SpectralNormalization(k.layers.Conv2D(2, 1)),
            {"computed_by": "Conv2D", "activation": "linear"},
        ),
    ],
)
def test_settings_are_those_that_keras_computes_with(keras: Any, part: Any, expected: dict[str, Any]) -> None:
    assert settings_of(keras, part(keras)) == expected


def test_a_wrapper_tells_what_it_wraps(keras: Any) -> None:
    both = settings_of(
        keras, keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True), merge_mode="sum"), (5, 2)
    )
    assert (both["computed_by"], both["layer"], both["merge_mode"]) == ("Bidirectional", "LSTM", "sum")
    assert both["return_sequences"] is True
    assert both["recurrent_activation"] == "sigmoid"


def test_a_class_that_extends_keras_is_told_by_whose_code_runs(keras: Any) -> None:
    class Mine(keras.layers.Dense):
        pass

    class Other(keras.layers.Dense):
        def call(self, inputs: Any) -> Any:
            return super().call(inputs) * 2

    assert settings_of(keras, Mine(3)) == {"computed_by": "Dense", "activation": "linear"}
    assert settings_of(keras, Other(3)) == {}
