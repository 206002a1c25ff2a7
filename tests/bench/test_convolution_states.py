"""What a convolution scene costs: a state of it, and one for whoever points, beside the state of a scene that flies."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np
import pytest
from paper_bundle import layer, paper_bundle
from pytest_benchmark.fixture import BenchmarkFixture

from exporter.bundle import Bundle
from scenes.options import SceneOptions
from scenes.registry import scene
from scenes.timeline import Timeline

ALLOWED_SECS, ALLOWED_POINTED_SECS = 0.005, 0.010
ROUNDS = 200
CONV: dict[str, Any] = {
    "class_name": "Conv2D", "variables": ("kernel", "bias"), "activation": "linear", "value": "pre-activation",
    "kernel_size": (3, 3), "strides": (1, 1), "dilation": (1, 1), "padding": "same", "groups": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """Maps as the demo's second convolution has them."""
    rng = np.random.default_rng(3)
    shapes = {"maps": (14, 14, 8), "conv": (14, 14, 12), "conv/kernel": (3, 3, 8, 12), "conv/bias": (12,)}
    arrays = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return paper_bundle((layer("maps", "input", 14, 14, 8), layer("conv", "conv", 14, 14, 12, **CONV)), arrays=arrays)


def built(bundle: Bundle, name: str) -> Timeline:
    options = SceneOptions((1280, 720))
    return scene(name).build(bundle, scene(name).lay_out(bundle, options), options)


def median_secs(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return statistics.median(times)


def test_a_state_and_a_pointed_one(bundle: Bundle, benchmark: BenchmarkFixture, timings: list[str]) -> None:
    """Neither takes long enough to be noticed at 25 frames a second."""
    timeline, flying = built(bundle, "convolution"), built(bundle, "flow")
    output = next(loupe for loupe in timeline.state_at(timeline.stops_secs[0]).loupes if loupe.name == "output")
    left, top, width, height = output.box_px
    spots = cycle([(left + x * width, top + y * height) for x in (0.1, 0.4, 0.7) for y in (0.2, 0.5, 0.9)])
    moments = cycle(np.linspace(0, timeline.duration_secs, 97).tolist())
    ask, at_secs = timeline.pointed, timeline.stops_secs[0]
    assert ask is not None
    state = median_secs(lambda: timeline.state_at(next(moments)))
    pointed = median_secs(lambda: ask(at_secs, next(spots)))
    floor = median_secs(lambda: flying.state_at(next(moments)))
    timings.append(
        f"a state of the convolution scene: {state * 1e3:.2f} ms, {state / floor:.1f} times one of the flow; "
        f"of a place that is pointed at {pointed * 1e3:.2f} ms"
    )
    benchmark.pedantic(lambda: timeline.state_at(next(moments)), rounds=20)
    assert state < ALLOWED_SECS
    assert pointed < ALLOWED_POINTED_SECS
