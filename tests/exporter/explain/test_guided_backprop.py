"""Guided backprop: tf-keras-vis agrees; every ReLU is guided however it is made, or the model is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_nets import MAKES, asked, explained, mapped, peer_map, pictures, weighted

pytestmark = pytest.mark.tf

METHODS = ["saliency", "guided_backprop"]


@pytest.fixture(scope="module")
def truths(keras: Any) -> dict[str, Any]:
    """What tf-keras-vis finds where ReLU is an argument of the layers."""
    fused, question = weighted(keras), asked(pictures())
    return {method: peer_map(fused, question, is_guided=method != "saliency") for method in METHODS}


@pytest.mark.parametrize("make", MAKES)
def test_it_is_what_tf_keras_vis_finds_however_the_model_is_made(keras: Any, truths: dict[str, Any], make: str) -> None:
    from exporter.probing import Probe

    levels = 255 if make == "rescaling" else 1
    probe, question = Probe(weighted(keras, make)), asked(pictures() * levels)
    for method in METHODS:
        np.testing.assert_allclose(mapped(method, probe, question) * levels, truths[method], atol=1e-5)


def test_guided_and_plain_gradients_are_not_the_same(truths: dict[str, Any]) -> None:
    assert np.abs(truths["guided_backprop"] - truths["saliency"]).max() > 1e-1


def test_without_a_relu_on_the_way_it_is_refused(keras: Any) -> None:
    from exporter.explain import ExplainError

    x = keras.Input((4,))
    straight = keras.layers.Dense(3, activation="gelu", name="straight")(x)
    model = keras.Model(x, keras.layers.Dense(2)(keras.layers.ReLU()(straight)))
    assert mapped("guided_backprop", model, asked(np.ones((1, 4), np.float32), units=[0])).shape == (1, 4)
    with pytest.raises(
        ExplainError, match="nothing to guide: expected a ReLU between the input and straight, got none"
    ):
        explained("guided_backprop", model, asked(np.ones((1, 4), np.float32), "straight"))


def test_a_relu_in_a_loop_cannot_be_guided(keras: Any) -> None:
    from exporter.explain import ExplainError

    x = keras.Input((5, 3))
    after = keras.layers.SimpleRNN(2, activation="relu", name="loop")(x)
    model = keras.Model(x, keras.layers.Dense(2, activation="relu", name="end")(after))
    with pytest.raises(ExplainError, match=r"does not reach every ReLU: .* got one inside"):
        explained("guided_backprop", model, asked(np.ones((1, 5, 3), np.float32), "end"))
