"""Importance by gradients means what it says: finite differences, units without effect, units of one class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from exporter.bundle.schema import UnitLayer

pytestmark = pytest.mark.tf


def untold(what: str, done: int, total: int) -> None:
    """Nobody is told."""


def gated_of(model: Any, *layers: tuple[str, int, str]) -> Any:
    from exporter.importance.gates import Gated

    units = [UnitLayer(name=name, units=count, plane=plane) for plane, (name, count, _) in enumerate(layers)]
    return Gated(model, units, [tap for *_, tap in layers])


@pytest.fixture(scope="module")
def small(keras: Any) -> Any:
    """A convolution with its normalisation and activation, and two dense layers."""
    keras.utils.set_random_seed(8)
    layers = keras.layers
    return gated_of(
        keras.Sequential(
            [
                keras.Input((6, 6, 1), name="picture"),
                layers.Conv2D(3, 3, name="conv"),
                layers.BatchNormalization(name="norm", beta_initializer="ones"),
                layers.Activation("tanh", name="bent"),
                layers.Flatten(),
                layers.Dense(5, activation="tanh", name="hidden"),
                layers.Dense(4, activation="softmax", name="scores"),
            ]
        ),
        *(("picture", 1, "picture"), ("conv", 3, "bent"), ("hidden", 5, "hidden"), ("scores", 4, "scores")),
    )


@pytest.fixture(scope="module")
def samples() -> Any:
    from exporter.importance.contract import Labelled

    random = np.random.default_rng(1)
    x = random.normal(size=(24, 6, 6, 1)).astype(np.float32)
    return Labelled((x,), np.arange(24, dtype=np.int64) % 4)


@pytest.mark.parametrize("layer", ["picture", "conv", "hidden"])
def test_gradient_is_the_finite_difference_of_the_logit_by_the_gate(small: Any, samples: Any, layer: str) -> None:
    from exporter.importance.gradient import LOGIT, run

    found = run(small, samples, range(4), progress=untold, of=LOGIT, power=1)[layer]
    step = 1e-2
    for unit in range(len(found)):
        gates = np.ones(len(found))
        gates[unit] = 1 + step
        above = small.predict(samples.x, {layer: gates})
        gates[unit] = 1 - step
        below = small.predict(samples.x, {layer: gates})
        rows = np.arange(24)
        by_gate = (above - below)[rows, samples.classes] / (2 * step)
        for each in range(4):
            assert found[unit, each] == pytest.approx(
                np.abs(by_gate[samples.classes == each]).mean(), rel=2e-2, abs=2e-4
            )


@pytest.fixture
def by_hand(keras: Any) -> Any:
    """Inputs of three classes; unit 0 speaks for class 0 alone, unit 1 for nobody, unit 2 is never on, 3 for all."""
    layers = keras.layers
    parts = [
        keras.Input((3,), name="x"),
        layers.Dense(4, activation="relu", name="hidden"),
        layers.Dense(3, name="out"),
    ]
    model = keras.Sequential(parts)
    model.get_layer("hidden").set_weights(
        [np.array([[1, 1, -1, 1], [0, 1, -1, 1], [0, 1, -1, 1]], np.float32), np.zeros(4, np.float32)]
    )
    model.get_layer("out").set_weights(
        [np.array([[2, 0, 0], [0, 0, 0], [1, 1, 1], [1, -1, 3]], np.float32), np.zeros(3, np.float32)]
    )
    return model


@pytest.mark.parametrize("of", ["logit", "likelihood", "cooled"])
def test_units_without_effect_have_none_and_a_unit_of_one_class_has_it_for_that(by_hand: Any, of: str) -> None:
    from exporter.importance.contract import Labelled
    from exporter.importance.gradient import run

    gated = gated_of(by_hand, ("x", 3, "x"), ("hidden", 4, "hidden"), ("out", 3, "out"))
    data = Labelled((np.eye(3, dtype=np.float32).repeat(5, axis=0),), np.arange(3, dtype=np.int64).repeat(5))
    found = run(gated, data, range(3), progress=untold, of=of)["hidden"]
    assert found[0, 0] > 0
    assert not found[0, 1:].any()
    assert not found[1:3].any()
    assert found[3].all()


def test_other_classes_do_not_matter_to_a_column_and_the_order_of_samples_hardly(small: Any, samples: Any) -> None:
    from exporter.importance.gradient import run

    every = run(small, samples, range(4), progress=untold)
    some = run(small, samples, (2, 0), progress=untold)
    turned = run(small, samples.of(np.arange(24)[::-1]), range(4), progress=untold)
    again = run(small, samples, range(4), progress=untold)
    for layer, values in every.items():
        np.testing.assert_allclose(some[layer], values[:, [2, 0]], rtol=1e-5)
        np.testing.assert_allclose(turned[layer], values, rtol=1e-5)
        np.testing.assert_array_equal(again[layer], values)
        assert values.dtype == np.float32


def test_units_in_another_order_have_their_importance_in_that_order(by_hand: Any) -> None:
    from exporter.importance.contract import Labelled
    from exporter.importance.gradient import run

    gated = gated_of(by_hand, ("hidden", 4, "hidden"), ("out", 3, "out"))
    data = Labelled((np.random.default_rng(3).random((30, 3), np.float32),), np.arange(30, dtype=np.int64) % 3)
    before = run(gated, data, range(3), progress=untold)["hidden"]
    order = [2, 0, 3, 1]
    (kernel, bias), (after, offset) = (by_hand.get_layer(name).get_weights() for name in ("hidden", "out"))
    by_hand.get_layer("hidden").set_weights([kernel[:, order], bias[order]])
    by_hand.get_layer("out").set_weights([after[order], offset])
    np.testing.assert_allclose(run(gated, data, range(3), progress=untold)["hidden"], before[order], rtol=1e-5)


def test_a_class_without_samples_has_a_column_of_zeros(small: Any, samples: Any) -> None:
    from exporter.importance.gradient import run

    found = run(small, samples.of(samples.classes != 1), range(4), progress=untold)
    for layer in ("conv", "hidden"):
        assert not found[layer][:, 1].any()
        assert found[layer][:, [0, 2, 3]].all()


def test_a_model_of_one_number_has_one_column(keras: Any) -> None:
    from exporter.importance.contract import Labelled
    from exporter.importance.gradient import run

    keras.utils.set_random_seed(2)
    hidden = keras.layers.Dense(4, name="hidden")
    model = keras.Sequential([keras.Input((3,), name="x"), hidden, keras.layers.Dense(1, name="price")])
    x = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    gated = gated_of(model, ("hidden", 4, "hidden"), ("price", 1, "price"))
    found = run(gated, Labelled((x,), np.zeros(50, np.int64)), (0,), progress=untold, power=1)["hidden"]
    weights = model.layers[-1].get_weights()[0]
    np.testing.assert_allclose(found, np.abs(np.asarray(hidden(x)) * weights.T).mean(axis=0)[:, None], rtol=1e-4)


def test_a_sure_answer_still_tells_what_it_is_made_of(by_hand: Any) -> None:
    """Where softmax is 1 to the last digit, the likelihood has no gradient any more, and the cooled one has."""
    from exporter.importance.contract import Labelled
    from exporter.importance.gradient import COOLED, LIKELIHOOD, run

    gated = gated_of(by_hand, ("hidden", 4, "hidden"), ("out", 3, "out"))
    data = Labelled((np.full((3, 3), 200.0, np.float32),), np.full(3, 2, np.int64))
    assert not run(gated, data, (2,), progress=untold, of=LIKELIHOOD)["hidden"].any()
    assert run(gated, data, (2,), progress=untold, of=COOLED)["hidden"][3, 0] > 0


@pytest.mark.parametrize("options", [{"of": "loss"}, {"power": 3}])
def test_options_that_make_no_sense_are_refused(small: Any, samples: Any, options: Any) -> None:
    from exporter.importance.contract import ImportanceError
    from exporter.importance.gradient import run

    with pytest.raises(ImportanceError, match="make no sense"):
        run(small, samples, range(4), progress=untold, **options)
