"""Integrated gradients: the parts add up to the difference of the scores, exactly so of a linear model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from explained_nets import asked, explained, mapped, pictures, weighted

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def probe(keras: Any) -> Any:
    from exporter.probing import Probe

    return Probe(weighted(keras, "softmax layer", activation="softplus"))


@pytest.fixture(scope="module")
def logits(keras: Any, probe: Any) -> Any:
    model = keras.Model(probe.model.input, probe.model.layers[-2].output)
    return lambda fed: model(np.asarray(fed, np.float32)).numpy()


@pytest.mark.parametrize(("baseline", "value"), [("black", 0.0), ("grey", 0.25), ("white", 1.0)])
def test_the_parts_add_up_to_the_difference_of_the_scores(probe: Any, logits: Any, baseline: str, value: float) -> None:
    question = asked(pictures(), background=np.full(3, 0.25, np.float32))
    found = explained("integrated_gradients", probe, question, baseline=baseline)
    sums = found.maps[0].values.sum(axis=(1, 2))
    rows = np.arange(4)
    ends, starts = (logits(each)[rows, question.units] for each in (question.fed, np.full_like(question.fed, value)))
    np.testing.assert_allclose(sums, ends - starts, rtol=0.01)
    assert all(each["completeness_error"] < 0.01 and "advice" not in each for each in found.details)
    assert [each["baseline_score"] for each in found.details] == pytest.approx(starts.tolist(), abs=1e-5)
    assert np.abs(sums - np.roll(ends - starts, 1)).max() > 0.1


def test_too_few_steps_are_told(probe: Any) -> None:
    found = explained("integrated_gradients", probe, asked(pictures()), steps=1)
    worst = max(found.details, key=lambda each: each["completeness_error"])
    assert worst["completeness_error"] > 0.05
    assert "take more than 1 steps" in worst["advice"]


def test_each_pixel_has_the_mean_gradient_on_the_way_times_how_far_it_went(probe: Any) -> None:
    from exporter.explain.slopes import Slopes

    question = asked(pictures(1), units=[2])
    slopes = Slopes(probe, question)
    shares = np.linspace(0, 1, 129)[:, None, None, None].astype(np.float32)
    rows = np.zeros(len(shares), np.int64)
    gradients = slopes.at(shares * question.fed, rows)[1]
    mean = ((gradients[1:] + gradients[:-1]) / 2).mean(axis=0)
    expected = (mean * question.fed[0]).sum(axis=-1)
    found = mapped("integrated_gradients", probe, question)[0]
    np.testing.assert_allclose(found, expected, atol=0.01 * np.abs(expected).max())
    assert found.min() < 0 < found.max()
    gradient_times_input = (gradients[-1] * question.fed[0]).sum(axis=-1)
    assert np.abs(found - gradient_times_input).max() > 0.1 * np.abs(expected).max()


def test_of_a_linear_model_it_is_exact_in_one_step(keras: Any) -> None:
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    fed, low = np.linspace(-1, 2, 12, dtype=np.float32).reshape(2, 6), np.float32(-1)
    found = explained("integrated_gradients", model, asked(fed, units=[0, 2], low=low), steps=1)
    kernel = model.layers[0].get_weights()[0]
    assert found.maps[0].kind == "signed"
    np.testing.assert_allclose(found.maps[0].values, (fed - low) * kernel.T[[0, 2]], rtol=1e-5, atol=1e-6)
    assert all(each["completeness_error"] < 1e-4 for each in found.details)


def test_an_input_that_is_the_baseline_gets_nothing(probe: Any) -> None:
    found = explained("integrated_gradients", probe, asked(np.zeros_like(pictures(1))))
    assert not found.maps[0].values.any()
    assert found.details[0]["completeness_error"] == 0
    assert "another baseline" in found.details[0]["advice"]


def test_black_needs_a_range(probe: Any) -> None:
    from exporter.explain import ExplainError

    endless = asked(pictures(1), low=np.float32(-np.inf), high=np.float32(np.inf))
    with pytest.raises(ExplainError, match=r"what is black is not known: .* take grey"):
        explained("integrated_gradients", probe, endless)
    assert mapped("integrated_gradients", probe, endless, baseline="grey").any()
