"""What is read off models that are classes with their own call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graph_laws import check, ways

pytestmark = pytest.mark.tf


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


@pytest.mark.filterwarnings("ignore:.*build:UserWarning")
def test_sizes_that_are_not_fixed_and_functions_that_are_compiled(keras: Any) -> None:
    from exporter.backend import tf
    from exporter.capture import LayerOutputs, graph_of

    class Open(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = keras.layers.Conv2D(2, 3), keras.layers.Conv2D(3, 1)

        @tf.function
        def call(self, x: Any) -> Any:
            return self.two(tf.nn.relu(self.one(x)))

    model = Open()
    model.build((None, None, None, 1))  # only a call makes its variables
    graph = graph_of(model)
    check(graph, model)
    assert [layer.outputs[0].shape for layer in graph.layers] == [(None, None, 1), (None, None, 2), (None, None, 3)]
    x = np.random.default_rng(2).random((2, 7, 9, 1), np.float32)
    captured = LayerOutputs(model).run([x])
    np.testing.assert_array_equal(captured["two"], model.two(tf.nn.relu(captured["one"])))


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
