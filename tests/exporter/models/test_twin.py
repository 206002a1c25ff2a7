"""The untrained twin: the same architecture, other weights, and nothing else is touched."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tf


def weights(model: Any) -> list[np.ndarray[Any, Any]]:
    return [np.asarray(weight) for weight in model.get_weights()]


def test_the_seed_decides_the_weights(branching: Any) -> None:
    from exporter.models import untrained_twin

    one, same, other = (weights(untrained_twin(branching, seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert [a.shape for a in one] == [a.shape for a in weights(branching)]
    assert not np.array_equal(one[0], weights(branching)[0])


def test_a_seed_inside_the_model_does_not_freeze_the_twin(keras: Any) -> None:
    from exporter.models import untrained_twin

    layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.HeNormal(seed=9))
    inner = keras.Sequential([keras.Input((2,)), layer])
    model = keras.Sequential([keras.Input((2,)), inner])
    one, other = (weights(untrained_twin(model, seed))[0] for seed in (1, 2))
    assert not np.array_equal(one, weights(model)[0])
    assert not np.array_equal(one, other)


def test_the_global_random_state_stays_as_it_was(branching: Any) -> None:
    from exporter.models import untrained_twin

    before = random.getstate()
    untrained_twin(branching, 1)
    assert random.getstate() == before


def test_moving_statistics_are_fresh_and_adapted_ones_are_kept(keras: Any) -> None:
    from exporter.models import untrained_twin

    adapted = keras.layers.Normalization()
    adapted.adapt(np.array([[1.0, 5.0], [3.0, 9.0]], np.float32))
    norm = keras.layers.BatchNormalization()
    model = keras.Sequential([keras.Input((2,)), adapted, norm])
    norm.set_weights([np.full(2, 7.0)] * 4)
    twin = untrained_twin(model, 1)
    x = np.array([[2.0, 7.0]], np.float32)
    np.testing.assert_array_equal(np.asarray(twin.layers[0](x)), np.asarray(adapted(x)))
    assert [w.tolist() for w in weights(twin.layers[1])] == [[1, 1], [0, 0], [0, 0], [1, 1]]
