"""Saliency: tf-keras-vis, finite differences and what can be worked out by hand say the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_nets import CLASSES, asked, mapped, peer_map, pictures, weighted

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def fused(keras: Any) -> Any:
    return weighted(keras)


@pytest.fixture(scope="module")
def truth(fused: Any) -> Any:
    return mapped("saliency", fused, asked(pictures()))


def test_it_is_what_tf_keras_vis_finds_for_other_classes_in_one_batch(fused: Any, truth: Any) -> None:
    question = asked(pictures())
    assert truth.shape == (4, 8, 8)
    assert truth.max() > 0.1
    np.testing.assert_allclose(truth, peer_map(fused, question), atol=1e-5)
    others = peer_map(fused, asked(question.fed, units=(question.units + 1) % CLASSES))
    assert np.abs(others - truth).max() > 1e-2


def test_it_is_finite_differences_of_the_logit(keras: Any) -> None:
    model = weighted(keras, "softmax layer", activation="softplus")
    logits = keras.Model(model.input, model.layers[-2].output)
    fed, at = pictures(1), (3, 4)
    steps = np.zeros((6, *fed.shape[1:]), np.float32)
    for channel in range(3):
        steps[channel, *at, channel], steps[3 + channel, *at, channel] = 1e-2, -1e-2
    scores = logits(fed + steps).numpy()[:, 2]
    by_hand = np.abs(scores[:3] - scores[3:]).max() / 2e-2
    found = mapped("saliency", model, asked(fed, units=[2]))[0]
    assert found[at] == pytest.approx(by_hand, rel=1e-2)
    assert np.isclose(found, by_hand, rtol=1e-2).sum() < 4


def test_one_unit_of_a_convolution_is_moved_by_what_its_kernel_covers(keras: Any) -> None:
    picture = keras.Input((6, 6, 2))
    model = keras.Model(picture, keras.layers.Conv2D(3, 3, name="conv")(picture))
    fed = np.zeros((2, 6, 6, 2), np.float32)
    values = mapped("saliency", model, asked(fed, "conv", [1, 2], at=np.array([[0, 1], [3, 3]])))
    kernel = np.abs(model.layers[1].get_weights()[0]).max(axis=2)
    expected = np.zeros((2, 6, 6), np.float32)
    expected[0, 0:3, 1:4], expected[1, 3:6, 3:6] = kernel[..., 1], kernel[..., 2]
    np.testing.assert_allclose(values, expected, atol=1e-6)


def test_a_binary_sigmoid_has_one_logit_and_vectors_the_sizes_of_its_weights(keras: Any) -> None:
    model = keras.Sequential([keras.Input((7,)), keras.layers.Dense(1, activation="sigmoid")])
    values = mapped("saliency", model, asked(np.full((2, 7), 9, np.float32), units=[0, 0]))
    np.testing.assert_allclose(values, np.abs(model.layers[0].get_weights()[0].T[[0, 0]]), rtol=1e-5)


def test_a_map_without_channels_keeps_its_rows_and_columns(keras: Any) -> None:
    model = keras.Sequential([keras.Input((4, 5)), keras.layers.Flatten(), keras.layers.Dense(2)])
    values = mapped("saliency", model, asked(np.ones((1, 4, 5), np.float32), units=[1]))
    np.testing.assert_allclose(values[0], np.abs(model.layers[1].get_weights()[0][:, 1].reshape(4, 5)), rtol=1e-5)


def test_many_inputs_are_explained_in_batches_by_one_graph(
    keras: Any, truth: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.explain import explanation_named
    from exporter.explain.contract import untold
    from exporter.probing import Probe

    runs, ticks, method = [], [], explanation_named("saliency")

    class Counted(keras.layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            runs.append(1)
            return inputs * 1

    model = weighted(keras)
    picture = keras.Input(model.input_shape[1:])
    probe = Probe(keras.Model(picture, model(Counted()(picture))))
    monkeypatch.setattr("exporter.explain.slopes.differentiated_at_once", lambda _: 3)
    found = method.run(probe, asked(pictures()), method.chosen(), lambda *told: ticks.append(told))
    np.testing.assert_allclose(found.maps[0].values, truth, atol=1e-6)
    assert ticks == [(2, 4), (4, 4)]
    before = len(runs)
    for count in (1, 2, 4):
        method.run(probe, asked(pictures(count)), method.chosen(), untold)
    assert len(runs) == before
