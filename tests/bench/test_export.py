"""The export of a large model beside plain NumPy, and what a bundle of many inputs costs to open."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from many_inputs import write_many
from pytest_benchmark.fixture import BenchmarkFixture

from exporter.bundle import read_bundle, validate_bundle

GIB = 2**30

CHILD = """
import sys
from pathlib import Path
import numpy as np
from exporter.backend import keras
from exporter.pipeline import export_model


def status_bytes(name):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return 1024 * int(line.split()[1])


keras.utils.set_random_seed(1)
model = keras.applications.VGG16(weights=None)
picture = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), dtype=np.uint8)
print(status_bytes("VmHWM"), status_bytes("VmRSS"))
Path("/proc/self/clear_refs").write_text("5")  # the highest so far is forgotten
export_model(model, picture, sys.argv[1])
print(status_bytes("VmHWM"))
"""


@pytest.fixture(scope="module")
def vgg16() -> Any:
    """138 million parameters, 553 MB."""
    from exporter.backend import keras

    keras.utils.set_random_seed(1)
    return keras.applications.VGG16(weights=None)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    """What it takes."""
    return np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), dtype=np.uint8)


def median_secs(work: Callable[[], Any], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@pytest.mark.tf
def test_export(
    benchmark: BenchmarkFixture, vgg16: Any, picture: np.ndarray, tmp_path: Path, timings: list[str]
) -> None:
    from exporter.capture import LayerOutputs, read_weights
    from exporter.pipeline import export_model

    fed = picture / np.float32(255)
    weights: dict[str, Any] = read_weights(vgg16)
    outputs: dict[str, Any] = LayerOutputs(vgg16).run([fed])

    def plain() -> None:
        vgg16.predict(fed, verbose=0)
        np.savez(tmp_path / "weights.npz", **weights)
        np.savez(tmp_path / "outputs.npz", **outputs)

    plain()
    plain_secs = median_secs(plain)
    weights.clear()
    outputs.clear()
    made = tmp_path / "vgg16.bundle"
    benchmark.pedantic(export_model, (vgg16, picture, made), {"overwrite": True}, rounds=5, warmup_rounds=1)
    secs = benchmark.stats.stats.median
    timings.append(
        f"VGG16 exported with one picture in {secs:.2f} s, {secs / plain_secs:.2f} times what predict and numpy.savez "
        f"of the same arrays take ({plain_secs:.2f} s)"
    )
    began = time.perf_counter()
    assert validate_bundle(made) == []
    validate_secs = time.perf_counter() - began
    began = time.perf_counter()
    read_bundle(made)
    timings.append(f"VGG16 read in {1000 * (time.perf_counter() - began):.1f} ms, validated in {validate_secs:.2f} s")


@pytest.mark.tf
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets the highest use of memory when it is asked to")
def test_memory(benchmark: BenchmarkFixture, root: Path, tmp_path: Path, timings: list[str]) -> None:
    command = [sys.executable, "-c", CHILD, str(tmp_path / "x.bundle")]
    done = benchmark.pedantic(
        subprocess.run, (command,), {"cwd": root, "capture_output": True, "check": True, "timeout": 300}, rounds=1
    )
    building_bytes, built_bytes, most_bytes = map(int, done.stdout.split())
    timings.append(
        f"memory with VGG16 built {built_bytes / 1e6:.0f} MB (while it was built up to {building_bytes / 1e6:.0f} MB); "
        f"at most {(most_bytes - built_bytes) / 1e6:.0f} MB more while it was exported"
    )
    assert most_bytes < built_bytes + GIB


def test_many_inputs(benchmark: BenchmarkFixture, tmp_path: Path, timings: list[str]) -> None:
    path = write_many(tmp_path / "many.bundle", inputs=1000, layers=180)
    size_bytes = (path / "manifest.json").stat().st_size
    benchmark.pedantic(read_bundle, (path,), rounds=5, warmup_rounds=1)
    secs = benchmark.stats.stats.median
    timings.append(
        f"a bundle of 1,000 inputs and 180 layers read in {secs:.2f} s, the manifest being {size_bytes / 1e6:.0f} MB"
    )
