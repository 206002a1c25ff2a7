"""What a state of the scenes of single values, windows and vectors costs, beside that of a scene that flies."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from taught_bundle import taught_bundle

from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.timeline import Timeline

ALLOWED_SECS = 0.005
ROUNDS = 150


def built(name: str) -> Timeline:
    bundle, options = taught_bundle(), SceneOptions((1280, 720))
    return scene(name).build(bundle, scene(name).lay_out(bundle, options), options)


def median_secs(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return statistics.median(times)


@pytest.mark.parametrize("name", ["activation", "pooling", "normalisation", "flatten"])
def test_a_state_takes_a_part_of_a_frame(name: str, benchmark: BenchmarkFixture, timings: list[str]) -> None:
    """So that 25 frames a second leave time to draw."""
    timeline, flying = built(name), built("flow")
    moments = cycle(np.linspace(0, timeline.duration_secs, 97).tolist())
    state, floor = (median_secs(lambda each=each: each.state_at(next(moments))) for each in (timeline, flying))
    timings.append(f"a state of {name}: {state * 1e3:.2f} ms, {state / floor:.1f} times one of the flow")
    benchmark.pedantic(lambda: timeline.state_at(next(moments)), rounds=20)
    assert state < ALLOWED_SECS
