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


def test_what_is_nested_shared_or_a_class_has_a_twin(keras: Any) -> None:
    from containers import classifier_class, composite_model, nested_model

    from exporter.models import untrained_twin

    class Plain(keras.Model):
        def __init__(self) -> None:  # Keras' own configuration does not fit this
            super().__init__()
            self.only = keras.layers.Dense(3, kernel_initializer=keras.initializers.HeNormal(seed=4))

        def call(self, x: Any) -> Any:
            return self.only(x)

    plain = Plain()
    plain(np.ones((1, 2), np.float32))
    for model in (nested_model(keras), composite_model(keras), classifier_class(keras), plain):
        one, other = (weights(untrained_twin(model, seed)) for seed in (1, 2))
        assert [a.shape for a in one] == [a.shape for a in weights(model)]
        drawn = [np.ptp(a) > 0 for a in one]
        assert any(drawn)
        if model is plain:
            assert all(map(np.array_equal, one, weights(untrained_twin(model, 1))))
        for a, b, c in ((a, b, c) for a, b, c, d in zip(one, other, weights(model), drawn, strict=True) if d):
            assert not np.array_equal(a, b)
            assert not np.array_equal(a, c)


def test_a_class_that_cannot_be_made_again_is_told(keras: Any) -> None:
    from exporter.models import ModelError, untrained_twin

    class Wrapped(keras.Model):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def call(self, x: Any) -> Any:
            return self.inner(x)

    model = Wrapped(lambda x: x)
    model(np.zeros((1, 2), np.float32))
    with pytest.raises(ModelError, match=r"an untrained twin of .* cannot be made: expected .*get_config"):
        untrained_twin(model, 1)
