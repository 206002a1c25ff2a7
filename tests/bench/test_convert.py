"""What other programs get beside the least that it could cost: the same numbers as JSON, the same pictures as PNG."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from glb_parts import Parts, unpacked
from many_epochs import write_epochs
from PIL import Image
from pytest_benchmark.fixture import BenchmarkFixture

from exporter.bundle import Bundle, read_bundle
from exporter.interchange.unity.convert import convert_unity
from scenes.gltf.convert import convert_glb

CHILD = """
import sys
from pathlib import Path
from exporter.bundle import read_bundle
from exporter.interchange.unity.convert import convert_unity


def most_bytes():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


bundle = read_bundle(sys.argv[1])
before = most_bytes()
report = convert_unity(bundle, Path(sys.argv[2]))
print(before, most_bytes(), report.n_bytes)
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The demo's bundle, without its recordings."""
    from exporter.pipeline import export_demo

    return read_bundle(export_demo(tmp_path_factory.mktemp("demo") / "demo"))


def median_secs(work: Callable[[], Any], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def as_arrays(entries: list[Any]) -> list[Any]:
    """The entries of a file, their numbers as arrays."""
    is_tensor = [len(each) == 3 and isinstance(each[1], list) for each in entries]
    return [
        [*each[:2], np.asarray(each[2], np.float32)] if has_numbers else each
        for each, has_numbers in zip(entries, is_tensor, strict=True)
    ]


@pytest.mark.tf
def test_the_demo_for_unity(benchmark: BenchmarkFixture, demo: Bundle, tmp_path: Path, timings: list[str]) -> None:
    out = tmp_path / "net"
    report = benchmark.pedantic(convert_unity, (demo, out), {"overwrite": True}, rounds=5, warmup_rounds=1)
    held = [as_arrays(orjson.loads(file.read_bytes())) for file in sorted(out.iterdir())]

    def plain() -> None:
        for place, values in enumerate(held):
            (tmp_path / f"{place}.json").write_bytes(orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY))

    secs, plain_secs = benchmark.stats.stats.median, median_secs(plain)
    timings.append(
        f"demo as folder for Unity, {report.n_bytes / 1e6:.1f} MB: {secs:.2f} s, {secs / plain_secs:.1f} times what "
        f"orjson and writing take for the same arrays ({plain_secs:.2f} s)"
    )


def pictures_of(parts: Parts) -> list[Image.Image]:
    """All pictures of a file, decoded."""
    return [Image.open(BytesIO(parts.view(each["bufferView"]))).copy() for each in parts.json["images"]]


@pytest.mark.tf
@pytest.mark.parametrize("scene", ["structure", "training", "flow", "adversarial"])
def test_the_demo_as_glb(
    benchmark: BenchmarkFixture, demo: Bundle, scene: str, tmp_path: Path, timings: list[str]
) -> None:
    out, options = tmp_path / "net.glb", {"scene": scene, "overwrite": True}
    report = benchmark.pedantic(convert_glb, (demo, out), options, rounds=5, warmup_rounds=1)
    parts = unpacked(out.read_bytes())
    pictures = pictures_of(parts)

    def plain() -> None:
        for picture in pictures:
            picture.save(BytesIO(), "PNG")
        (tmp_path / "plain").write_bytes(parts.binary)

    secs, plain_secs = benchmark.stats.stats.median, median_secs(plain)
    timings.append(
        f"demo as GLB, {scene}, {report.n_bytes / 1e6:.1f} MB: {secs:.2f} s, {secs / plain_secs:.1f} times what "
        f"saving its {len(pictures)} pictures and writing its bytes take ({1000 * plain_secs:.0f} ms)"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the highest use of memory so")
def test_memory_of_many_epochs(benchmark: BenchmarkFixture, root: Path, tmp_path: Path, timings: list[str]) -> None:
    more: dict[int, int] = {}

    def write(epochs: int) -> None:
        path = write_epochs(tmp_path / f"{epochs}.bundle", epochs=epochs, samples=20)
        command = [sys.executable, "-c", CHILD, str(path), str(tmp_path / f"{epochs}")]
        done = subprocess.run(command, cwd=root, capture_output=True, check=True, timeout=300)
        before, most, written = map(int, done.stdout.split())
        more[epochs] = most - before
        timings.append(
            f"{epochs} epochs of 20 samples for Unity, {written / 1e6:.0f} MB of JSON: at most "
            f"{more[epochs] / 1e6:.0f} MB more memory than the {before / 1e6:.0f} MB before"
        )

    write(10)
    benchmark.pedantic(write, (100,), rounds=1)
    assert more[100] < more[10] + 50e6
