"""Masks: their arithmetic is not drawn, what they do is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def keras() -> Any:
    from exporter.backend import keras

    return keras


def sequence_model(keras: Any) -> Any:
    layers = keras.layers
    tokens = keras.Input((5,), dtype="int32", name="tokens")
    embedded = layers.Embedding(9, 4, mask_zero=True, name="embed")(tokens)
    joined = layers.MultiHeadAttention(2, 4, name="attend")(query=embedded, value=embedded)
    return keras.Model(tokens, layers.LSTM(3, name="read")(joined))


def test_what_makes_masks_is_no_layer_and_the_sequence_is_still_masked(keras: Any) -> None:
    from exporter.capture import LayerOutputs, graph_of

    model = sequence_model(keras)
    graph = graph_of(model)
    assert [layer.name for layer in graph.layers] == ["tokens", "embed", "attend", "read"]
    assert all(edge.source != "tokens" or edge.target == "embed" for edge in graph.edges)
    tokens = np.array([[1, 2, 0, 0, 0], [3, 4, 5, 6, 0]], np.int32)
    outputs = LayerOutputs(model).run([tokens])
    assert set(outputs) == set(LayerOutputs(model).names)
    assert np.array_equal(outputs["read"], np.asarray(model(tokens)))
    other = tokens.copy()
    other[other == 0] = 7  # the same without anything masked
    assert not np.allclose(LayerOutputs(model).run([other])["read"], outputs["read"])


def test_truth_values_that_somebody_wants_are_layers(keras: Any) -> None:
    """An output of the model, an argument of arithmetic, and the only argument of a layer are no masks."""
    from exporter.capture import graph_of

    numbers = keras.Input((4,), name="numbers")
    wanted, chosen, alone = (keras.ops.greater(numbers, limit) for limit in (0.0, 1.0, 2.0))
    kept = keras.ops.where(chosen, numbers, 0.0)
    model = keras.Model(numbers, [wanted, kept, keras.layers.Dense(2)(alone)])
    assert [layer.class_name for layer in graph_of(model).layers].count("Greater") == 3
