"""Logits, outputs and gradients of models of every make: what the probe sees is what the model computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf

ENDS = ["softmax", "softmax layer", "linear", "class"]


def make_model(keras: Any, end: str) -> Any:
    """A convolution in a model in the model, then three classes; with `class` one with its own `call`."""
    layers = keras.layers
    if end == "class":
        return _own(keras)
    inner = keras.Sequential([keras.Input((6, 6, 3)), layers.Conv2D(4, 3, activation="relu", name="conv")], name="in")
    last = layers.Dense(3, activation="softmax" if end == "softmax" else None, name="last")
    after = [layers.Softmax()] if end == "softmax layer" else []
    return keras.Sequential([keras.Input((6, 6, 3)), inner, layers.GlobalAveragePooling2D(), last, *after])


def _own(keras: Any) -> Any:
    layers = keras.layers

    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name="own")
            self.parts = [
                layers.Conv2D(4, 3, activation="relu"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3),
                layers.Softmax(),
            ]

        def call(self, inputs: Any) -> Any:
            for part in self.parts:
                inputs = part(inputs)
            return inputs

    model = Own()
    model(np.zeros((1, 6, 6, 3), np.float32))
    return model


@pytest.fixture(scope="module")
def x() -> Any:
    return np.random.default_rng(0).random((2, 6, 6, 3), dtype=np.float32)


def logits(probe: Any, fed: Any) -> Any:
    return probe.seen(fed).logits


def gradient(probe: Any, layer: str | None, fed: Any, units: Any) -> Any:
    from exporter.probing import gradient_of, scores_of

    seen = probe.seen(fed, () if layer is None else (layer,))
    return gradient_of(scores_of(seen, layer, units), fed, "it")


@pytest.mark.parametrize("end", ENDS)
def test_logits_are_what_is_before_the_softmax(keras: Any, x: Any, end: str) -> None:
    from exporter.probing import Probe

    model = make_model(keras, end)
    probe = Probe(model)
    found = probe.compiled(logits)(keras.ops.convert_to_tensor(x)).numpy()
    shares = np.exp(found) / np.exp(found).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model(x).numpy(), found if end == "linear" else shares, rtol=1e-5)
    assert not np.allclose(found.sum(axis=1), 1)
    assert probe.classes == 3


def test_gradients_of_a_layer_in_a_model_in_a_model_are_finite_differences(keras: Any, x: Any) -> None:
    from exporter.probing import Probe

    probe = Probe(make_model(keras, "softmax"))
    fed, units = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor([1, 2])
    found = probe.compiled(gradient, "in/conv")(fed, units).numpy()
    conv = probe.model.layers[0].layers[0]
    step = np.zeros_like(x)
    step[:, 2, 3, 1] = 1e-2

    def score(fed: Any) -> Any:
        return conv(fed).numpy().mean(axis=(1, 2))[[0, 1], [1, 2]]

    differences = (score(x + step) - score(x - step)) / 2e-2
    assert np.abs(differences).max() > 1e-3
    np.testing.assert_allclose(found[:, 2, 3, 1], differences, rtol=1e-2, atol=1e-5)


def test_one_unit_is_the_unit_at_its_place(keras: Any, x: Any) -> None:
    from exporter.probing import Probe, scores_of

    def at(probe: Any, fed: Any) -> Any:
        seen = probe.seen(fed, ("in/conv",))
        places = keras.ops.convert_to_tensor([[0, 3], [2, 1]])
        return scores_of(seen, "in/conv", keras.ops.convert_to_tensor([1, 2]), places), seen.outputs["in/conv"]

    one, maps = Probe(make_model(keras, "linear")).compiled(at)(keras.ops.convert_to_tensor(x))
    assert one.numpy().tolist() == [maps[0, 0, 3, 1].numpy(), maps[1, 2, 1, 2].numpy()]


def test_a_path_that_is_cut_is_told(keras: Any) -> None:
    from exporter.probing import Probe, ProbeError

    x = keras.Input((4,))
    probe = Probe(keras.Model(x, keras.ops.round(keras.layers.Dense(3)(x))))
    with pytest.raises(ProbeError, match="no gradient leads"):
        probe.compiled(gradient, None)(keras.ops.zeros((1, 4)), keras.ops.convert_to_tensor([0]))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"unit": 3}, "no such class: expected 0 to 2, got 3"),
        ({"layer": "in/con", "unit": 0}, "did you mean in/conv"),
        ({"layer": "in/conv", "unit": 4}, "no such channel of 'in/conv': expected 0 to 3, got 4"),
        ({"layer": "in/conv", "unit": 0, "at": (4, 0)}, "no such place"),
    ],
)
def test_what_is_not_there_is_told(keras: Any, asked: dict[str, Any], said: str) -> None:
    from exporter.probing import Probe, ProbeError, Target

    with pytest.raises(ProbeError, match=said):
        Probe(make_model(keras, "softmax")).check(Target(**asked))


def test_an_end_that_hides_its_logits_is_refused(keras: Any) -> None:
    from exporter.probing import Probe, ProbeError

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="tanh")])
    with pytest.raises(ProbeError, match="no logits"):
        _ = Probe(model).classes
