"""The graph that is read off a model."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.tf


def test_branches_shared_layers_and_values(branching: Any) -> None:
    from exporter.capture import graph_of

    graph = graph_of(branching)
    layers, edges = graph.layers, graph.edges
    by_name = {layer.name: layer for layer in layers}
    assert len(by_name) == len(layers)
    (bare,) = (layer.name for layer in layers if layer.class_name == "Multiply")  # Keras counts them in all models
    assert by_name["shared:1"].shares_weights_with == "shared"
    assert (by_name["shared:1"].parameters, by_name["shared:1"].variables) == (0, ())
    assert by_name["shared"].variables == ("kernel", "bias")
    assert by_name["norm"].variables == ("gamma", "beta", "moving_mean", "moving_variance")
    assert {name: layer.value for name, layer in by_name.items()} == {
        "picture": "input",
        "extra": "input",
        "stem": "pre-activation",  # through the normalisation to the ReLU
        "norm": "pre-activation",
        "relu": "post-activation",
        "shared": "post-activation",
        "shared:1": "post-activation",
        "sum": "value",  # a multiplication comes before its activation
        bare: "value",
        "after_sum": "post-activation",
        "pooled": "value",
        "side": "post-activation",
        "joined": "value",
        "dropped": "value",
        "logits": "pre-activation",
        "scores": "post-activation",
        "number": "value",
    }
    assert {(edge.source, edge.target_input) for edge in edges if edge.target == "sum"} == {
        ("relu", 0),
        ("shared:1", 1),
    }
    assert {(edge.source, edge.target) for edge in edges} >= {("shared", "shared:1"), ("joined", "dropped")}


def test_edges_go_forward_and_join_every_layer(branching: Any) -> None:
    from exporter.capture import graph_of

    graph = graph_of(branching)
    layers, edges = graph.layers, graph.edges
    place = {layer.name: index for index, layer in enumerate(layers)}
    assert all(place[edge.source] < place[edge.target] for edge in edges)
    assert {edge.target for edge in edges} == set(place) - {"picture", "extra"}


def test_parameters_add_up_to_the_models(branching: Any) -> None:
    from exporter.capture import graph_of

    assert sum(layer.parameters for layer in graph_of(branching).layers) == branching.count_params()


def settings_cases() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Layer class, arguments, and what its entry must say."""
    return [
        (
            "Conv2D",
            {"filters": 4, "kernel_size": (3, 5), "strides": 2, "padding": "same", "groups": 2, "activation": "relu"},
            {"kind": "conv", "kernel_size": (3, 5), "strides": (2, 2), "padding": "same", "groups": 2, "filters": 4,
             "activation": "relu", "dilation": (1, 1), "value": "post-activation"},
        ),
        ("Conv2DTranspose", {"filters": 3, "kernel_size": 2}, {"kind": "conv", "filters": 3, "kernel_size": (2, 2)}),
        (
            "DepthwiseConv2D",
            {"kernel_size": 3, "depth_multiplier": 2, "dilation_rate": 2},
            {"kind": "depthwise", "filters": 4, "dilation": (2, 2)},
        ),
        (
            "MaxPooling2D",
            {"pool_size": 3, "strides": 2},
            {"kind": "pool", "mode": "max", "pool_size": (3, 3), "strides": (2, 2), "padding": "valid"},
        ),
        ("GlobalAveragePooling2D", {}, {"kind": "global_pool", "mode": "average"}),
        ("ReLU", {"max_value": 6}, {"kind": "activation", "activation": "relu6", "value": "post-activation"}),
        ("LeakyReLU", {}, {"kind": "activation", "activation": "leaky_relu"}),
        ("Softmax", {}, {"kind": "activation", "activation": "softmax"}),
        ("Dense", {"units": 7}, {"kind": "dense", "units": 7, "activation": "linear", "value": "value"}),
        ("Dropout", {"rate": 0.25}, {"kind": "dropout", "rate": 0.25}),
        ("ZeroPadding2D", {"padding": ((1, 2), (0, 3))}, {"kind": "padding", "padding": "1,2;0,3"}),
        ("Flatten", {}, {"kind": "flatten"}),
        ("Permute", {"dims": (2, 1, 3)}, {"kind": "reshape"}),
        ("LayerNormalization", {}, {"kind": "normalisation"}),
        ("Rescaling", {"scale": 2.0}, {"kind": "normalisation"}),
        ("UpSampling2D", {}, {"kind": "resize", "mode": "nearest"}),
    ]  # fmt: skip


@pytest.mark.parametrize(("class_name", "arguments", "expected"), settings_cases(), ids=lambda case: str(case)[:24])
def test_settings_of_each_kind(
    keras: Any, class_name: str, arguments: dict[str, Any], expected: dict[str, Any]
) -> None:
    from exporter.capture import graph_of

    model = keras.Sequential([keras.Input((8, 8, 2)), getattr(keras.layers, class_name)(**arguments)])
    entry = graph_of(model).layers[-1]
    assert entry.class_name == class_name
    assert {name: getattr(entry, name) for name in expected} == expected


def test_variables_with_the_same_name_are_told_apart(keras: Any) -> None:
    from exporter.capture import graph_of

    layer = keras.layers.Bidirectional(keras.layers.LSTM(2), name="both")
    model = keras.Sequential([keras.Input((5, 3)), layer])
    names = graph_of(model).layers[-1].variables
    assert len(set(names)) == len(names) == len(layer.weights) == 6


def test_models_of_unknown_input_are_refused(keras: Any) -> None:
    from exporter.capture import graph_of
    from exporter.models import ModelError

    class Own(keras.Model):
        def call(self, x: Any) -> Any:
            return x

    for model in (Own(), keras.Sequential([keras.layers.Dense(2)])):
        with pytest.raises(ModelError, match=r"does not know its input shape.*call it once on data first"):
            graph_of(model)
