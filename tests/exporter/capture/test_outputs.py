"""What is captured of a model equals what Keras itself computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


def test_outputs_are_those_of_a_submodel_bit_for_bit(keras: Any, learned: tuple[Any, Any]) -> None:
    from exporter.capture import LayerOutputs

    model, _ = learned
    x = np.random.default_rng(1).random((7, 28, 28, 1), np.float32)
    peer = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
    captured = LayerOutputs(model).run([x])
    for layer, values in zip(model.layers, peer.predict(x, verbose=0), strict=True):
        np.testing.assert_array_equal(captured[layer.name], values, err_msg=layer.name)
    np.testing.assert_array_equal(captured["digit"], x)


def test_every_call_is_there_and_dropout_is_off(branching: Any) -> None:
    from exporter.capture import LayerOutputs

    rng = np.random.default_rng(2)
    outputs = LayerOutputs(branching).run([rng.random((2, 8, 8, 1), np.float32), rng.random((2, 4), np.float32)])
    np.testing.assert_array_equal(outputs["dropped"], outputs["joined"])
    np.testing.assert_array_equal(outputs["sum"], outputs["relu"] + outputs["shared:1"])
    assert not np.array_equal(outputs["shared"], outputs["shared:1"])


def test_the_batch_is_bounded_by_bytes(learned: tuple[Any, Any]) -> None:
    from exporter.capture import LayerOutputs

    model, _ = learned
    outputs = LayerOutputs(model)
    sizes = [28 * 28, 28 * 28 * 8, 28 * 28 * 8, 14 * 14 * 8, 14 * 14 * 12, 14 * 14 * 12, 7 * 7 * 12, 588, 32, 10]
    assert outputs.bytes_per_sample == 4 * sum(sizes)
    assert outputs.batch == 32
    assert LayerOutputs(model, batch_bytes=3 * outputs.bytes_per_sample + 1).batch == 3
    assert LayerOutputs(model, batch_bytes=1).batch == 1


def test_scores_that_are_no_numbers_are_null(branching: Any) -> None:
    from exporter.capture import LayerOutputs

    outputs = LayerOutputs(branching)
    assert outputs.scores({"scores": np.array([[0.5, 0.125]])}, 0) == ((0.5, 0.125), 0)
    assert outputs.scores({"scores": np.array([[0.5, np.nan]])}, 0) == ((0.5, None), None)
    assert outputs.scores({"scores": np.array([[0.5]])}, 0) == ((0.5,), None)
    assert outputs.scores({"scores": np.zeros((1, 10_001))}, 0) == ((), None)


def test_it_follows_the_weights_and_gives_them_back(keras: Any) -> None:
    from exporter.capture import LayerOutputs, read_weights, weights_as
    from exporter.models import ModelError

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, use_bias=False, name="d")])
    own = read_weights(model)
    outputs = LayerOutputs(model)
    x = np.eye(2, dtype=np.float32)
    with weights_as(model, {"d/kernel": np.full((2, 2), 3.0, np.float32)}):
        assert outputs.run([x])["d"].tolist() == [[3, 3], [3, 3]]
    with pytest.raises(ZeroDivisionError), weights_as(model, {"d/kernel": np.zeros((2, 2), np.float32)}):
        raise ZeroDivisionError
    np.testing.assert_array_equal(outputs.run([x])["d"], own["d/kernel"])
    for wrong in ({"d/kernel": np.zeros((2, 3))}, {"e/kernel": np.zeros((2, 2))}, {}):
        with pytest.raises(ModelError, match="another model"), weights_as(model, wrong):
            pass
    np.testing.assert_array_equal(read_weights(model)["d/kernel"], own["d/kernel"])
