"""What is read off models that hold models, composite layers, and models that are classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


def ways(graph: Any) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in graph.edges}


def check(graph: Any, model: Any) -> None:
    """What holds of every graph."""
    from exporter.capture import variables_of

    place = {layer.name: nth for nth, layer in enumerate(graph.layers)}
    assert len(place) == len(graph.layers)
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)
    assert {*graph.inputs, *graph.outputs} <= set(place)
    variables = variables_of(model)
    assert sorted(map(id, variables.values())) == sorted(map(id, model.weights))
    assert [*variables] == [f"{layer.name}/{variable}" for layer in graph.layers for variable in layer.variables]
    assert sum(layer.parameters for layer in graph.layers) == model.count_params()
    for layer in graph.layers:
        assert layer.shares_weights_with is None or (layer.shares_weights_with in place and not layer.variables)
    groups = [set(group.layers) for group in graph.groups]
    assert all(group.output in group.layers for group in graph.groups)
    assert all(a <= b or b <= a or not a & b for a in groups for b in groups)


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


def test_a_class_is_read_as_it_computes(keras: Any) -> None:
    from containers import classifier_class

    from exporter.capture import graph_of

    model = classifier_class(keras)
    graph = graph_of(model)
    check(graph, model)
    assert [(layer.name, layer.kind) for layer in graph.layers] == [
        ("input", "input"),
        ("first", "conv"),
        ("steps_0", "dense"),
        ("steps_1", "dense"),
        ("shared", "conv"),
        ("shared:1", "conv"),
        ("dropout", "dropout"),
        ("head/global_average_pooling2d", "global_pool"),
        ("head/dense", "dense"),
        ("output", "activation"),
    ]
    assert ways(graph) == {
        ("input", "first"),
        ("first", "steps_0"),
        ("first", "steps_1"),
        ("steps_0", "steps_1"),
        *((source, "shared") for source in ("first", "steps_0", "steps_1")),
        ("shared", "shared:1"),
        ("shared:1", "dropout"),
        ("dropout", "head/global_average_pooling2d"),
        ("head/global_average_pooling2d", "head/dense"),
        ("head/dense", "output"),
    }
    assert (graph.inputs, graph.outputs) == (("input",), ("output",))
    assert [layer.outputs[0].shape for layer in graph.layers[:2]] == [(6, 6, 1), (6, 6, 4)]
    again = graph_of(classifier_class(keras))  # whatever numbers Keras gives to layers by now
    assert again == graph


def test_dictionaries_lists_and_arguments_name_the_inputs(keras: Any) -> None:
    from exporter.capture import LayerOutputs, graph_of

    class Two(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.left, self.right = keras.layers.Dense(2), keras.layers.Dense(3)

        def call(self, inputs: Any) -> Any:
            one, other = inputs.values() if isinstance(inputs, dict) else inputs
            return {"sum": keras.ops.sum(self.left(one), axis=-1), "right": self.right(other), "left": self.left(one)}

    one, other = np.ones((2, 4), np.float32), np.full((2, 5), 2, np.float32)
    for feeds, names in (({"a": one, "b": other}, ("a", "b")), ([one, other], ("input_0", "input_1"))):
        model = Two()
        expected = model(feeds)
        graph = graph_of(model)
        check(graph, model)
        assert graph.inputs == names
        assert graph.outputs == ("left:1", "right", "output")  # in Keras' order: by the key
        outputs = LayerOutputs(model).run([one, other])
        np.testing.assert_array_equal(outputs["output"], expected["sum"])
        np.testing.assert_array_equal(outputs["right"], expected["right"])


def test_what_a_class_never_calls_keeps_its_variables(keras: Any) -> None:
    from exporter.capture import graph_of

    class Gan(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.generator, self.judge = keras.layers.Dense(2), keras.Sequential([keras.layers.Dense(1, name="say")])
            self.scale = self.add_weight(shape=(2,), initializer="ones", name="kernel")

        def build(self, shape: Any) -> None:
            self.generator.build(shape)
            self.judge.build((None, 2))
            self.built = True

        def call(self, x: Any) -> Any:
            return self.generator(x)

    model = Gan()
    model.build((None, 3))
    model(np.ones((1, 3), np.float32))
    graph = graph_of(model)
    check(graph, model)
    assert graph.layers[-1].variables == ("kernel", "bias", "kernel~2", "judge.say.kernel", "judge.say.bias")


def test_a_class_that_cannot_be_traced_is_drawn_in_the_order_of_calls(keras: Any) -> None:
    from exporter.capture import LayerOutputs, graph_of

    class Pythonic(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = keras.layers.Dense(4), keras.layers.Dense(2)

        def call(self, x: Any) -> Any:
            y = self.one(x)
            return self.two(np.asarray(y) * 2.0)

    model = Pythonic()
    x = np.ones((2, 3), np.float32)
    expected = model(x)
    model.build((None, 3))  # Keras keeps no shape of what it cannot trace
    graph = graph_of(model)
    assert ways(graph) == {("input", "one"), ("one", "two")}
    assert len(graph.notes) == 1
    assert "cannot be traced" in graph.notes[0]
    np.testing.assert_array_equal(LayerOutputs(model).run([x])["two"], expected)


def test_calls_that_depend_on_the_data_are_told(keras: Any) -> None:
    from exporter.capture import LayerOutputs
    from exporter.models import ModelError

    class Moody(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = keras.layers.Dense(4), keras.layers.Dense(4)

        def call(self, x: Any) -> Any:
            y = self.one(x)
            return self.two(y) if float(keras.ops.sum(x)) > 0 else y

    model = Moody()
    model(np.ones((1, 3), np.float32))
    model.build((None, 3))
    outputs = LayerOutputs(model)
    with pytest.raises(ModelError, match=r"does not call the same layers in every run"):
        outputs.run([np.ones((1, 3), np.float32)])


def test_what_cannot_be_run_is_told(keras: Any) -> None:
    from exporter.capture import graph_of
    from exporter.models import ModelError

    class Late(keras.Model):
        broken = False

        def call(self, x: Any) -> Any:
            if self.broken:
                raise ValueError("out of order")
            return x

    class Pair(keras.Model):
        def call(self, x: Any, y: Any) -> Any:
            return x + y

    late, pair = Late(), Pair()
    late(np.ones((1, 3), np.float32))
    late.broken = True
    with pytest.raises(ModelError, match=r"the Late 'late' cannot be run to see what is inside.*out of order"):
        graph_of(late)
    pair(np.ones((1, 3), np.float32), np.ones((1, 3), np.float32))
    with pytest.raises(ModelError, match=r"the shape of the input 'y' is not known.*name them in build"):
        graph_of(pair)


def test_watching_leaves_keras_as_it_was(keras: Any) -> None:
    from containers import classifier_class

    from exporter.backend import tf
    from exporter.capture import LayerOutputs
    from exporter.capture.hooks import Recorder, recording

    before = (keras.layers.Layer.__call__, keras.Operation.__call__, tf.config.functions_run_eagerly())
    LayerOutputs(classifier_class(keras)).run([np.ones((1, 6, 6, 1), np.float32)])
    with recording(Recorder("")):
        assert keras.layers.Layer.__call__ is not before[0]
    with pytest.raises(ValueError, match="should be tensors"), recording(Recorder("")):
        keras.layers.Dense(2)(None, None)
    assert (keras.layers.Layer.__call__, keras.Operation.__call__, tf.config.functions_run_eagerly()) == before
