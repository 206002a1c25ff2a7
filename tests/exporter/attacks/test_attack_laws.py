"""What holds of every attack in steps: its budget, its range, its seed, its neighbours, the model it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from victims import attacked, batch_of, crafted_pixels, dense_softmax, victim_of

pytestmark = pytest.mark.tf

ULP = 1.2e-7
"""A step of float32 below 1."""

LENGTH_SLACK = 1e-5
"""Of a length, relative: float32 sums squares."""

WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ifgsm", {"steps": 3}),
    ("pgd", {"steps": 3}),
    ("pgd", {"norm": "l2", "steps": 3}),
    ("noise", {}),
    ("noise", {"norm": "l2"}),
    ("targeted-l2", {"steps": 3}),
)


@pytest.fixture(scope="module")
def linear(keras: Any) -> Any:
    """softmax(x @ kernel) of 30 values and 4 classes."""
    kernel = np.random.default_rng(20).normal(size=(30, 4)).astype(np.float32)
    return victim_of(dense_softmax(keras, kernel), (30,))


def inputs(seed: int, count: int = 3) -> np.ndarray:
    """Pixels of 8 bits, some of them black or white."""
    levels = np.random.default_rng(seed).integers(-60, 316, (count, 30)).clip(0, 255)
    return (levels / 255).astype(np.float32)


def asked(name: str, victim: Any, pixels: np.ndarray, **what: Any) -> Any:
    """A batch for the attack of this name, with targets where it needs them."""
    batch = batch_of(victim, pixels, **what)
    return replace(batch, targets=(batch.labels + 1) % 4) if name == "targeted-l2" else batch


def sizes(change: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest change of each input, and its length."""
    flat = change.astype(np.float64).reshape(len(change), -1)
    return np.abs(flat).max(axis=1), np.linalg.norm(flat, axis=1)


@settings(max_examples=12)
@given(
    way=st.sampled_from(WAYS[:5]),
    epsilon=st.floats(1 / 255, 1.0),
    share=st.floats(0.05, 1.0),
    seed=st.integers(0, 9),
    is_rounded=st.booleans(),
)
def test_budget_and_range_are_never_left(
    linear: Any, way: tuple[str, dict[str, Any]], epsilon: float, share: float, seed: int, is_rounded: bool
) -> None:
    name, options = way
    steps = {} if name == "noise" else {"step_size": share * epsilon}
    batch = batch_of(linear, inputs(seed), seed=seed, is_rounded=is_rounded)
    results = attacked(name, linear, batch, **options, epsilon=epsilon, **steps)
    for result in results:
        pixels = np.stack([step.pixels for step in result.steps])
        assert pixels.min() >= 0
        assert pixels.max() <= 1
        moved, lengths = sizes(pixels - result.clean.astype(np.float64))
        if options.get("norm") == "l2":
            assert lengths.max() <= epsilon * (1 + LENGTH_SLACK)
        else:
            assert moved.max() <= epsilon + ULP
        if is_rounded:
            np.testing.assert_array_equal(pixels, np.rint(pixels * 255).astype(np.float32) / np.float32(255))


@pytest.mark.parametrize(("name", "options"), WAYS)
def test_the_same_seed_gives_the_same_trace(linear: Any, name: str, options: dict[str, Any]) -> None:
    batch = asked(name, linear, inputs(1), seed=5)
    once, again = (attacked(name, linear, batch, **options) for _ in range(2))
    for one, other in zip(once, again, strict=True):
        assert len(one.steps) == len(other.steps)
        for here, there in zip(one.steps, other.steps, strict=True):
            np.testing.assert_array_equal(here.pixels, there.pixels)
            np.testing.assert_array_equal(here.logits, there.logits)
    if name in ("pgd", "noise"):
        other_seed = crafted_pixels(name, linear, replace(batch, seed=6), **options)
        assert np.abs(other_seed - crafted_pixels(name, linear, batch, **options)).max() > 1e-3


@pytest.mark.parametrize(("name", "options"), WAYS)
def test_neighbours_in_the_batch_change_nothing(linear: Any, name: str, options: dict[str, Any]) -> None:
    batch = asked(name, linear, inputs(2, 5), seed=7)
    targets = None if batch.targets is None else batch.targets[3:4]
    alone = replace(
        batch, pixels=batch.pixels[3:4], labels=batch.labels[3:4], targets=targets, places=batch.places[3:4]
    )
    draw = lambda generator, shape: generator.random(shape)  # noqa: E731
    np.testing.assert_array_equal(alone.random(draw)[0], batch.random(draw)[3])
    (one,) = attacked(name, linear, alone, **options)
    among = attacked(name, linear, batch, **options)[3]
    assert one.tried == among.tried
    np.testing.assert_allclose(one.last.pixels, among.last.pixels, atol=1e-6)


@pytest.mark.parametrize(("name", "options"), [*WAYS[:3], ("ifgsm", {"steps": 7}), ("pgd", {"norm": "l2", "steps": 5})])
def test_what_is_crafted_is_the_last_step_and_each_knows_its_logits(
    linear: Any, name: str, options: dict[str, Any]
) -> None:
    batch = batch_of(linear, inputs(3))
    results = attacked(name, linear, batch, **options)
    last = np.stack([result.last.pixels for result in results])
    np.testing.assert_allclose(crafted_pixels(name, linear, batch, **options), last, atol=1e-6)
    for result in results:
        assert [step.number for step in result.steps] == list(range(options["steps"]))
        expected = linear.judged(np.stack([step.pixels for step in result.steps]))
        np.testing.assert_allclose([step.logits for step in result.steps], expected, atol=1e-5)
        assert len({step.pixels.tobytes() for step in result.steps}) > 1


def test_the_weights_stay_as_they_are(residual: Any, digits: Any, keras: Any) -> None:
    from residual_net import residual_net

    model = residual_net(keras)
    before = [np.array(value) for value in model.get_weights()]
    batch = batch_of(residual, digits)
    attacked("pgd", residual, batch, epsilon=0.1, steps=10)
    attacked("targeted-l2", residual, replace(batch, targets=(batch.labels + 1) % 10), steps=2)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_more_restarts_fool_no_fewer(linear: Any) -> None:
    batch = batch_of(linear, inputs(4, 40))
    options = {"epsilon": 0.05, "steps": 1, "step_size": 0.01}
    once = attacked("pgd", linear, batch, **options)
    often = attacked("pgd", linear, batch, **options, restarts=6)
    for one, other in zip(once, often, strict=True):
        assert other.success >= one.success
        if one.success:
            np.testing.assert_array_equal(one.last.pixels, other.last.pixels)
    assert sum(result.success for result in often) > sum(result.success for result in once)


def test_a_model_that_is_too_sure_moves_all_the_same(keras: Any) -> None:
    kernel = np.random.default_rng(9).normal(size=(40, 2)).astype(np.float32)
    kernel[:, 0] += 4.0  # class 0 wins by about 80: its softmax rounds to 1
    victim = victim_of(dense_softmax(keras, kernel), (40,))
    batch = batch_of(victim, np.full((1, 40), 0.5, np.float32))
    from_clean = {"random_start": False, "steps": 45}
    along = kernel[:, 1] - kernel[:, 0]
    signs, unit = np.sign(along), along / np.linalg.norm(along)
    for name, options, direction in (
        ("ifgsm", {}, signs), ("pgd", from_clean, signs), ("pgd", {"norm": "l2", **from_clean}, unit),
    ):  # fmt: skip
        moved = crafted_pixels(name, victim, batch, epsilon=0.2, **options)
        np.testing.assert_allclose((moved - batch.pixels)[0], 0.2 * direction, atol=1e-5)
