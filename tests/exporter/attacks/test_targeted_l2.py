"""Steps towards a class, and noise, the control."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from victims import attacked, batch_of, crafted_pixels

pytestmark = pytest.mark.tf


def test_each_step_is_as_long_as_asked_until_the_target_is_read(victim: Any, batch: Any) -> None:
    """A step is shorter only where it is clipped to 0 to 1; no other class counts as success."""
    targets = (batch.labels + 3) % 10
    results = attacked("targeted-l2", victim, replace(batch, targets=targets), step_size=0.2, steps=60)
    assert sum(result.success for result in results) >= 8
    is_clipped = []
    for result, target in zip(results, targets, strict=True):
        assert result.success == (result.last.predicted == target)
        assert all(step.predicted != target for step in result.steps[:-1])
        pixels = np.stack([result.clean, *(step.pixels for step in result.steps)]).astype(np.float64)
        lengths = np.linalg.norm(np.diff(pixels, axis=0).reshape(len(pixels) - 1, -1), axis=1)
        assert (lengths <= 0.2 * (1 + 1e-5)).all()
        is_clipped.append(bool((lengths < 0.199).any()))
        assert result.tried == len(result.steps)
    assert any(is_clipped)


def test_a_step_that_nothing_clips_has_its_length_and_raises_the_target(victim: Any, digits: Any) -> None:
    grey = 0.3 + 0.4 * digits
    batch = batch_of(victim, grey)
    batch = replace(batch, targets=(batch.labels + 3) % 10)
    moved = crafted_pixels("targeted-l2", victim, batch, step_size=0.05, steps=1)
    lengths = np.linalg.norm((moved.astype(np.float64) - grey).reshape(len(grey), -1), axis=1)
    np.testing.assert_allclose(lengths, 0.05, rtol=1e-5)

    def lead(pixels: np.ndarray) -> np.ndarray:
        logits = victim.judged(pixels).astype(np.float64)
        return logits[np.arange(len(logits)), batch.targets] - np.log(np.exp(logits).sum(axis=1))

    assert (lead(moved) > lead(grey)).all()


def test_it_needs_a_target(victim: Any, batch: Any) -> None:
    from exporter.attacks import AttackError

    with pytest.raises(AttackError, match="targeted-l2 needs a class to reach"):
        attacked("targeted-l2", victim, batch)


def test_noise_has_its_size_and_follows_nothing(victim: Any, digits: Any) -> None:
    from exporter.attacks import attack_named

    assert not attack_named("noise").uses_gradient
    grey = 0.4 + 0.2 * digits
    batch = batch_of(victim, grey, seed=4)
    change = crafted_pixels("noise", victim, batch, epsilon=0.1).astype(np.float64) - grey
    assert np.abs(change).max() <= 0.1 + 1e-7
    assert np.abs(change.mean()) < 0.003  # of 7,840 even draws: five of its standard deviations
    assert np.std(change) == pytest.approx(0.1 / np.sqrt(3), rel=0.03)
    longer = crafted_pixels("noise", victim, batch, epsilon=2.0, norm="l2").astype(np.float64) - grey
    np.testing.assert_allclose(np.linalg.norm(longer.reshape(10, -1), axis=1), 2.0, rtol=1e-5)
    blind = crafted_pixels("noise", victim, replace(batch, labels=(batch.labels + 1) % 10), epsilon=0.1)
    np.testing.assert_allclose(blind - grey, change, atol=1e-7)


def test_a_start_in_the_ball_is_even() -> None:
    """The share of draws within half the radius is a half to the power of the dimension, in both norms."""
    from exporter.attacks import Batch
    from exporter.attacks.balls import drawn_in_ball

    pixels = np.zeros((4000, 3), np.float32)
    batch = Batch(pixels, np.zeros(4000, np.int64))
    for norm, order in (("linf", np.inf), ("l2", 2)):
        size = np.linalg.norm(drawn_in_ball(batch, norm).astype(np.float64), ord=order, axis=1)
        assert size.max() <= 1
        assert (size < 0.5).mean() == pytest.approx(0.5**3, abs=0.025)
        assert (size < 0.8).mean() == pytest.approx(0.8**3, abs=0.04)
