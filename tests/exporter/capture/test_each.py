"""What is handed out layer by layer equals what Keras computes, bit for bit, and nothing is kept too long."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf
Arrays = list[np.ndarray[Any, Any]]


def dictionaries(keras: Any) -> tuple[Any, Arrays]:
    layers, rng = keras.layers, np.random.default_rng(1)
    inner_fed = {"b": keras.Input((3,), name="b"), "a": keras.Input((3,), name="a")}
    inner_made = {"s": layers.Subtract()([inner_fed["a"], inner_fed["b"]]), "d": layers.Dense(2)(inner_fed["a"])}
    inner = keras.Model(inner_fed, inner_made, name="inner")
    fed = {"q": keras.Input((3,), name="q"), "p": keras.Input((3,), name="p")}
    made = inner({"b": fed["q"], "a": fed["p"]})
    model = keras.Model(fed, {"y": layers.Dense(1)(made["d"]), "x": made["s"]})
    return model, [rng.random((4, 3), np.float32), rng.random((4, 3), np.float32)]


def masks(keras: Any) -> tuple[Any, Arrays]:
    layers = keras.layers
    tokens = keras.Input((5,), dtype="int32")
    embedded = layers.Embedding(9, 4, mask_zero=True)(tokens)
    forward = layers.LSTM(3, return_sequences=True)(embedded)
    joined = layers.MultiHeadAttention(2, 4)(query=forward, value=embedded, key=embedded)
    made = layers.Bidirectional(layers.LSTM(2))(joined)
    return keras.Model(tokens, made), [np.array([[1, 2, 0, 0, 0], [3, 4, 5, 6, 0]], np.int32)]


def half_floats(keras: Any) -> tuple[Any, Arrays]:
    layers, policy = keras.layers, "mixed_float16"
    inner = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, activation="relu", dtype=policy), layers.BatchNormalization(dtype=policy)]
    )
    fed = keras.Input((8,))
    made = layers.Dense(3, dtype="bfloat16")(inner(layers.Dense(6, dtype=policy)(fed)))
    return keras.Model(fed, made), [np.random.default_rng(2).random((3, 8), np.float32)]


def pictures(keras: Any) -> tuple[Any, Arrays]:
    layers = keras.layers
    back = keras.Sequential([layers.Conv2D(3, 3, padding="same"), layers.BatchNormalization(), layers.ReLU()], name="b")
    head = keras.Sequential([layers.Flatten(), layers.Dropout(0.5), layers.Dense(3), layers.Softmax()])
    per_row = layers.TimeDistributed(keras.Sequential([layers.Dense(2)]))
    model = keras.Sequential([keras.Input((6, 6, 1)), layers.Rescaling(1 / 255), back, per_row, head])
    return model, [np.random.default_rng(3).integers(0, 256, (3, 6, 6, 1)).astype(np.uint8)]


def several_inputs(keras: Any) -> tuple[Any, Arrays]:
    layers, rng = keras.layers, np.random.default_rng(4)
    one, other, unused = keras.Input((4,)), keras.Input((4,)), keras.Input((2,))
    shared = keras.Sequential([layers.Dense(4, name="s")], name="shared")
    a, b = shared(one), shared(other)
    scores = layers.Attention()([a[:, None], keras.ops.stack([a, b], axis=1)])
    model = keras.Model([one, other, unused], [layers.Concatenate()([a, b * 2.0]), scores])
    return model, [rng.random((2, 4), np.float32), rng.random((2, 4), np.float32), rng.random((2, 2), np.float32)]


def nested(keras: Any) -> tuple[Any, Arrays]:
    from containers import nested_model

    return nested_model(keras), [np.random.default_rng(5).random((3, 4), np.float32)]


def composite(keras: Any) -> tuple[Any, Arrays]:
    from containers import composite_model

    return composite_model(keras), [np.arange(12, dtype=np.int32).reshape(2, 6)]


def class_inside(keras: Any) -> tuple[Any, Arrays]:
    layers = keras.layers

    class Scaled(keras.Model):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.inner = keras.Sequential([layers.Dense(3), layers.Dense(4)])
            self.scale = self.add_weight(shape=(4,), name="scale")

        def call(self, x: Any) -> Any:
            return self.inner(x) * self.scale, x

    fed = keras.Input((4,))
    scaled, same = Scaled(name="scaled")(fed)
    return keras.Model(fed, layers.Add()([scaled, same])), [np.random.default_rng(9).random((3, 4), np.float32)]


ZOO = [class_inside, dictionaries, masks, half_floats, pictures, several_inputs, nested, composite]


@pytest.mark.parametrize("make", ZOO, ids=lambda make: make.__name__)
def test_each_output_is_a_submodels(keras: Any, make: Callable[[Any], tuple[Any, Arrays]]) -> None:
    from exporter.capture import LayerOutputs, graph_of
    from exporter.capture.weights import plain_array

    model, feeds = make(keras)
    outputs = LayerOutputs(model)
    captured = outputs.run(feeds)
    graph = graph_of(model)
    assert tuple(captured) == outputs.names
    layers = {layer.name: layer for layer in graph.layers}
    for name, values in captured.items():
        layer, _, place = name.partition("#")
        assert values.shape == (len(feeds[0]), *layers[layer].outputs[int(place or 0)].shape)
    fed = [keras.ops.convert_to_tensor(feed) for feed in feeds]
    nodes = (
        [node for nodes in model._functional._nodes_by_depth.values() for node in nodes]
        if isinstance(model, keras.Sequential)
        else [node for nodes in model._nodes_by_depth.values() for node in nodes]
    )
    compared = 0
    for node in nodes:
        name = node.operation.name
        if name in captured and not node.is_input:
            peer = keras.Model(model.inputs, [node.output_tensors[0]])(fed, training=False)
            np.testing.assert_array_equal(captured[name], plain_array(keras.tree.flatten(peer)[0]), err_msg=name)
            compared += 1
    whole = keras.tree.flatten(keras.Model(model.inputs, model.outputs)(fed, training=False))
    for name, values in zip(graph.outputs, whole, strict=True):
        np.testing.assert_array_equal(captured[name], plain_array(values), err_msg=name)
    assert compared >= 1


def test_a_class_gives_what_it_gives(keras: Any) -> None:
    from containers import classifier_class

    from exporter.capture import LayerOutputs

    model = classifier_class(keras)
    x = np.random.default_rng(6).random((3, 6, 6, 1), np.float32)
    captured = LayerOutputs(model).run([x])
    np.testing.assert_array_equal(captured["output"], model(x, training=False))
    np.testing.assert_array_equal(captured["first"], model.first(x))
    np.testing.assert_array_equal(captured["steps_1"], model.steps[1](captured["first"] + captured["steps_0"]))


def test_what_is_the_same_for_the_whole_batch_is_there_for_each_sample(keras: Any) -> None:
    from exporter.capture import LayerOutputs

    model, feeds = composite(keras)
    captured = LayerOutputs(model).run(feeds)
    assert captured["embedded/places"].shape == (2, 6, 8)
    np.testing.assert_array_equal(captured["embedded/places"][0], captured["embedded/places"][1])
    np.testing.assert_array_equal(captured["embedded"], captured["embedded/tokens"] + captured["embedded/places"])


def test_windows_and_time_first_are_sorted_by_sample(keras: Any) -> None:
    from exporter.capture import LayerOutputs, graph_of

    class Windows(keras.layers.Layer):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.inside, self.along = keras.layers.Dense(2), keras.layers.Dense(3)

        def call(self, x: Any) -> Any:
            parts = self.inside(keras.ops.reshape(x, (-1, 4, 2)))
            return keras.ops.transpose(self.along(keras.ops.transpose(x, (1, 0, 2))), (1, 0, 2)), parts

    fed = keras.Input((8, 2))
    windows = Windows(name="windows")
    made, _ = windows(fed)
    model = keras.Model(fed, made)
    x = np.random.default_rng(7).random((3, 8, 2), np.float32)
    captured = LayerOutputs(model).run([x])
    shapes = {layer.name: layer.outputs[0].shape for layer in graph_of(model).layers}
    assert shapes["windows/inside"] == (2, 4, 2)
    assert shapes["windows/along"] == (8, 3)
    for sample in range(3):
        alone = LayerOutputs(model).run([x[sample : sample + 1]])
        for name in ("windows/inside", "windows/along", "windows"):
            np.testing.assert_allclose(captured[name][sample], alone[name][0], rtol=1e-6, err_msg=name)


def test_sampling_is_the_same_in_all_layers_of_a_run(keras: Any) -> None:
    from exporter.capture import LayerOutputs, graph_of

    class Coder(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.mean, self.spread, self.decode = (keras.layers.Dense(2) for _ in range(3))
            self.seeds = keras.random.SeedGenerator(3)
            self.noise = keras.layers.Identity(name="noise")

        def call(self, x: Any) -> Any:
            mean = self.mean(x)
            noise = self.noise(keras.random.normal(keras.ops.shape(mean), seed=self.seeds))
            return self.decode(mean + keras.ops.exp(self.spread(x)) * noise)

    model = Coder()
    x = np.ones((4, 3), np.float32)
    model(x)
    state = np.asarray(model.seeds.state)
    graph_of(model)
    np.testing.assert_array_equal(model.seeds.state, state)  # looking at it draws nothing
    captured = LayerOutputs(model).run([x])
    inside = captured["mean"] + np.exp(captured["spread"]) * captured["noise"]
    np.testing.assert_allclose(captured["decode"], model.decode(inside), rtol=1e-5)


def test_tensors_are_dropped_with_their_last_use(keras: Any) -> None:
    from exporter.backend import tf
    from exporter.capture import LayerOutputs

    alive: list[weakref.ref[Any]] = []

    class Kept(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            made = x + 1.0
            if not isinstance(made, keras.KerasTensor) and not hasattr(made, "op"):
                alive.append(weakref.ref(made))
            return made

    def chain(length: int) -> Any:
        return keras.Sequential([keras.Input((4,)), *(Kept() for _ in range(length))])

    fed = keras.Input((4,))
    first = chain(5)(fed)
    model = keras.Model(fed, keras.layers.Add(name="sum")([chain(6)(chain(5)(first)), first]))
    most = 0
    for _ in LayerOutputs(model).each([np.ones((2, 4), np.float32)]):
        living = sum(each() is not None for each in alive)
        most = max(most, living)
    assert len(alive) == 16
    assert most == 2  # what is made, and the branch that waits for the sum
    gc.collect()
    assert not any(each() is not None for each in alive)
    assert tf.executing_eagerly()


def test_samples_are_found_where_a_graph_moves_them(keras: Any) -> None:
    from exporter.capture import LayerOutputs, graph_of

    fed = keras.Input((8, 2), name="fed")
    windows = keras.layers.Dense(3, name="inside")(keras.ops.reshape(fed, (-1, 4, 2)))
    back = keras.layers.Reshape((2, 3))(keras.ops.reshape(keras.ops.mean(windows, axis=1), (-1, 6)))
    swapped = keras.layers.Activation("relu", name="first_in_time")(keras.ops.transpose(fed, (1, 0, 2)))
    scored = keras.layers.MultiHeadAttention(2, 2, name="look")(windows, windows)
    model = keras.Model(fed, [back, swapped, scored])
    x = np.random.default_rng(8).normal(size=(3, 8, 2)).astype(np.float32)
    captured = LayerOutputs(model).run([x])
    shapes = {layer.name: [output.shape for output in layer.outputs] for layer in graph_of(model).layers}
    assert shapes["inside"] == [(2, 4, 3)]
    assert shapes["first_in_time"] == [(8, 2)]
    assert shapes["look"] == [(2, 4, 3), (2, 2, 4, 4)]
    np.testing.assert_array_equal(captured["first_in_time"], np.maximum(x, 0))
    kernel, bias = model.get_layer("inside").get_weights()
    np.testing.assert_allclose(captured["inside"], (x @ kernel + bias).reshape(3, 2, 4, 3), atol=1e-6)
    assert captured["look#1"].shape == (3, 2, 2, 4, 4)
