"""Class images: what they make larger, what lambda does, and on which models they can be made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pleased_net import SHAPE, asking, made, pleased_canvas

pytestmark = pytest.mark.tf

PLAIN = {"octaves": 1, "jitter": 0, "blur": 0.0}


def class_images(probe: Any, classes: Any, **options: Any) -> list[Any]:
    return made(probe, "class_image", asking(len(classes), units=classes), **options)


@pytest.fixture(scope="module")
def by_default(pleased: Any) -> list[Any]:
    return class_images(pleased, [0, 1, 2, 3], steps=8)


def test_the_logit_rises(pleased: Any, by_default: list[Any]) -> None:
    fed = pleased_canvas().fed(np.stack([by_default[0].levels, by_default[-1].levels]))
    model = pleased.model
    before, after = (np.log(model(each).numpy()) for each in fed)
    assert (by_default[-1].losses > by_default[0].losses).all()
    assert (np.diag(after) > np.diag(before)).sum() >= 3
    assert len(by_default) == 3 * 8 + 1


def test_what_is_told_of_an_image_is_what_the_model_says_of_it(pleased: Any, by_default: list[Any]) -> None:
    last = by_default[-1]
    shares = pleased.model(pleased_canvas().fed(last.levels)).numpy()
    np.testing.assert_allclose(last.terms["probability"], np.diag(shares), rtol=1e-3)
    norms = (((last.levels - 127.5) / 127.5) ** 2).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(last.terms["norm"], norms, rtol=1e-4)


def test_log_softmax_makes_the_class_likely(pleased: Any) -> None:
    last = class_images(pleased, [0, 1, 2, 3], objective="log_softmax", steps=120, weight=0.0, **PLAIN)[-1]
    assert (last.terms["probability"] > 0.9).all()
    np.testing.assert_allclose(last.losses, np.log(last.terms["probability"]), rtol=1e-3, atol=1e-5)


def test_lambda_lowers_the_norm_and_gives_the_logit_for_it(pleased: Any) -> None:
    weights = (0.0, 100.0, 1000.0)
    ends = [class_images(pleased, [0, 3], steps=30, weight=weight, **PLAIN)[-1] for weight in weights]
    norms = np.array([end.terms["norm"] for end in ends])
    assert (np.diff(norms, axis=0) < 0).all()
    logits = np.array([end.losses + weight * end.terms["norm"] for end, weight in zip(ends, weights, strict=True)])
    assert (np.diff(logits, axis=0) < 0).all()


def test_a_step_goes_along_the_gradient_of_the_whole_loss(keras: Any) -> None:
    """One class that is a weighted sum: the gradient is w - 2 lambda x / (127.5 N), which a step goes along."""
    from exporter.probing import Probe
    from exporter.synthesis import Canvas, Task

    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2, name="logits"), keras.layers.Softmax()])
    weights = model.layers[0].get_weights()[0][:, 1]
    canvas = Canvas(np.float32(0), np.float32(255), (5,))
    start = np.array([[10, 250, 127.5, 60, 200]], np.float32)
    first, second = made(
        Probe(model), "class_image", Task(start, True, None, np.array([1])), canvas, steps=1, octaves=1, weight=40.0
    )
    gradient = weights - 40 * 2 * (start[0] - 127.5) / 127.5 / 127.5 / 5
    step = gradient / (np.sqrt((gradient**2).mean()) + 1e-5)
    np.testing.assert_allclose(second.levels[0], np.clip(start[0] + 8 * step, 0, 255), atol=1e-3)
    assert first.terms["norm"][0] == pytest.approx((((start - 127.5) / 127.5) ** 2).mean())


def test_the_seed_says_which_image_comes_of_it_whatever_is_beside_it(pleased: Any, by_default: list[Any]) -> None:
    again = class_images(pleased, [2], steps=8)
    np.testing.assert_allclose(again[-1].levels[0], by_default[-1].levels[2], atol=0.05)
    other = made(pleased, "class_image", asking(units=[2], seed=4), steps=8)
    assert np.abs(other[-1].levels[0] - again[-1].levels[0]).max() > 0.5


def test_a_blur_smooths_and_a_picture_of_the_users_keeps_its_size(pleased: Any) -> None:
    start = np.random.default_rng(1).uniform(0, 255, (1, *SHAPE)).astype(np.float32)
    task = asking(units=[1], start=start)
    smooth = made(pleased, "class_image", task, steps=2, octaves=3, blur=0.8)
    rough = made(pleased, "class_image", task, steps=6, octaves=1, blur=0.01)
    np.testing.assert_array_equal(smooth[0].levels, start)
    assert len(smooth) == len(rough) == 7
    assert np.abs(np.diff(smooth[-1].levels, axis=1)).mean() < 0.5 * np.abs(np.diff(rough[-1].levels, axis=1)).mean()


def test_nothing_is_compiled_twice(pleased: Any, by_default: list[Any]) -> None:
    def counts() -> dict[Any, int]:
        return {asked: each.experimental_get_tracing_count() for asked, each in pleased._compiled.items()}

    before = counts()
    class_images(pleased, [1, 2], steps=3, step_size=2.0, octaves=2, weight=3.0)
    assert len(by_default) > 1
    assert counts() == before


def test_a_net_that_breaks_stops_with_the_last_good_picture(keras: Any) -> None:
    """The logit is the log of how far the mean is below 140: it breaks where the mean gets there."""
    from exporter.probing import Probe
    from exporter.synthesis import Canvas, Task

    x = keras.Input((4, 4, 1))
    mean = keras.layers.GlobalAveragePooling2D()(x)
    broken = keras.ops.concatenate([mean * 0, -keras.ops.log(140.0 - mean)], axis=1)
    canvas, task = (
        Canvas(np.float32(0), np.float32(255), (4, 4, 1)),
        Task(np.zeros((1, 4, 4, 1), np.float32), False, None, np.array([1])),
    )
    steps = made(
        Probe(keras.Model(x, broken)), "class_image", task, canvas, steps=50, step_size=1.5, weight=0.0, **PLAIN
    )
    last = steps[-1]
    assert "no finite number" in last.stopped
    assert last.lost.all()
    assert last.levels.mean() < 140
    assert np.isfinite(last.losses).all()
    np.testing.assert_array_equal(last.levels, steps[-2].levels)


def test_a_model_without_a_gradient_is_refused(keras: Any) -> None:
    from exporter.probing import Probe, ProbeError
    from exporter.synthesis import Canvas, Task

    x = keras.Input((4,))
    probe = Probe(keras.Model(x, keras.ops.round(keras.layers.Dense(3)(x))))
    canvas, task = (
        Canvas(np.float32(0), np.float32(1), (4,)),
        Task(np.zeros((1, 4), np.float32), False, None, np.array([0])),
    )
    with pytest.raises(ProbeError, match="no gradient leads"):
        made(probe, "class_image", task, canvas)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"units": [4]}, "no such class: expected 0 to 3, got 4"),
        ({"units": [-1]}, "no such class"),
        ({}, "about nothing"),
    ],
)
def test_classes_that_are_not_there_are_told(pleased: Any, options: Any, said: str) -> None:
    from exporter.bundle.errors import KerascopeError

    with pytest.raises(KerascopeError, match=said):
        made(pleased, "class_image", asking(**options))


def test_an_objective_that_is_not_there_is_told() -> None:
    from exporter.synthesis import SynthesisError, synthesis_named

    with pytest.raises(SynthesisError, match="logit or log_softmax"):
        synthesis_named("class_image").chosen(objective="softmax")
