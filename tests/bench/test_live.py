"""From a question to its answer, beside the bare model in the same process and in the same run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked import reply_of, wait_for
from pytest_benchmark.fixture import BenchmarkFixture

from exporter.bundle import Bundle, read_bundle
from viewer.live.by_numpy import NumpyResponder
from viewer.live.by_worker import WorkerResponder
from viewer.live.fed import fed_of, picture_shape
from viewer.live.overlay import Overlay
from viewer.live.responder import Responder

ROUNDS = 200
ALLOWED_MS = 100.0
"""From a stroke to its picture; an answer is the first part of that."""


@dataclass(frozen=True)
class Net:
    """A model, its file, and its bundle."""

    name: str
    model: Any
    path: str
    bundle: Bundle


@dataclass(frozen=True)
class Times:
    """How long something took, in milliseconds."""

    median_ms: float
    p95_ms: float

    def __str__(self) -> str:
        return f"{self.median_ms:.1f} ms (95 %: {self.p95_ms:.1f})"


def times_of(work: Callable[[], object]) -> Times:
    """How long some work takes, many times over; the first few times do not count."""
    taken = []
    for number in range(ROUNDS + 5):
        began = time.perf_counter()
        work()
        if number >= 5:
            taken.append((time.perf_counter() - began) * 1e3)
    return Times(float(np.median(taken)), float(np.percentile(taken, 95)))


def demo_net(folder: Path) -> Net:
    from exporter.models import demo_cnn
    from exporter.pipeline import export_model

    model = demo_cnn()
    model.save(folder / "demo.keras")
    return Net(
        "demo", model, str(folder / "demo.keras"), read_bundle(export_model(model, "mnist:2", folder / "d.bundle"))
    )


def tiny_vgg(folder: Path, root: Path) -> Net:
    from exporter.models import open_model
    from exporter.pipeline import export_model

    data = Path(os.environ.get("KERASCOPE_DATA", root.parent / "shared" / "data")) / "tiny_vgg"
    if not (data / "model.json").is_file():
        pytest.skip("tiny_vgg is not here: set KERASCOPE_DATA to the folder that has it")
    bundle = export_model(data / "model.json", data / "images", folder / "v.bundle")
    return Net("Tiny VGG", open_model(data / "model.json"), str(data / "model.json"), read_bundle(bundle))


@pytest.fixture(scope="module", params=["demo", "Tiny VGG"])
def net(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, root: Path) -> Net:
    """A model to ask."""
    folder = tmp_path_factory.mktemp("live")
    return demo_net(folder) if request.param == "demo" else tiny_vgg(folder, root)


def asking(responder: Responder, fed: np.ndarray) -> Callable[[], object]:
    """Asks and looks for the answer as a window does, only more often."""

    def once() -> object:
        ticket = responder.ask(fed)
        return reply_of(responder, ticket)

    return once


def test_a_question_beside_the_bare_model(net: Net, benchmark: BenchmarkFixture, timings: list[str]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, picture_shape(net.bundle)).astype(np.uint8)
    fed = fed_of(net.bundle, picture)
    worker, in_numpy = WorkerResponder(net.bundle, net.path), NumpyResponder(net.bundle)
    wait_for(worker, "ready", "failed")
    wait_for(in_numpy, "ready", "failed")
    call = times_of(lambda: np.asarray(net.model(fed[None], training=False)))
    predict = times_of(lambda: net.model.predict_on_batch(fed[None]))
    ours = times_of(asking(worker, fed))
    theirs = times_of(asking(in_numpy, fed))
    benchmark.extra_info["worker_to_model_call"] = ours.median_ms / call.median_ms
    benchmark.extra_info["numpy_to_model_call"] = theirs.median_ms / call.median_ms
    timings.append(
        f"{net.name}: from question to all outputs, by the worker {ours}, by numpy {theirs}; "
        f"bare model(x) {call}, predict_on_batch {predict}; "
        f"to model(x): worker {ours.median_ms / call.median_ms:.2f}, numpy {theirs.median_ms / call.median_ms:.2f}"
    )
    drawn_on = Overlay(net.bundle)
    reply = reply_of(worker, worker.ask(fed))
    shown = times_of(lambda: drawn_on.show(picture, fed, reply))
    timings.append(f"{net.name}: a drawing put before the bundle {shown}")
    benchmark.pedantic(asking(worker, fed), rounds=ROUNDS)
    worker.close()
    in_numpy.close()
    assert ours.median_ms < ALLOWED_MS
    assert theirs.median_ms < ALLOWED_MS / 2
