"""Trained scales mean what they say, and nothing else of the network is trained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from exporter.bundle.schema import UnitLayer

pytestmark = pytest.mark.tf


def untold(what: str, done: int, total: int) -> None:
    """Nobody is told."""


@pytest.fixture(scope="module")
def by_hand(keras: Any) -> Any:
    """Three classes of inputs: a unit for each class, one that always speaks for all alike, and one for nobody."""
    from exporter.importance.gates import Gated

    layers = keras.layers
    parts = [
        keras.Input((3,), name="x"),
        layers.Dense(5, activation="relu", name="hidden"),
        layers.Dense(3, activation="softmax", name="scores"),
    ]
    model = keras.Sequential(parts)
    into = np.concatenate([np.eye(3), np.full((3, 2), 0.2)], axis=1)
    out = np.concatenate([3 * np.eye(3), np.full((1, 3), 1.0), np.zeros((1, 3))])
    for name, kernel in (("hidden", into), ("scores", out)):
        layer = model.get_layer(name)
        layer.set_weights([kernel.astype(np.float32), np.zeros(kernel.shape[1], np.float32)])
    names = (("x", 3), ("hidden", 5), ("scores", 3))
    units = [UnitLayer(name=name, units=count, plane=plane) for plane, (name, count) in enumerate(names)]
    return Gated(model, units, [name for name, _ in names])


@pytest.fixture(scope="module")
def samples() -> Any:
    from exporter.importance.contract import Labelled

    classes = np.arange(90, dtype=np.int64) % 3
    noise = 0.2 * np.random.default_rng(0).random((90, 3))
    return Labelled(((np.eye(3)[classes] + noise).astype(np.float32),), classes)


QUICK = {"batch": 30, "epochs": 40, "rate": 0.02}


def test_a_class_keeps_its_own_unit_and_drops_what_tells_nothing(by_hand: Any, samples: Any) -> None:
    from exporter.importance.batch_norm import run

    before = by_hand.model.get_weights()
    found = run(by_hand, samples, (0, 1, 2), progress=untold, **QUICK)
    hidden = found["hidden"]
    assert (hidden[:3].argmax(axis=0) == [0, 1, 2]).all()
    assert (np.diag(hidden[:3]) > 5 * hidden[3:].max(axis=0)).all()
    assert (hidden >= 0).all()
    for weight, was in zip(by_hand.model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, was)


def test_same_seed_same_bytes_and_each_class_by_itself(by_hand: Any, samples: Any) -> None:
    from exporter.importance.batch_norm import run

    few = {**QUICK, "epochs": 3}
    every = run(by_hand, samples, (0, 1, 2), progress=untold, **few)
    again = run(by_hand, samples, (0, 1, 2), progress=untold, **few)
    other = run(by_hand, samples, (0, 1, 2), progress=untold, seed=1, **few)
    one = run(by_hand, samples, (2,), progress=untold, **few)
    assert every["hidden"].tobytes() == again["hidden"].tobytes()
    assert every["hidden"].tobytes() != other["hidden"].tobytes()
    np.testing.assert_allclose(one["hidden"][:, 0], every["hidden"][:, 2], rtol=1e-5)


def test_nn_vis_own_choices_hardly_move_from_one_on_few_samples(by_hand: Any, samples: Any) -> None:
    from exporter.importance.batch_norm import run

    found = run(by_hand, samples, (0, 1, 2), progress=untold, scale="normalised", against="sum", rate=0.001, epochs=5)
    assert 0.95 < found["hidden"].min() <= found["hidden"].max() < 1.05


def test_many_classes_are_trained_in_blocks_with_the_same_result(
    by_hand: Any, samples: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.importance import batch_norm

    seen: list[tuple[int, int]] = []
    few = {**QUICK, "epochs": 2}
    together = batch_norm.run(by_hand, samples, (0, 1, 2), progress=untold, **few)
    monkeypatch.setattr(batch_norm, "_MOST_CLASSES", 2)
    blocks = batch_norm.run(
        by_hand, samples, (0, 1, 2), progress=lambda what, done, total: seen.append((done, total)), **few
    )
    np.testing.assert_allclose(blocks["hidden"], together["hidden"], rtol=1e-5)
    assert seen == [(done, len(seen)) for done in range(1, len(seen) + 1)]


def test_maps_are_normalised_over_samples_and_places_and_each_class_apart() -> None:
    from exporter.backend import tf
    from exporter.importance.batch_norm import _normalised
    from exporter.importance.gates import Gate

    maps = np.random.default_rng(0).normal(3.0, 2.0, (8, 5, 5, 2)).astype(np.float32)
    maps[4:] += 10.0
    made = _normalised(Gate("conv", "conv", 2, (1, 1, 2)), tf.constant(maps), 2).numpy().reshape(2, 4, 5, 5, 2)
    np.testing.assert_allclose(made.mean(axis=(1, 2, 3)), 0.0, atol=1e-5)
    np.testing.assert_allclose(made.std(axis=(1, 2, 3)), 1.0, atol=1e-3)


def test_a_class_without_samples_has_zeros_and_one_class_alone_is_refused(by_hand: Any, samples: Any) -> None:
    from exporter.importance.batch_norm import run
    from exporter.importance.contract import ImportanceError

    two = samples.of(samples.classes != 1)
    found = run(by_hand, two, (0, 1, 2), progress=untold, **{**QUICK, "epochs": 1})["hidden"]
    assert not found[:, 1].any()
    assert found[:, [0, 2]].all()
    with pytest.raises(ImportanceError, match="tells classes apart"):
        run(by_hand, samples.of(samples.classes == 1), (1,), progress=untold)


@pytest.mark.parametrize("options", [{"epochs": 0}, {"rate": 0.0}, {"scale": "none"}, {"against": "all"}, {"seed": -1}])
def test_options_that_make_no_sense_are_refused(by_hand: Any, samples: Any, options: Any) -> None:
    from exporter.importance.batch_norm import run
    from exporter.importance.contract import ImportanceError

    with pytest.raises(ImportanceError, match="make no sense") as error:
        run(by_hand, samples, (0, 1, 2), progress=untold, **options)
    assert "\n" not in str(error.value)


def test_batches_hold_half_own_and_half_others_of_all_classes_evenly() -> None:
    from exporter.importance.draws import batches_of

    classes = np.array([0] * 6 + [1] * 3 + [2] * 30, np.int64)
    stream = batches_of(classes, (2, 0), 4, seed=5)
    drawn = np.array([next(stream) for _ in range(12)]).reshape(12, 2, 2, 4)
    assert (classes[drawn[:, 0, 0]] == 2).all()
    assert (classes[drawn[:, 1, 0]] == 0).all()
    others = np.bincount(classes[drawn[:, 1, 1]].ravel(), minlength=3)
    assert others.tolist() == [0, 24, 24]
    assert len(set(drawn[:6, 1, 0].ravel()[:6])) == 6  # all of a class before any again
