"""Attention scores and recurrent states are those that the layer itself goes by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytestmark = pytest.mark.tf

Array = NDArray[Any]
TIGHT = {"rtol": 1e-5, "atol": 1e-5}


@pytest.fixture(autouse=True)
def _seeded(keras: Any) -> None:
    keras.utils.set_random_seed(21)


def sequences(keras: Any, *shape: int) -> Any:
    return keras.ops.convert_to_tensor(np.random.default_rng(6).normal(size=shape).astype(np.float32))


def extras(layer: Any, *args: Any, **kwargs: Any) -> tuple[Any, dict[str, Array]]:
    """What a layer gives in inference, and its extra values by name; they have the shapes that were announced."""
    from exporter.backend import keras
    from exporter.capture.extras import before_call, extra_specs, extra_values

    tensors = [each for each in keras.tree.flatten((args, kwargs)) if hasattr(each, "shape")]
    before = before_call(layer, args, kwargs)
    result = layer(*args, **kwargs)
    kept = [np.array(each) for each in keras.tree.flatten(result)]
    values = extra_values(layer, args, kwargs, result, before)
    specs = extra_specs(layer, [(None, *each.shape[1:]) for each in tensors])
    assert [(len(tensors[0]), *spec.shape) for spec in specs] == [each.shape for each in values]
    assert [spec.dtype for spec in specs] == [each.dtype for each in values]
    for then, now in zip(kept, keras.tree.flatten(result), strict=True):
        np.testing.assert_array_equal(then, now)
    return result, {spec.name: each for spec, each in zip(specs, values, strict=True)}


def softmax(values: Array) -> Array:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def numpy_lstm(layer: Any, x: Array, mask: Array | None = None) -> tuple[Array, Array]:
    """All hidden and cell states (n, time, units) of an LSTM, by the equations of Hochreiter and Schmidhuber."""
    kernel, recurrent, bias = (np.asarray(each, np.float64) for each in layer.get_weights())
    sigmoid = lambda v: 1 / (1 + np.exp(-v))  # noqa: E731
    h = c = np.zeros((len(x), layer.units))
    hidden, cell = [], []
    for step in range(x.shape[1]):
        i, f, g, o = np.split(x[:, step] @ kernel + h @ recurrent + bias, 4, axis=-1)
        new_c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        new_h = sigmoid(o) * np.tanh(new_c)
        keep = np.ones((len(x), 1), bool) if mask is None else mask[:, step, None]
        h, c = np.where(keep, new_h, h), np.where(keep, new_c, c)
        hidden.append(h)
        cell.append(c)
    return np.stack(hidden, 1), np.stack(cell, 1)


@pytest.mark.parametrize("masked", [False, True])
def test_lstm_states_are_those_of_numpy(keras: Any, masked: bool) -> None:
    x = sequences(keras, 3, 6, 4)
    mask = np.arange(6) < np.array([[6], [3], [1]]) if masked else None
    layer = keras.layers.LSTM(5)
    result, values = extras(layer, x, mask=mask) if masked else extras(layer, x)
    hidden, cell = numpy_lstm(layer, np.asarray(x, np.float64), mask)
    np.testing.assert_allclose(values["hidden states"], hidden, **TIGHT)
    np.testing.assert_allclose(values["cell states"], cell, **TIGHT)
    np.testing.assert_allclose(values["hidden states"][:, -1], result, **TIGHT)


def recurrent_layers(keras: Any) -> Iterator[Any]:
    layers = keras.layers
    kinds = (
        lambda **kw: layers.SimpleRNN(4, **kw),
        lambda **kw: layers.GRU(4, **kw),
        lambda **kw: layers.GRU(4, reset_after=False, **kw),
        lambda **kw: layers.LSTM(4, dropout=0.5, recurrent_dropout=0.5, **kw),
        lambda **kw: layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)], **kw),
    )
    for nth, (make, backwards) in enumerate(product(kinds, (False, True))):
        yield make(return_sequences=True, go_backwards=backwards, unroll=nth % 3 == 0)


def test_hidden_states_are_what_return_sequences_gives(keras: Any) -> None:
    x = sequences(keras, 2, 4, 3)
    mask = np.array([[True, True, False, True], [True, False, False, False]])
    for layer in recurrent_layers(keras):
        for kwargs in ({}, {"mask": mask}):
            result, values = extras(layer, x, **kwargs)
            stacked = hasattr(layer.cell, "cells")
            np.testing.assert_allclose(values[f"hidden states{' 2' * stacked}"], result, **TIGHT)


def test_stacked_cells_have_their_states_each(keras: Any) -> None:
    layer = keras.layers.RNN([keras.layers.LSTMCell(3), keras.layers.GRUCell(4)])
    _, values = extras(layer, sequences(keras, 2, 4, 3))
    assert list(values) == ["hidden states 1", "cell states 1", "hidden states 2"]


def test_an_initial_state_is_where_it_begins(keras: Any) -> None:
    x, first = sequences(keras, 2, 5, 3), sequences(keras, 2, 4)
    layer = keras.layers.GRU(4)
    result, values = extras(layer, x, initial_state=first)
    np.testing.assert_allclose(values["hidden states"][:, -1], result, **TIGHT)
    _, other = extras(layer, x)
    assert not np.allclose(values["hidden states"][:, 0], other["hidden states"][:, 0])


def test_a_stateful_layer_goes_on_where_it_was(keras: Any) -> None:
    x = sequences(keras, 2, 5, 3)
    layer = keras.layers.LSTM(4, stateful=True)
    layer.build((2, 5, 3))
    for _ in range(2):
        result, values = extras(layer, x)
        np.testing.assert_allclose(values["hidden states"][:, -1], result, **TIGHT)
        np.testing.assert_allclose(values["cell states"][:, -1], layer.states[1], **TIGHT)


@pytest.mark.parametrize("merge_mode", ["concat", "sum"])
def test_both_directions_are_in_the_order_of_time(keras: Any, merge_mode: str) -> None:
    layers = keras.layers
    layer = layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode=merge_mode)
    mask = np.array([[True, True, True, False], [True, False, False, False]])
    for kwargs in ({}, {"mask": mask}):
        result, values = extras(layer, sequences(keras, 2, 4, 3), **kwargs)
        forward, backward = values["hidden states forward"], values["hidden states backward"]
        both = np.concatenate([forward, backward], -1) if merge_mode == "concat" else forward + backward
        shown = kwargs.get("mask", np.ones((2, 4), bool))[..., None]  # Keras hands on zeros for masked steps
        np.testing.assert_allclose(both * shown, result, **TIGHT)
    np.testing.assert_array_equal(forward[1, 1:], forward[1, :-1])
    np.testing.assert_array_equal(backward[1, 1:], 0)


def test_states_of_a_convolutional_lstm_are_maps(keras: Any) -> None:
    layer = keras.layers.ConvLSTM2D(3, 3, padding="same", strides=2)
    result, values = extras(layer, sequences(keras, 2, 3, 6, 4, 1))
    assert values["cell states"].shape == (2, 3, 3, 2, 3)
    np.testing.assert_allclose(values["hidden states"][:, -1], result, **TIGHT)


def test_cells_that_only_their_author_knows(keras: Any) -> None:
    class Counting(keras.layers.Layer):
        state_size = (2, 2, 1)
        output_size = 2

        def call(self, inputs: Any, states: Any) -> Any:
            total = states[0] + inputs
            return total, [total, states[1] - inputs, states[2] + 1]

    x = sequences(keras, 2, 4, 2)
    result, values = extras(keras.layers.RNN(Counting()), x)
    np.testing.assert_allclose(values["hidden states"], np.cumsum(x, axis=1), **TIGHT)
    np.testing.assert_array_equal(values["states 3"][0, :, 0], [1, 2, 3, 4])
    np.testing.assert_allclose(values["hidden states"][:, -1], result, **TIGHT)


def test_layers_with_a_call_of_their_own_are_not_second_guessed(keras: Any) -> None:
    class Own(keras.layers.LSTM):
        def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
            return super().call(sequences * 2, initial_state, mask, training)

    assert extras(Own(2), sequences(keras, 1, 3, 2))[1] == {}
    assert extras(keras.layers.Dense(2), sequences(keras, 1, 3))[1] == {}


def test_scores_are_softmax_of_queries_on_keys(keras: Any) -> None:
    query, value = sequences(keras, 2, 5, 6), sequences(keras, 2, 3, 6)
    layer = keras.layers.MultiHeadAttention(4, 8)
    result, values = extras(layer, query, value)
    scores = values["attention scores"]
    projected = [
        np.einsum("btd,dhk->bthk", x, dense.kernel) + dense.bias
        for x, dense in ((query, layer._query_dense), (value, layer._key_dense), (value, layer._value_dense))
    ]
    expected = softmax(np.einsum("bqhk,bshk->bhqs", *projected[:2]) / np.sqrt(8))
    np.testing.assert_allclose(scores, expected, **TIGHT)
    mixed = np.einsum("bhqs,bshk->bqhk", scores, projected[2])
    output = np.einsum("bqhk,hkd->bqd", mixed, layer._output_dense.kernel) + layer._output_dense.bias
    np.testing.assert_allclose(result, output, **TIGHT)


def attentions(keras: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    layers = keras.layers
    x = sequences(keras, 2, 4, 6)
    for layer in (layers.MultiHeadAttention(2, 3, dropout=0.5), layers.GroupQueryAttention(3, 4, 2)):
        yield layer, {"query": x, "value": x}
    yield layers.Attention(use_scale=True, dropout=0.5), {"inputs": [x, x]}
    yield layers.AdditiveAttention(), {"inputs": [x, x]}


def test_scores_of_each_query_sum_to_one(keras: Any) -> None:
    for layer, arguments in attentions(keras):
        scores = extras(layer, **arguments)[1]["attention scores"]
        assert scores.min() >= 0
        np.testing.assert_allclose(scores.sum(axis=-1), 1, **TIGHT)


def test_causal_scores_see_nothing_of_what_comes(keras: Any) -> None:
    for layer, arguments in attentions(keras):
        scores = extras(layer, **arguments, use_causal_mask=True)[1]["attention scores"]
        assert np.abs(np.triu(scores, 1)).max() < 1e-6
        np.testing.assert_allclose(scores[..., 0, 0], 1, **TIGHT)


@pytest.mark.parametrize("headed", [True, False])
def test_what_a_mask_hides_gets_no_attention(keras: Any, headed: bool) -> None:
    """Keras' attention takes the masks off its arguments: they are looked at before."""
    embedded = keras.layers.Embedding(9, 6, mask_zero=True)(np.array([[1, 2, 0, 0], [3, 4, 5, 0]]))
    layer = keras.layers.MultiHeadAttention(2, 3) if headed else keras.layers.Attention()
    args = (embedded, embedded) if headed else ([embedded, embedded],)
    _, values = extras(layer, *args)
    scores = values["attention scores"]
    assert scores[0, :, :2, 2:].max() < 1e-6
    assert scores[1, :, :3, 3].max() < 1e-6
    assert scores[1, :, :3, 2].min() > 1e-4


def test_attention_over_both_axes_of_maps_and_over_one(keras: Any) -> None:
    x = sequences(keras, 2, 3, 4, 5)
    for axes, shape in ((None, (2, 2, 12, 12)), ((2,), (2, 6, 4, 4))):
        layer = keras.layers.MultiHeadAttention(2, 3, attention_axes=axes)
        _, values = extras(layer, x, x)
        assert values["attention scores"].shape == shape
        np.testing.assert_allclose(values["attention scores"].sum(axis=-1), 1, **TIGHT)
