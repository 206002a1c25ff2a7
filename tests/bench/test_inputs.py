"""How long it takes to know what the network says of every input, beside turning the same scores into one array."""

from __future__ import annotations

import time

import numpy as np
import pytest
from paper_bundle import layer, paper_bundle
from pytest_benchmark.fixture import BenchmarkFixture

from exporter.bundle.schema import Capture, Input
from viewer.inspect.samples import beside, samples_at
from viewer.window.docks.inputs.rows import filtered, grouped

CLASSES = 10


def median_ms(work, times: int = 5) -> float:
    took = []
    for _ in range(times):
        began_secs = time.perf_counter()
        work()
        took.append((time.perf_counter() - began_secs) * 1e3)
    return float(np.median(took))


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_samples(count: int, benchmark: BenchmarkFixture, timings: list[str]) -> None:
    shares = np.random.default_rng(0).dirichlet(np.ones(CLASSES), count)
    ids = [f"{place:05d}" for place in range(count)]
    captures = tuple(
        Capture(input=id_, checkpoint="000", outputs={}, scores=tuple(row.tolist()), predicted=int(row.argmax()))
        for id_, row in zip(ids, shares, strict=True)
    )
    inputs = tuple(Input(id=id_, label=f"digit {id_}", true_class=place % CLASSES) for place, id_ in enumerate(ids))
    layers = [layer("x", "input", 4), layer("scores", "dense", CLASSES, activation="softmax")]
    bundle = paper_bundle(layers, inputs=inputs, captures=captures)
    floor_ms = median_ms(lambda: np.array([capture.scores for capture in captures]))
    samples = benchmark.pedantic(samples_at, (bundle, "000"), rounds=5)
    ours_ms = benchmark.stats.stats.median * 1e3
    groups = grouped(samples)
    filter_ms = median_ms(lambda: filtered(groups, "wrong 00", ()))
    step_ms = median_ms(lambda: beside(samples, "margin", ids[count // 2]))
    timings.append(
        f"{count:,} inputs: read {ours_ms:.1f} ms, {ours_ms / floor_ms:.1f} times making one array of their scores; "
        f"filtered {filter_ms:.1f} ms, next by margin {step_ms:.1f} ms"
    )
