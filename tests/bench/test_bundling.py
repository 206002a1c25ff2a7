"""How long a bundling takes beside its bar, beside one bare pass over its points, and with how much memory.

nn_vis needs 65.7 s for 9-5-4 and over 268 s for the first of 23 iterations of 49-25-10 on the machine where the bars
were set (two processors); for 784-81-49-10 it names 3 to 4 minutes on an RTX 3080.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from random_webs import random_web

from exporter.bundling.bundle import bundle_web
from exporter.bundling.measures import distortion, ink
from exporter.bundling.parameters import Parameters

BARS_SECS = {(9, 5, 4): 0.2, (49, 25, 10): 1.0, (784, 81, 49, 10): 10.0}
BAR_BYTES = 10**9
CHILD = """
import resource
from random_webs import random_web
from exporter.bundling.bundle import bundle_web
from exporter.bundling.parameters import Parameters
bundle_web(random_web((784, 81, 49, 10)), Parameters())
print(1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def floor_secs(points: int, iterations: int) -> float:
    """Median time to add so many points up, once an iteration, with numpy: what no bundling can be under."""
    values = np.zeros((points, 3), np.float32)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(iterations):
            values += values
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@pytest.mark.parametrize("sizes", BARS_SECS, ids=lambda sizes: "-".join(map(str, sizes)))
def test_a_random_net_at_the_defaults(benchmark: BenchmarkFixture, sizes: tuple[int, ...], timings: list[str]) -> None:
    web = random_web(sizes)
    bundle_web(random_web((3, 2)), Parameters())
    busy_secs: list[float] = []

    def timed() -> object:
        began = time.process_time()
        bundled = bundle_web(web, Parameters())
        busy_secs.append(time.process_time() - began)
        return bundled

    bundled = benchmark.pedantic(timed, rounds=3 if len(web.edges) > 10_000 else 9)
    took_secs = benchmark.stats.stats.median
    floor = floor_secs(len(bundled.points), 23)
    timings.append(
        f"bundling {'-'.join(map(str, sizes))}, {len(web.edges)} edges, {len(bundled.points)} points: "
        f"{took_secs:.3f} s (bar {BARS_SECS[sizes]} s; {statistics.median(busy_secs):.3f} s of processors, load "
        f"{os.getloadavg()[0]:.1f}; {took_secs / floor:.0f} x a bare sum over its points); ink {ink(bundled):.2f}, "
        f"distortion {distortion(bundled, web.edges):.3f}"
    )


def test_memory(benchmark: BenchmarkFixture, root: Path, timings: list[str]) -> None:
    paths = os.pathsep.join((str(root), str(root / "tests/support")))

    def run() -> int:
        command = [sys.executable, "-c", CHILD]
        env = {**os.environ, "PYTHONPATH": paths}
        return int(subprocess.run(command, env=env, capture_output=True, check=True, timeout=600).stdout)

    most_bytes = benchmark.pedantic(run, rounds=1)
    timings.append(f"bundling 784-81-49-10: {most_bytes / 1e6:.0f} MB at most (bar {BAR_BYTES / 1e6:.0f} MB)")
    assert most_bytes < BAR_BYTES
