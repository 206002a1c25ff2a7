"""What a model says with its units turned down: the same as a model that was taken apart by hand says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from exporter.bundle.errors import KerascopeError
from exporter.bundle.schema import UnitLayer

pytestmark = pytest.mark.tf


def gated_of(model: Any, *layers: tuple[str, int, str]) -> Any:
    from exporter.importance.gates import Gated

    units = [UnitLayer(name=name, units=count, plane=plane) for plane, (name, count, _) in enumerate(layers)]
    return Gated(model, units, [tap for *_, tap in layers])


def gated_animal(name: str) -> tuple[Any, list[Any]]:
    """A model of the zoo with gates at all of its units, and what it is fed."""
    from msgspec import structs
    from zoo import ZOO

    from exporter.bundle.schema import Manifest, Model, Preprocessing, Producer
    from exporter.capture import graph_of
    from exporter.importance.gates import Gated

    model, feeds = ZOO[name]()
    graph = graph_of(model)
    manifest = Manifest(
        format="kerascope-bundle",
        version=1,
        producer=Producer(name="test", version="0", keras="3", backend="tensorflow"),
        model=Model(name=name, class_name="Model", inputs=graph.inputs, outputs=graph.outputs, parameters=0),
        layers=graph.layers,
        edges=graph.edges,
        checkpoints=(),
        preprocessing=Preprocessing(),
    )
    gated = Gated.of(model, structs.replace(manifest, groups=graph.groups))
    return gated, [feeds[each] for each in graph.inputs] if set(graph.inputs) <= set(feeds) else list(feeds.values())


@pytest.fixture(scope="module")
def small(keras: Any) -> Any:
    keras.utils.set_random_seed(8)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((6, 6, 2), name="picture"),
            layers.Conv2D(3, 3, name="conv"),
            layers.BatchNormalization(name="norm", beta_initializer="ones"),
            layers.ReLU(name="relu"),
            layers.Flatten(name="flat"),
            layers.Dense(5, activation="tanh", name="hidden"),
            layers.Dense(4, activation="softmax", name="scores"),
        ]
    )


SMALL = (("picture", 2, "picture"), ("conv", 3, "relu"), ("hidden", 5, "hidden"), ("scores", 4, "scores"))


@pytest.fixture(scope="module")
def pictures() -> Any:
    return np.random.default_rng(1).normal(size=(7, 6, 6, 2)).astype(np.float32)


def softmax(values: Any) -> Any:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_with_all_gates_at_one_it_says_the_logits_of_the_model(small: Any, pictures: Any) -> None:
    said = gated_of(small, *SMALL).predict(pictures)
    np.testing.assert_allclose(softmax(said), small.predict(pictures, verbose=0), atol=1e-6)
    assert np.abs(said.sum(axis=1) - 1.0).max() > 0.1  # not the scores themselves


def test_a_channel_that_is_off_is_zero_after_its_activation(small: Any, pictures: Any, keras: Any) -> None:
    said = gated_of(small, *SMALL).predict(pictures, {"conv": np.array([1.0, 0.0, 0.5])})
    maps = keras.Model(small.inputs, small.get_layer("relu").output).predict(pictures, verbose=0)
    rest = keras.Sequential([keras.Input((4, 4, 3)), *small.layers[3:]])
    by_hand = rest.predict(maps * np.array([1.0, 0.0, 0.5], np.float32), verbose=0)
    np.testing.assert_allclose(softmax(said), by_hand, atol=1e-6)


def test_a_channel_of_the_input_is_off_before_the_first_layer(small: Any, pictures: Any) -> None:
    said = gated_of(small, *SMALL).predict(pictures, {"picture": np.array([0.0, 1.0])})
    np.testing.assert_allclose(softmax(said), small.predict(pictures * [0.0, 1.0], verbose=0), atol=1e-6)


def test_gates_may_differ_between_samples_and_batches(small: Any, pictures: Any) -> None:
    gated = gated_of(small, *SMALL)
    gates = np.random.default_rng(2).random((7, 5)).astype(np.float32)
    together = gated.predict(pictures, {"hidden": gates})
    gated.batch = 3
    np.testing.assert_allclose(gated.predict(pictures, {"hidden": gates}), together, atol=1e-6)
    one_by_one = [gated.predict(pictures[[row]], {"hidden": gates[row]})[0] for row in range(7)]
    np.testing.assert_allclose(one_by_one, together, atol=1e-6)


def test_pixels_that_are_units_are_switched_one_by_one(keras: Any) -> None:
    keras.utils.set_random_seed(3)
    layers = [keras.Input((3, 3, 1), name="x"), keras.layers.Flatten(name="flat"), keras.layers.Dense(2, name="out")]
    model = keras.Sequential(layers)
    x, gates = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1), np.array([1, 0, 1, 1, 0, 1, 1, 1, 0.5])
    expected = model.predict(x * gates.reshape(1, 3, 3, 1), verbose=0)
    for name in ("x", "flat"):
        said = gated_of(model, (name, 9, name), ("out", 2, "out")).predict(x, {name: gates})
        np.testing.assert_allclose(said, expected, rtol=1e-6)


def test_channels_that_come_first_are_found(keras: Any) -> None:
    keras.utils.set_random_seed(4)
    pool = keras.layers.GlobalAveragePooling2D(data_format="channels_first")
    first = keras.layers.Conv2D(4, 1, data_format="channels_first", name="conv")
    model = keras.Sequential([keras.Input((4, 4, 4), name="x"), first, pool, keras.layers.Dense(2, name="out")])
    gated = gated_of(model, ("conv", 4, "conv"), ("out", 2, "out"))
    assert gated.gates[0].spread == (4, 1, 1)
    x, gates = np.random.default_rng(0).random((2, 4, 4, 4), np.float32), np.array([0.0, 1.0, 0.0, 1.0])
    kernel, bias = first.get_weights()
    maps = np.einsum("nchw,cd->ndhw", x, kernel[0, 0]) + bias[:, None, None]
    weights, offset = model.layers[-1].get_weights()
    np.testing.assert_allclose(gated.predict(x, {"conv": gates}), (maps.mean((2, 3)) * gates) @ weights + offset, 1e-4)


def test_only_the_call_that_is_named_is_switched(branching: Any) -> None:
    """A shared layer is called twice; `scores` and `number` are outputs, which nothing is done to."""
    feeds = [np.random.default_rng(0).random((3, 8, 8, 1), np.float32), np.ones((3, 4), np.float32)]
    layers = (("shared", 4, "shared"), ("shared:1", 4, "shared:1"), ("number", 1, "number"), ("logits", 5, "scores"))
    gated = gated_of(branching, *layers)
    as_it_is = gated.predict(feeds)
    np.testing.assert_allclose(softmax(as_it_is), branching.predict(feeds, verbose=0)[0], atol=1e-6)
    off = [gated.predict(feeds, {name: np.array([0.0, 1.0, 1.0, 1.0])}) for name in ("shared", "shared:1")]
    assert np.abs(off[0] - off[1]).max() > 1e-4
    ends = {"number": np.zeros(1), "logits": np.zeros(5)}
    np.testing.assert_array_equal(gated.predict(feeds, ends), as_it_is)
    assert gated.answers == ("logits",)


@pytest.mark.parametrize("name", ["nested", "subclassed", "siamese", "signal_cnn", "tabular", "transformer_encoder"])
@pytest.mark.slow
def test_models_of_all_sorts_say_the_same_and_lose_it_without_their_units(name: str) -> None:
    gated, feeds = gated_animal(name)
    said = gated.predict(feeds)
    args, kwargs = gated._reading.arrange(feeds)
    scores = gated.model(*args, **kwargs, training=False)
    first = np.asarray(scores[0] if isinstance(scores, list | tuple) else scores)
    is_logits = np.abs(first - said).max() < 1e-5
    sigmoid = 1.0 / (1.0 + np.exp(-said))
    assert is_logits or min(np.abs(softmax(said) - first).max(), np.abs(sigmoid - first).max()) < 1e-5
    hidden = {gate.layer: np.zeros(gate.units) for gate in gated.gates if not gate.is_open}
    off = gated.predict(feeds, hidden)
    assert len(hidden) > 1
    assert np.abs(off - off[:1]).max() < 1e-5  # it sees nothing of its input
    assert np.abs(off - said).max() > 1e-4


@pytest.mark.parametrize(
    ("gates", "said"), [({"conv_9": np.ones(3)}, "no layer of units"), ({"conv": np.ones(2)}, "do not fit")]
)
def test_gates_that_do_not_fit_are_refused_in_a_line(small: Any, pictures: Any, gates: Any, said: str) -> None:
    with pytest.raises(KerascopeError, match=said) as error:
        gated_of(small, *SMALL).predict(pictures, gates)
    assert "\n" not in str(error.value)


def test_units_that_a_layer_does_not_have_are_refused(small: Any) -> None:
    with pytest.raises(KerascopeError, match="does not have the units"):
        gated_of(small, ("conv", 7, "relu"))
    with pytest.raises(KerascopeError, match="does not have a layer"):
        gated_of(small, ("conv", 3, "no_such"))
