"""Occlusion in batches beside one square after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_nets import asked
from pytest_benchmark.fixture import BenchmarkFixture
from taking_turns import Work, in_turns

SIDE, SQUARE, POSITIONS = 67, 4, 64 * 64
ROUNDS = 3
AT_LEAST_FASTER = 10.0


@pytest.fixture(scope="module")
def probe() -> Any:
    """A classifier of small pictures, as lessons have them: two convolutions with pools, ten classes."""
    from exporter.backend import keras
    from exporter.probing import Probe

    layers = keras.layers
    keras.utils.set_random_seed(1)
    parts = [
        layers.Conv2D(4, 3, strides=2, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
    return Probe(keras.Sequential([keras.Input((SIDE, SIDE, 1)), *parts]))


def one_by_one(probe: Any, question: Any) -> Work:
    """The same squares, one at a time through a compiled function: the fastest way without batches."""
    from exporter.backend import tf

    def logit(fed: Any) -> Any:
        return probe.seen(fed).logits[0, 3]

    score = tf.function(logit).get_concrete_function(tf.TensorSpec((1, SIDE, SIDE, 1)))

    def work() -> Any:
        fed = question.fed[0]
        falls, counts = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
        whole = float(score(tf.constant(fed[None])))
        for top, left in np.ndindex(64, 64):
            hidden = fed.copy()
            place = slice(top, top + SQUARE), slice(left, left + SQUARE)
            hidden[place] = 0
            falls[place] += whole - float(score(tf.constant(hidden[None])))
            counts[place] += 1
        return falls / counts

    return work


def test_squares_in_batches(probe: Any, benchmark: BenchmarkFixture, timings: list[str]) -> None:
    from exporter.explain import explanation_named

    occlusion = explanation_named("occlusion")
    options = occlusion.chosen(square=SQUARE, stride=1)
    question = asked(np.random.default_rng(1).random((1, SIDE, SIDE, 1), np.float32), units=[3])

    def work() -> Any:
        return occlusion.run(probe, question, options).maps[0].values[0]

    walls, processors, results = in_turns({"ours": work, "one by one": one_by_one(probe, question)}, ROUNDS)
    np.testing.assert_allclose(results["ours"], results["one by one"], atol=1e-5)
    times = {name: took["one by one"] / took["ours"] for name, took in (("wall", walls), ("processor", processors))}
    timings.append(
        f"occlusion, {POSITIONS} positions: in batches {walls['ours'] * 1e3:.0f} ms, one by one "
        f"{walls['one by one'] * 1e3:.0f} ms, {times['wall']:.1f} times (processor {times['processor']:.1f})"
    )
    assert times["processor"] >= AT_LEAST_FASTER
    benchmark.extra_info.update(walls)
    benchmark.pedantic(work, rounds=3)
