"""From the hand to the picture that follows it, in the real window with real mouse events, beside a bare redraw.

The targets are set for a machine that does nothing else: under 100 ms with the model in a process of its own, under
50 ms with numpy. Where software draws, Qt needs about as long again to put the window together.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pad_pace
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from virtual_screen import environment, need, virtual_screen

pytestmark = pytest.mark.gl

ALLOWED_MS = {"worker": 100.0, "numpy": 50.0}
ALLOWED_REDRAWS = 4.0
"""A stroke is seen within as many bare redraws, whatever else the machine does."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's network, untrained, and its bundle."""
    from exporter.models import demo_cnn
    from exporter.pipeline import export_model

    folder = tmp_path_factory.mktemp("pad")
    model = demo_cnn()
    model.save(folder / "demo.keras")
    export_model(model, "mnist:10", folder / "demo.bundle")
    return folder


@pytest.mark.parametrize("who", ["numpy", "worker"])
def test_the_picture_follows_the_hand(demo: Path, who: str, benchmark: BenchmarkFixture, timings: list[str]) -> None:
    need("xdotool")
    out = demo / f"{who}.json"
    model = str(demo / "demo.keras") if who == "worker" else ""
    command = [sys.executable, pad_pace.__file__, str(demo / "demo.bundle"), model, str(out)]

    def once() -> None:
        with virtual_screen("1280x800") as display:
            env = environment(display)
            done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-3000:]

    benchmark.pedantic(once, rounds=1)
    facts = json.loads(out.read_text("utf-8"))
    drawn, shown, redraw = (statistics.median(facts[name]) for name in ("drawn_ms", "shown_ms", "redraw_ms"))
    load, processors = os.getloadavg()[0], os.cpu_count() or 1
    timings.append(
        f"drawing, {facts['status']}: {drawn:.0f} ms from the hand to the finished picture (median of "
        f"{len(facts['drawn_ms'])}, target {ALLOWED_MS[who]:.0f} when quiet), {shown:.0f} ms until the window is "
        f"put together, {shown / redraw:.2f} times a bare redraw ({redraw:.0f} ms); longest block "
        f"{max(facts['beats_ms']):.0f} ms, median {statistics.median(facts['beats_ms']):.0f} ms; "
        f"load {load:.1f} on {processors} processors"
    )
    assert len(facts["shown_ms"]) >= 25
    assert shown < ALLOWED_REDRAWS * redraw
    if load < processors:
        assert drawn < ALLOWED_MS[who]
