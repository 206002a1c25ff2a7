"""FGSM, at one epsilon and at growing ones: what it promises, against foolbox and against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from foolbox_peer import pixels_of_foolbox
from victims import attacked, batch_of, crafted_pixels, dense_softmax, victim_of

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def grown(victim: Any, batch: Any) -> tuple[Any, ...]:
    """The ten digits attacked with growing epsilon."""
    return attacked("fgsm", victim, batch)


def test_it_flips_at_epsilon_and_not_one_step_before(victim: Any, batch: Any, grown: Any) -> None:
    assert sum(result.success for result in grown) >= 8
    for place, result in enumerate(grown):
        if not result.success:
            continue
        epsilon = result.last.epsilon
        assert epsilon == pytest.approx(0.01 + (result.tried - 1) * 0.0007)
        assert [step.number for step in result.steps] == list(range(result.tried))
        assert [step.predicted == result.original for step in result.steps] == [True] * (result.tried - 1) + [False]
        for size, flips in ((epsilon, True), (epsilon - 0.0007, False)):
            pixels = crafted_pixels("fgsm", victim, batch, epsilon=size)[place : place + 1]
            assert (victim.judged(pixels).argmax() != result.original) == flips
        assert result.original == batch.labels[place]


def test_each_step_stays_in_reach_and_in_the_valid_range(victim: Any, batch: Any, grown: Any) -> None:
    for x, result in zip(batch.pixels, grown, strict=True):
        pixels = np.stack([step.pixels for step in result.steps])
        epsilons = np.array([step.epsilon for step in result.steps])
        assert (np.abs(pixels - x).max(axis=(1, 2, 3)) <= epsilons + 1e-7).all()
        assert pixels.min() >= 0
        assert pixels.max() <= 1
    logits = np.stack([step.logits for step in result.steps])
    np.testing.assert_allclose(logits, victim.judged(pixels), atol=1e-4)


def test_many_at_once_come_to_what_each_comes_to_alone(victim: Any, batch: Any, grown: Any) -> None:
    from exporter.attacks import Batch

    for place in (3, 4):
        alone = Batch(batch.pixels[place : place + 1], batch.labels[place : place + 1])
        (result,) = attacked("fgsm", victim, alone)
        assert result.tried == grown[place].tried
        np.testing.assert_allclose(result.last.pixels, grown[place].last.pixels, atol=1e-6)


def test_a_target_is_reached_where_it_flips(victim: Any, batch: Any) -> None:
    from dataclasses import replace

    targets = victim.judged(batch.pixels).argsort(axis=1)[:, -2]  # the class that comes second
    results = attacked("fgsm", victim, replace(batch, targets=targets))
    assert sum(result.success for result in results) >= 3
    for result, target in zip(results, targets, strict=True):
        assert result.success == (result.last.predicted == target)
        assert all(step.predicted != target for step in result.steps[:-1])


@pytest.mark.parametrize("net", ["victim", "residual"])
@pytest.mark.parametrize("epsilon", [0.01, 0.2])
def test_pixels_equal_foolbox(request: pytest.FixtureRequest, net: str, digits: Any, epsilon: float) -> None:
    attacked_net = request.getfixturevalue(net)
    batch = batch_of(attacked_net, digits)
    peer = pixels_of_foolbox("FGSM", attacked_net, batch, epsilon)
    np.testing.assert_array_equal(crafted_pixels("fgsm", attacked_net, batch, epsilon=epsilon), peer)
    assert np.abs(peer - digits).max() == pytest.approx(epsilon, rel=1e-5)


def test_the_sign_is_that_of_the_loss_in_float64(keras: Any) -> None:
    from exporter.attacks import Batch

    rng = np.random.default_rng(8)
    kernel = rng.normal(size=(40, 4)).astype(np.float32)
    x = rng.uniform(0.2, 0.8, (1, 40)).astype(np.float32)

    def loss(point: np.ndarray) -> float:
        z = point @ kernel.astype(np.float64)
        return float(np.log(np.exp(z - z[1]).sum()))

    small = 1e-6 * np.eye(40)
    expected = np.sign([loss(x[0] + step) - loss(x[0] - step) for step in small])
    model = victim_of(dense_softmax(keras, kernel), (40,))
    moved = crafted_pixels("fgsm", model, Batch(x, np.array([1])), epsilon=0.1)
    np.testing.assert_array_equal(np.sign(moved - x)[0], expected)
    towards = crafted_pixels("fgsm", model, Batch(x, np.array([0]), np.array([1])), epsilon=0.1)
    np.testing.assert_array_equal(np.sign(towards - x)[0], -expected)


def test_where_the_softmax_rounds_to_1_the_direction_is_still_right(keras: Any) -> None:
    kernel = np.random.default_rng(9).normal(size=(40, 2)).astype(np.float32)
    kernel[:, 0] += 4.0  # class 0 wins by about 80
    model, x = dense_softmax(keras, kernel), np.full((1, 40), 0.5, np.float32)
    assert float(model(x)[0, 0]) == 1.0
    victim = victim_of(model, (40,))
    moved = crafted_pixels("fgsm", victim, batch_of(victim, x), epsilon=0.1)
    np.testing.assert_array_equal(np.sign(moved - x)[0], np.sign(kernel[:, 1] - kernel[:, 0]))


def test_it_ends_at_the_limit_where_nothing_flips(victim: Any, batch: Any) -> None:
    told: list[tuple[int, int]] = []
    from exporter.attacks import attack_named, run_attack

    attack = attack_named("fgsm")
    options = attack.chosen(start=0.001, step=0.001, limit=0.004)
    for result in run_attack(attack, victim, batch, options, tick=lambda *where: told.append(where)):
        assert not result.success
        assert [step.epsilon for step in result.steps] == pytest.approx([0.001, 0.002, 0.003, 0.004])
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_budget_is_a_share_of_the_valid_range(keras: Any) -> None:
    """A model that is fed -100 to 300 moves as far, in pixels of 0 to 1, as one that is fed 0 to 1."""
    kernel = np.random.default_rng(10).normal(size=(12, 3)).astype(np.float32)
    wide = victim_of(dense_softmax(keras, kernel / 400), (12,), -100, 300)
    fed = np.linspace(0, 200, 12, dtype=np.float32)[None]
    pixels = wide.pixels(fed)
    np.testing.assert_allclose(pixels, (fed + 100) / 400, atol=1e-7)
    moved = crafted_pixels("fgsm", wide, batch_of(wide, pixels), epsilon=0.05)
    np.testing.assert_allclose(np.abs(moved - pixels), 0.05, atol=1e-6)
    np.testing.assert_allclose(np.abs(wide.fed(moved) - fed), 20, atol=1e-3)


@pytest.mark.parametrize(
    "options",
    [{"step": 0.0}, {"start": -1.0}, {"start": 0.5, "limit": 0.4}, {"step": float("nan")}, {"limit": float("inf")}],
)
def test_options_that_make_no_sense(options: dict[str, float]) -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match="make no sense"):
        attack_named("fgsm").chosen(**options)


@pytest.mark.parametrize("epsilon", [0.0, -0.1, 1.5, float("nan"), float("inf")])
def test_an_epsilon_that_makes_no_sense(epsilon: float) -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match=r"a budget of zero changes nothing|expected 0 < epsilon <= 1"):
        attack_named("fgsm").chosen(epsilon=epsilon)


def test_so_many_steps_that_memory_would_end_are_refused() -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match="take a larger step"):
        attack_named("fgsm").chosen(step=1e-12)


def test_an_option_that_is_not_known_is_named() -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match=r"no such option.*expected epsilon, start, step, limit, got size"):
        attack_named("fgsm").chosen(size=3)


def test_an_unknown_attack_tells_the_nearest() -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match=r"expected one of fgsm.*did you mean fgsm\?"):
        attack_named("fgms")
