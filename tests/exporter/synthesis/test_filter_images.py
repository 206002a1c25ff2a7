"""Filter images, against a loop of NumPy, one image at a time, and against a net whose picture is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pleased_net import DEAD, SHAPE, asking, made, pleased_canvas

pytestmark = pytest.mark.tf

FIRST, SECOND = "in/first", "in/second"
STEPS = 6


def brute(probe: Any, unit: int, seed: int = 3) -> Any:
    """A filter image by the formula of the book, of one channel of `first`, convolved by hand."""
    kernel, bias = probe.model.get_layer("in").get_layer("first").get_weights()
    kernel, bias = kernel[..., unit].astype(np.float64), float(bias[unit])
    canvas = pleased_canvas()
    levels = 128 + 20 * np.random.default_rng(seed).random(SHAPE, np.float32).astype(np.float64)
    for _ in range(STEPS):
        fed, gradient = canvas.fed(levels), np.zeros(SHAPE)
        places = [(row, column) for row in range(0, 14, 2) for column in range(0, 10, 2)]
        for row, column in places:
            here = slice(row, row + 3), slice(column, column + 3)
            gradient[here] += ((fed[here] * kernel).sum() + bias > 0) * kernel / len(places)
        gradient /= np.sqrt((gradient**2).mean()) + 1e-5
        levels = np.clip(levels + gradient, 0, 255)
    return levels


@pytest.fixture(scope="module")
def of_all(pleased: Any) -> Any:
    return made(pleased, "filter", asking(5, layer=FIRST, units=range(5)), steps=STEPS)


def test_they_are_what_the_formula_says(pleased: Any, of_all: Any) -> None:
    for unit in (0, 3):
        np.testing.assert_allclose(of_all[-1].levels[unit], brute(pleased, unit), atol=2e-3)
    assert len(of_all) == STEPS + 1


def test_the_loss_rises_with_every_step(of_all: Any) -> None:
    losses = np.array([step.losses for step in of_all])
    assert (np.diff(np.delete(losses, DEAD, axis=1), axis=0) > 0).all()


def test_a_dead_channel_is_marked_and_stays_as_it_began(of_all: Any) -> None:
    assert of_all[-1].dead.tolist() == [unit == DEAD for unit in range(5)]
    np.testing.assert_array_equal(of_all[-1].levels[DEAD], of_all[0].levels[DEAD])
    np.testing.assert_array_equal(of_all[0].levels[DEAD], of_all[0].levels[0])


def test_a_dead_channel_is_woken_before_its_relu(pleased: Any) -> None:
    found = made(pleased, "filter", asking(2, layer=FIRST, units=[DEAD, 0]), steps=2, before_relu=True)
    assert not found[-1].dead.any()
    assert (found[-1].losses > found[0].losses).all()


def test_an_image_does_not_depend_on_its_neighbours(pleased: Any, of_all: Any) -> None:
    alone = made(pleased, "filter", asking(1, layer=FIRST, units=[3]), steps=STEPS)
    np.testing.assert_allclose(alone[-1].levels[0], of_all[-1].levels[3], atol=1e-3)


def test_one_unit_changes_only_what_it_sees(pleased: Any) -> None:
    start = np.random.default_rng(0).uniform(60, 190, (1, *SHAPE)).astype(np.float32)
    task = asking(layer=FIRST, units=[0], at=[[2, 3]], start=start)
    if made(pleased, "filter", task, steps=1)[-1].dead[0]:
        task = asking(layer=FIRST, units=[0], at=[[2, 3]], start=255 - start)
    found = made(pleased, "filter", task, steps=2)
    moved = (found[-1].levels != found[0].levels).any(axis=(0, 3))
    assert moved[4:7, 6:9].all()
    assert moved.sum() == 9


def test_the_picture_of_a_linear_unit_is_its_weights(keras: Any) -> None:
    from exporter.probing import Probe
    from exporter.synthesis import Canvas, Task

    model = keras.Sequential([keras.Input((6,), name="x"), keras.layers.Dense(3, name="dense")])
    weights = model.layers[0].get_weights()[0].T
    canvas, task = (
        Canvas(np.float32(0), np.float32(1), (6,)),
        Task(np.zeros((3, 6), np.float32), False, "dense", np.arange(3)),
    )
    found = made(Probe(model), "filter", task, canvas, steps=4, jitter=2, blur=1.0, octaves=2)
    along = weights / (np.sqrt((weights**2).mean(axis=1, keepdims=True)) + 1e-5)
    np.testing.assert_allclose(found[-1].levels, found[0].levels + 8 * along, atol=1e-3)


@pytest.mark.parametrize(
    ("said", "options", "asked"),
    [
        ("no such channel", {}, {"units": [6]}),
        ("did you mean in/second", {"layer": "in/secnd"}, {}),
        ("asked about no layer", {"layer": None}, {}),
        ("asked about nothing", {"units": None}, {}),
        ("no such place", {"at": [[9, 0]]}, {}),
        ("the start does not fit: expected 16x12x3, got 3x3", {"start": np.zeros((1, 3, 3), np.float32)}, {}),
        ("not finite", {"start": np.full((1, *SHAPE), np.nan, np.float32)}, {}),
    ],
)
def test_what_cannot_be_asked_is_told(pleased: Any, said: str, options: Any, asked: Any) -> None:
    from exporter.bundle.errors import KerascopeError

    task = asking(**{"layer": SECOND, "units": [0], **options, **asked})
    with pytest.raises(KerascopeError, match=said):
        made(pleased, "filter", task)


@pytest.mark.parametrize(
    "options",
    [{"steps": 0}, {"steps": True}, {"step_size": 0.0}, {"octaves": 0}, {"jitter": -1}, {"blur": -1.0}, {"hue": 3}],
)
def test_options_that_make_no_sense_are_refused(options: Any) -> None:
    from exporter.synthesis import SynthesisError, synthesis_named

    with pytest.raises(SynthesisError):
        synthesis_named("filter").chosen(**options)
