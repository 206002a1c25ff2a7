"""CAM and Grad-CAM: what the logit is made of, each other, and tf-keras-vis."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from averaged_nets import CLASSES, PLACES, averaged, views
from explained_nets import asked, explained, mapped, pictures, weighted

pytestmark = pytest.mark.tf

UNITS = [3, 0, 2]


@pytest.fixture(scope="module")
def probe(keras: Any) -> Any:
    from exporter.probing import Probe

    return Probe(averaged(keras))


@pytest.fixture(scope="module")
def cam(probe: Any) -> Any:
    return explained("cam", probe, asked(views(), units=UNITS))


@pytest.fixture(scope="module")
def every(probe: Any) -> dict[str, Any]:
    """The maps of Grad-CAM with signs on every layer, by its name."""
    question = asked(views(), units=UNITS)
    return {each.layer: each for each in explained("grad_cam", probe, question, place="all", relu=False).maps}


def test_the_mean_of_a_class_activation_map_is_the_logit_without_its_bias(probe: Any, cam: Any) -> None:
    over, on = cam.maps
    assert (over.layer, on.layer, over.kind, on.kind) == ("picture", "conv_2", "signed", "signed")
    assert (over.values.shape, on.values.shape) == ((3, 12, 10), (3, 10, 8))
    weights, bias = probe.model.layers[-1].get_weights()
    features = features_of(probe.model)
    np.testing.assert_allclose(on.values, np.einsum("nhwk,kn->nhw", features, weights[:, UNITS]), atol=1e-4)
    logits, said = features.mean(axis=(1, 2)) @ weights + bias, np.log(probe.model(views()).numpy())
    np.testing.assert_allclose(on.values.mean(axis=(1, 2)) + bias[UNITS], logits[np.arange(3), UNITS], rtol=1e-4)
    np.testing.assert_allclose(logits - logits[:, :1], said - said[:, :1], atol=1e-4)


def features_of(model: Any) -> Any:
    """The last feature maps, layer by layer."""
    x = views()
    for layer in model.layers[:2]:
        x = layer(x)
    return x.numpy()


def test_gradients_weigh_as_the_dense_layer_does(cam: Any, every: dict[str, Any]) -> None:
    np.testing.assert_allclose(every["conv_2"].values * PLACES, cam.maps[1].values, atol=1e-5)
    assert np.abs(cam.maps[1].values).max() > 0.1
    assert not np.allclose(every["conv"].values[:, :10, :8] * PLACES, cam.maps[1].values, atol=1e-2)


@pytest.mark.parametrize("make", ["nested", "class"])
def test_maps_do_not_depend_on_how_the_model_is_made(keras: Any, cam: Any, every: dict[str, Any], make: str) -> None:
    from exporter.probing import Probe

    probe, question = Probe(averaged(keras, make)), asked(views(), units=UNITS)
    found, weighed = explained("cam", probe, question), explained("grad_cam", probe, question, relu=False)
    layer = "inner/conv_2" if make == "nested" else "conv_2"
    assert found.details[0] == weighed.details[0] == {"map_layer": layer}
    np.testing.assert_allclose(found.maps[0].values, cam.maps[0].values, atol=1e-5)
    np.testing.assert_allclose(weighed.maps[1].values, every["conv_2"].values, atol=1e-6)


def test_where_the_means_are_the_logits_the_map_is_that_of_the_class(keras: Any) -> None:
    model = averaged(keras, has_dense=False)
    on = explained("cam", model, asked(views(), units=UNITS)).maps[1].values
    features = features_of(model)
    np.testing.assert_allclose(on, np.stack([features[n, :, :, unit] for n, unit in enumerate(UNITS)]), rtol=1e-5)


def test_a_layer_gives_alone_what_it_gives_with_others_and_relu_drops_what_speaks_against(
    probe: Any, every: dict[str, Any]
) -> None:
    assert list(every) == ["picture", "conv_2", "conv"]
    over, on = explained("grad_cam", probe, asked(views(), units=UNITS), place="conv").maps
    assert (over.kind, on.kind, every["conv"].kind) == ("heat", "heat", "signed")
    assert over.values.shape == (3, 12, 10)
    assert every["conv"].values.min() < 0
    np.testing.assert_allclose(on.values, np.maximum(every["conv"].values, 0), atol=1e-7)


def test_it_is_what_tf_keras_vis_finds(keras: Any) -> None:
    pytest.importorskip("tf_keras_vis", reason="tf-keras-vis, the peer, is not installed")
    model, question = weighted(keras), asked(pictures())
    found = explained("grad_cam", model, question, place="conv").maps[1].values
    how = {"penultimate_layer": "conv", "expand_cam": False, "normalize_cam": False}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "[^a-z]*The structure of `inputs`|Exception encountered", UserWarning)
        warnings.filterwarnings("ignore", "Please import `zoom`", DeprecationWarning)
        from tf_keras_vis.gradcam import Gradcam
        from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
        from tf_keras_vis.utils.scores import CategoricalScore

        peer = Gradcam(model, model_modifier=ReplaceToLinear())
        theirs = np.asarray(peer(CategoricalScore(question.units.tolist()), question.fed, **how))
    assert found.max() > 0.1
    np.testing.assert_allclose(found, theirs, atol=1e-5)


def test_many_inputs_are_explained_in_batches(probe: Any, cam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from exporter.explain import batches

    monkeypatch.setattr(batches, "_LARGEST", 8)
    fed = np.concatenate([views()] * 3)
    found = mapped("cam", probe, asked(fed, units=UNITS * 3))
    np.testing.assert_allclose(found, np.concatenate([cam.maps[0].values] * 3), atol=1e-6)


def test_a_map_of_one_value_stays_that_value_over_the_picture() -> None:
    from exporter.explain.feature_maps import spread

    np.testing.assert_allclose(spread(np.full((1, 3, 2), 0.25, np.float32), 12, 10), 0.25)
    half = spread(np.array([[[0.0, 1.0]]], np.float32), 1, 8)[0, 0]
    np.testing.assert_allclose(half, np.clip((np.arange(8) - 1.5) / 4, 0, 1), atol=1e-6)


@pytest.mark.parametrize(
    ("method", "place", "said"),
    [
        ("grad_cam", "conv_3", "no such layer: .* did you mean conv_2"),
        ("grad_cam", "mean", "needs a layer with feature maps: expected one of conv, conv_2, got mean, 6"),
        ("cam", "conv", "cam maps the last feature maps alone: expected conv_2, got conv; grad_cam maps other layers"),
    ],
)
def test_a_place_that_cannot_be_mapped(probe: Any, method: str, place: str, said: str) -> None:
    from exporter.bundle import KerascopeError

    with pytest.raises(KerascopeError, match=said):
        explained(method, probe, asked(views(1), units=[0]), place=place)


def test_what_has_no_such_map_is_refused(keras: Any, probe: Any) -> None:
    from exporter.bundle import KerascopeError

    layers = keras.layers
    flat = keras.Sequential([keras.Input((5,)), layers.Dense(3)])
    with pytest.raises(KerascopeError, match=r"cam cannot explain this model: .* use grad_cam"):
        explained("cam", weighted(keras), asked(pictures(1)))
    for method in ("cam", "grad_cam"):
        with pytest.raises(KerascopeError, match=f"{method} cannot explain this model: .* try saliency"):
            explained(method, flat, asked(np.ones((1, 5), np.float32), units=[0]))
        with pytest.raises(KerascopeError, match=f"no such class: expected 0 to {CLASSES - 1}, got 9"):
            explained(method, probe, asked(views(1), units=[9]))


def test_a_layer_that_the_answer_does_not_depend_on(keras: Any) -> None:
    from exporter.probing import Probe, ProbeError

    layers = keras.layers
    x = keras.Input((6, 6, 1))
    used, unused = layers.Conv2D(2, 3, name="used")(x), layers.Conv2D(2, 3, name="unused")(x)
    said = layers.Dense(2)(layers.Flatten()(used))
    probe, question = Probe(keras.Model(x, [said, unused])), asked(np.ones((1, 6, 6, 1), np.float32), units=[0])
    assert explained("grad_cam", probe, question).details[0] == {"map_layer": "used"}
    with pytest.raises(ProbeError, match="no gradient leads from the class back to 'unused'"):
        explained("grad_cam", probe, question, place="unused")
