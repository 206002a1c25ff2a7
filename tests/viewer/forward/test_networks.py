"""Whole networks: every layer gives what Keras gave, and what is switched off does to them what it does there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from forward_bundle import forward_bundle
from paper_bundle import KEY, PaperBundle, noise

from viewer.forward import answer, audit, audit_layer, outputs, unsupported
from viewer.state import CaptureKey, Mute
from viewer.study import Place

pytestmark = pytest.mark.tf
WHERE = CaptureKey(*KEY)


def unsettled(model: Any) -> Any:
    """The model with statistics and shifts as if it had learned: else zeros would hide them."""
    for place, variable in enumerate(model.weights):
        values = noise(f"weight {place}", tuple(variable.shape))
        if "variance" in variable.path:
            variable.assign(np.abs(values) * 0.1 + 0.2)
        elif any(name in variable.path for name in ("mean", "beta", "bias")):
            variable.assign(values * 0.2)
    return model


def worst_of(bundle: PaperBundle) -> float:
    """The largest error of any layer; one value of each agrees, too."""
    worst = 0.0
    for layer in bundle.manifest.layers:
        if layer.kind != "input":
            worst = max(worst, audit_layer(bundle, WHERE, layer.name))
            found = audit(bundle, WHERE, Place(layer.name))
            assert found.agrees, (layer.name, found)
            assert found.relative_error is not None
            assert found.relative_error < 1e-5
    return worst


def test_every_layer_of_the_demo_is_recomputed(keras: Any) -> None:
    from exporter.models import demo_cnn

    bundle = forward_bundle(unsettled(demo_cnn()))
    assert unsupported(bundle) == ()
    assert worst_of(bundle) < 1e-5


def test_every_layer_of_mobilenet_is_recomputed(keras: Any) -> None:
    keras.utils.set_random_seed(2)
    model = keras.applications.MobileNetV2(input_shape=(64, 64, 3), alpha=0.35, weights=None, classes=10)
    bundle = forward_bundle(unsettled(model))
    assert unsupported(bundle) == ()
    assert worst_of(bundle) < 1e-5


@pytest.mark.parametrize(
    "name", ["transformer_encoder", "u_net", "siamese", "tabular", "nested", "signal_cnn", "augmenting", "separable"]
)
def test_every_layer_of_a_model_that_people_build_is_recomputed(keras: Any, name: str) -> None:
    from zoo import ZOO

    model, feeds = ZOO[name]()
    bundle = forward_bundle(unsettled(model), feeds)
    assert unsupported(bundle) == ()
    assert worst_of(bundle) < 1e-5


def test_what_a_class_does_between_its_layers_is_not_guessed(keras: Any) -> None:
    from zoo import ZOO

    model, feeds = ZOO["subclassed"]()
    bundle = forward_bundle(model, feeds)
    found = outputs(bundle, CaptureKey(*KEY, (Mute("stem", 0),)))
    assert "pool: it takes what operations made of several layers" in found.stopped[0]
    assert audit(bundle, WHERE, Place("pool", 0, 1)).words.startswith("pool: it takes what operations made")


def test_masks_that_the_bundle_does_not_tell_are_not_passed_over(keras: Any) -> None:
    from zoo import ZOO

    model, feeds = ZOO["text_lstm"]()
    padded = {name: values[1:] for name, values in feeds.items()}  # ends with zeros, which the embedding masks
    found = outputs(forward_bundle(model, padded), CaptureKey(*KEY, (Mute("embedding", 0),)))
    assert len(found.stopped) == 1
    assert "lstm: what is computed here differs from what was stored" in found.stopped[0]


@pytest.fixture(scope="module")
def branching(keras: Any) -> Any:
    """A residual sum, batch normalisation, two ways."""
    keras.utils.set_random_seed(3)
    k = keras.layers
    picture = keras.Input((8, 8, 2), name="picture")
    x = k.Conv2D(4, 3, padding="same", activation="relu", name="stem")(picture)
    y = k.BatchNormalization(name="norm")(k.Conv2D(4, 3, padding="same", name="inner")(x))
    x = k.Activation("relu", name="after")(k.Add(name="sum")([x, y]))
    x = k.GlobalAveragePooling2D(name="pooled")(x)
    return unsettled(keras.Model(picture, k.Dense(3, activation="softmax", name="scores")(x)))


def values_of(keras: Any, model: Any, name: str, bundle: PaperBundle) -> Any:
    part = keras.Model(model.input, model.get_layer(name).output)
    return np.asarray(part(bundle.output(*KEY, "picture")[None]))[0]


@pytest.mark.parametrize(
    ("mute", "variable", "slices"),
    [
        (Mute("stem", 2, target="inner", into=1), "inner/kernel", (..., 2, 1)),
        (Mute("stem", 2, target="inner"), "inner/kernel", (..., 2, slice(None))),
        (Mute("picture", 1, target="stem", into=3), "stem/kernel", (..., 1, 3)),
        (Mute("pooled", 0, target="scores", into=2), "scores/kernel", (0, 2)),
    ],
)
def test_an_edge_that_is_off_is_a_weight_of_zero(
    keras: Any, branching: Any, mute: Mute, variable: str, slices: Any
) -> None:
    bundle = forward_bundle(branching)
    changed = keras.models.clone_model(branching)
    changed.set_weights(branching.get_weights())
    layer, _, name = variable.partition("/")
    weight = getattr(changed.get_layer(layer), name)
    values = keras.ops.convert_to_numpy(weight).copy()
    values[slices] = 0
    weight.assign(values)
    found = outputs(bundle, CaptureKey(*KEY, (mute,)))
    for layer in branching.layers:
        wanted = values_of(keras, changed, layer.name, bundle)
        np.testing.assert_allclose(found[layer.name], wanted, rtol=1e-4, atol=1e-5, err_msg=layer.name)


def test_a_channel_that_is_off_is_off_on_both_ways(keras: Any, branching: Any) -> None:
    bundle = forward_bundle(branching)
    stem = branching.get_layer("stem")
    rest = keras.Model(stem.output, branching.output)
    values = np.array(values_of(keras, branching, "stem", bundle))
    values[..., 1] = 0
    wanted = np.asarray(rest(values[None]))[0]
    found = answer(bundle, CaptureKey(*KEY, (Mute("stem", 1),)))
    np.testing.assert_allclose(found.scores, wanted, rtol=1e-5)
    assert found.predicted == int(wanted.argmax())
    assert np.abs(wanted - answer(bundle, WHERE).scores).max() > 1e-3
