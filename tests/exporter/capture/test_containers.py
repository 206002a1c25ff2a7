"""What is read off models that hold models and composite layers."""

from __future__ import annotations

from typing import Any

import pytest
from graph_laws import check, ways

pytestmark = pytest.mark.tf


def test_models_in_models_are_open(keras: Any) -> None:
    from containers import nested_model

    from exporter.capture import graph_of

    model = nested_model(keras)
    graph = graph_of(model)
    check(graph, model)
    assert [layer.name for layer in graph.layers if "/" in layer.name] == [
        "middle/core/a",
        "middle/core/b",
        "middle:1/core/a",
        "middle:1/core/b",
    ]
    shares = {layer.name: layer.shares_weights_with for layer in graph.layers}
    assert shares["middle:1/core/b"] == "middle/core/b"
    assert [(group.name, group.kind, group.output) for group in graph.groups] == [
        ("middle/core", "model", "middle/core/b"),
        ("middle", "model", "middle/core/b"),
        ("middle:1/core", "model", "middle:1/core/b"),
        ("middle:1", "model", "middle:1/core/b"),
    ]
    # What the middle model hands on, and the identity, are what was fed to them.
    (bare,) = [layer.name for layer in graph.layers if layer.class_name == "Add"]
    assert ways(graph) >= {("x", bare), (bare, "middle:1/core/a"), ("x", "joined"), ("middle/core/b", "joined")}
    assert (graph.inputs, graph.outputs) == (("x",), ("scores", "middle/core/b"))


def test_composite_layers_are_open_and_bare_operations_connect(keras: Any) -> None:
    from containers import composite_model

    from exporter.capture import graph_of

    model = composite_model(keras)
    graph = graph_of(model)
    check(graph, model)
    by_name = {layer.name: layer for layer in graph.layers}
    block = ["attention", "dropout", "norms_0", "feed_forward/dense", "feed_forward/dense_1", "norms_1"]
    names = [f"{call}/{name}" for call in ("block", "block:1") for name in block]
    assert [*by_name] == ["tokens", "embedded/tokens", "embedded/places", "embedded", *names, "pooled", "scores"]
    assert (by_name["embedded"].kind, by_name["embedded"].mode) == ("merge", "add")
    assert ways(graph) == {
        ("tokens", "embedded/tokens"),
        ("embedded/tokens", "embedded"),
        ("embedded/places", "embedded"),
        *(("embedded", f"block/{target}") for target in ("attention", "norms_0")),
        *(("block/norms_1", f"block:1/{target}") for target in ("attention", "norms_0")),
        *(
            (f"{call}/{source}", f"{call}/{target}")
            for call in ("block", "block:1")
            for source, target in [
                ("attention", "dropout"),
                ("dropout", "norms_0"),
                ("norms_0", "feed_forward/dense"),
                ("feed_forward/dense", "feed_forward/dense_1"),
                ("feed_forward/dense_1", "norms_1"),
                ("norms_0", "norms_1"),
            ]
        ),
        ("block:1/norms_1", "pooled"),
        ("pooled", "scores"),
    }  # fmt: skip
    assert by_name["block/norms_1"].variables == ("gamma", "beta", "gain")  # the block's own, at what makes its output
    groups = {group.name: (group.kind, group.class_name, group.output) for group in graph.groups}
    assert groups["embedded"] == ("layer", "TokensAndPlaces", "embedded")
    assert groups["block:1/feed_forward"] == ("model", "Sequential", "block:1/feed_forward/dense_1")
    assert groups["block"] == ("layer", "TransformerBlock", "block/norms_1")
    assert graph.notes == ()
