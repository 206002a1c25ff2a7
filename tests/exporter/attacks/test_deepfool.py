"""DeepFool: the shortest way over a linear border, the lengths of foolbox, and pictures that are saved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from residual_net import residual_net
from victims import attacked, batch_of, crafted_pixels, dense_softmax, victim_of

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    from exporter.inputs.digits import balanced_digits
    from exporter.training import fed

    return np.asarray(fed(balanced_digits(10))[0])


@pytest.fixture(scope="module")
def victim(learned: tuple[Any, Any]) -> Any:
    return victim_of(learned[0], (28, 28, 1))


@pytest.fixture(scope="module")
def fooled(victim: Any, digits: np.ndarray) -> Any:
    """The ten digits attacked with DeepFool."""
    return attacked("deepfool", victim, batch_of(victim, digits))


@pytest.fixture(scope="module")
def residual(keras: Any) -> Any:
    return victim_of(residual_net(keras), (28, 28, 1))


@pytest.fixture(scope="module")
def residual_fooled(residual: Any, digits: np.ndarray) -> Any:
    return attacked("deepfool", residual, batch_of(residual, digits))


def logits_of(logits: Any, pixels: Any) -> Any:
    return logits(pixels)


def foolbox_lengths(victim: Any, batch: Any) -> tuple[np.ndarray, np.ndarray]:
    """The Euclidean lengths of foolbox's changes, and whether each fools the model."""
    foolbox = pytest.importorskip("foolbox", reason="foolbox, the peer, is not installed", exc_type=ImportError)
    from exporter.backend import tf

    peer = foolbox.attacks.L2DeepFoolAttack(steps=50, candidates=10, overshoot=0.02, loss="logits")
    model = foolbox.TensorFlowModel(victim.compiled(logits_of), bounds=(0, 1), device="/CPU:0")
    _, pixels, is_adversarial = peer(model, tf.constant(batch.pixels), tf.constant(batch.labels), epsilons=None)
    return np.sqrt(np.square(pixels.numpy() - batch.pixels).sum(axis=(1, 2, 3))), is_adversarial.numpy()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_lengths_are_those_of_foolbox(victim: Any, fooled: Any, digits: np.ndarray) -> None:
    lengths, is_adversarial = foolbox_lengths(victim, batch_of(victim, digits))
    assert [result.success for result in fooled] == is_adversarial.tolist() == [True] * 10
    ours = [result.l2 for result in fooled]
    assert np.median(ours) == pytest.approx(np.median(lengths), rel=0.01)
    np.testing.assert_allclose(ours, lengths, rtol=0.01)


def test_a_linear_border_is_crossed_by_the_shortest_way(keras: Any) -> None:
    """For z = K x the nearest border is at min |f_k| / ||w_k||, and one step goes there, and 2 % farther."""
    kernel = np.random.default_rng(20).normal(size=(30, 4)).astype(np.float32)
    model = victim_of(dense_softmax(keras, kernel), (30,))
    batch = batch_of(model, np.random.default_rng(21).uniform(0.4, 0.6, (6, 30)).astype(np.float32))
    for result, x, label in zip(attacked("deepfool", model, batch), batch.pixels, batch.labels, strict=True):
        slopes = np.delete(kernel - kernel[:, [label]], label, axis=1).astype(np.float64)
        distances = np.abs(x @ slopes) / np.linalg.norm(slopes, axis=0)
        nearest = slopes[:, distances.argmin()]
        expected = 1.02 * (distances.min() + 1e-4) * nearest / np.linalg.norm(nearest)
        assert result.tried == 1
        assert result.success
        np.testing.assert_allclose(result.last.pixels - x, expected, atol=1e-6)


def test_each_step_stays_in_range_and_the_last_one_fools(victim: Any, fooled: Any) -> None:
    for result in fooled:
        assert [step.predicted == result.original for step in result.steps] == [True] * (result.tried - 1) + [False]
        assert min(step.pixels.min() for step in result.steps) >= 0
        assert max(step.pixels.max() for step in result.steps) <= 1
        assert result.last.epsilon == pytest.approx(result.linf)
    pixels = np.stack([result.last.pixels for result in fooled])
    assert (victim.judged(pixels).argmax(axis=1) != [result.original for result in fooled]).all()


def test_those_that_need_more_steps_do_not_carry_the_others_on(victim: Any, digits: np.ndarray, fooled: Any) -> None:
    together = crafted_pixels("deepfool", victim, batch_of(victim, digits))
    np.testing.assert_allclose(together, [result.last.pixels for result in fooled], atol=1e-6)


def test_fewer_candidates_end_in_fewer_classes(victim: Any, digits: np.ndarray, fooled: Any) -> None:
    """With two, the label and the class that comes second, the way is longer or the same, and it ends there."""
    batch = batch_of(victim, digits)
    second = victim.judged(digits).argsort(axis=1)[:, -2]
    narrow = attacked("deepfool", victim, batch, candidates=2)
    ends = [result.last.predicted for result in narrow]
    assert np.mean(ends == second) >= 0.8
    assert np.median([result.l2 for result in narrow]) >= np.median([result.l2 for result in fooled])
    everywhere = attacked("deepfool", victim, batch, candidates=0)
    np.testing.assert_allclose([result.l2 for result in everywhere], [result.l2 for result in fooled], rtol=1e-5)


def test_a_picture_that_is_saved_still_fools(residual: Any, digits: np.ndarray, residual_fooled: Any) -> None:
    batch = batch_of(residual, digits)
    rounded = np.rint(np.stack([result.last.pixels for result in residual_fooled]) * 255) / np.float32(255)
    survives = residual.judged(rounded).argmax(axis=1) != batch.labels
    assert not survives.all()  # rounding does undo some: else this test would show nothing
    results = attacked("deepfool", residual, replace(batch, is_rounded=True))
    assert all(result.success for result in results)
    saved = np.stack([result.last.pixels for result in results])
    np.testing.assert_array_equal(saved, np.rint(saved * 255) / np.float32(255))
    assert (residual.judged(saved).argmax(axis=1) != batch.labels).all()
    stretched = [result.l2 / free.l2 for result, free in zip(results, residual_fooled, strict=True)]
    assert np.median(stretched) < 1.2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"steps": 0}, "expected 1 or more, got 0"),
        ({"candidates": 1}, "expected 2 or more, or 0 for all, got 1"),
        ({"overshoot": -0.1}, "expected 0 or more, got -0.1"),
        ({"overshoot": float("nan")}, "expected 0 or more, got nan"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, float], said: str) -> None:
    from exporter.attacks import AttackError, attack_named

    with pytest.raises(AttackError, match=said):
        attack_named("deepfool").chosen(**options)
