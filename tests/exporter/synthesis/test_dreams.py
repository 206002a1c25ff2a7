"""DeepDream: what rises in each octave, on which canvases, and what is left of the start."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pleased_net import SHAPE, asking, made

pytestmark = pytest.mark.tf

LAYER, STEPS, OCTAVES = "in/second", 5, 3


def picture() -> Any:
    rows, columns = np.indices(SHAPE[:2])
    return np.stack([rows * 12 + 20, columns * 15 + 30, (rows * columns) % 7 * 30 + 20], axis=-1).astype(np.float32)


@pytest.fixture(scope="module")
def dream(pleased: Any) -> list[Any]:
    start = np.stack([picture(), picture()[::-1]])
    task = asking(layer=LAYER, start=start)
    return made(pleased, "deepdream", task, steps=STEPS, octaves=OCTAVES, octave_scale=1.3, jitter=0)


def test_the_layer_answers_more_in_every_octave(dream: list[Any]) -> None:
    losses = np.array([step.losses for step in dream])
    octaves = np.array([step.terms["octave"][0] for step in dream])
    assert octaves.tolist() == [1] * STEPS + [2] * STEPS + [3] * (STEPS + 1)
    for octave in (1, 2, 3):
        rising = losses[octaves == octave]
        assert (np.diff(rising, axis=0) > 0).all()
    assert (losses[-1] > losses[0]).all()


def test_the_last_loss_is_that_of_the_picture_itself(pleased: Any, dream: list[Any]) -> None:
    from pleased_net import pleased_canvas

    from exporter.probing import scores_of

    def answered(probe: Any, fed: Any) -> Any:
        return scores_of(probe.seen(fed, (LAYER,)), LAYER)

    fed = pleased_canvas().fed(dream[-1].levels)
    np.testing.assert_allclose(dream[-1].losses, pleased.compiled(answered)(fed).numpy(), rtol=1e-4)


def test_the_start_shows_through(dream: list[Any]) -> None:
    np.testing.assert_allclose(dream[0].levels[0], picture(), atol=1e-3)
    moved = np.abs(dream[-1].levels - dream[0].levels)
    assert {step.levels.shape for step in dream} == {(2, *SHAPE)}
    assert 3 < moved.mean() < 1.5 * STEPS * OCTAVES
    assert all(step.levels.min() >= 0 and step.levels.max() <= 255 for step in dream)


def test_a_dream_does_not_depend_on_its_neighbours(pleased: Any, dream: list[Any]) -> None:
    alone = made(
        pleased,
        "deepdream",
        asking(layer=LAYER, start=picture()[::-1][None]),
        steps=STEPS,
        octaves=OCTAVES,
        octave_scale=1.3,
        jitter=0,
    )
    np.testing.assert_allclose(alone[-1].levels[0], dream[-1].levels[1], atol=0.05)


def test_numbers_in_a_row_dream_in_one_octave(keras: Any) -> None:
    from exporter.probing import Probe
    from exporter.synthesis import Canvas, Task

    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, name="dense"), keras.layers.Dense(2)])
    task, canvas = Task(np.zeros((1, 6), np.float32), False, "dense"), Canvas(np.float32(0), np.float32(1), (6,))
    found = made(Probe(model), "deepdream", task, canvas, steps=3, octaves=2)
    assert (np.diff([step.losses[0] for step in found]) > 0).all()
    assert [step.terms["octave"][0] for step in found] == [1] * 7


def test_a_layer_that_never_answers_is_dead(keras: Any) -> None:
    from exporter.probing import Probe
    from exporter.synthesis import Canvas, Task

    dense = keras.layers.Dense(4, activation="relu", name="dense", bias_initializer=keras.initializers.Constant(-1e6))
    probe = Probe(keras.Sequential([keras.Input((6,)), dense, keras.layers.Dense(2)]))
    task, canvas = Task(np.zeros((2, 6), np.float32), False, "dense"), Canvas(np.float32(0), np.float32(1), (6,))
    (only,) = made(probe, "deepdream", task, canvas)
    assert only.dead.all()
    assert "gradient is 0" in only.stopped


@pytest.mark.parametrize("options", [{"octaves": 0}, {"octave_scale": 1.0}, {"steps": 0}, {"jitter": -2}])
def test_dreams_that_make_no_sense_are_refused(options: Any) -> None:
    from exporter.synthesis import SynthesisError, synthesis_named

    with pytest.raises(SynthesisError):
        synthesis_named("deepdream").chosen(**options)
