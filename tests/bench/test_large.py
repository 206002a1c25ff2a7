"""A bundle of 1,000 inputs at 100 checkpoints beside one of 10 inputs at 10: opening, frames, scrubbing, memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from many_inputs import multiply
from pytest_benchmark.fixture import BenchmarkFixture
from tiny_bundle import make_tiny_bundle

from exporter.bundle import Limits, read_bundle
from exporter.bundle.checks import manifest_problems
from exporter.bundle.read import read_manifest
from exporter.bundle.schema import Capture
from exporter.bundle.store import CACHED_BYTES
from exporter.bundle.tensors import tensor_bytes

SCRUBBED = 200
CHILD = """
import json, sys, time, tracemalloc
from pathlib import Path
import numpy as np
from exporter.bundle import read_bundle, store
from scenes.present import Gallery
from viewer.stage import Stage
from viewer.window.playable import Wish
from viewer.backend import headless_canvas
headless_canvas()
import viewer.scales  # what is loaded later is not the bundle's
path, scrubbed = Path(sys.argv[1]), int(sys.argv[2])
began = time.perf_counter()
bundle = read_bundle(path)
opened = time.perf_counter()
read_bytes = 0
read_tensor = store.read_tensor
def counting(archive, ref, path):
    global read_bytes
    values = read_tensor(archive, ref, path)
    read_bytes += values.nbytes
    return values
store.read_tensor = counting
def shown(input_id, checkpoint_id):
    made = Gallery(bundle).build(Wish("flow", input_id=input_id, checkpoint_id=checkpoint_id))
    return made.layout, made.state_at(0.5)
layout, state = shown(None, None)
stage = Stage(bundle, layout)
stage.render(state, (640, 360), supersample=1)
first = time.perf_counter()
first_bytes = read_bytes
inputs = [each.id for each in bundle.manifest.inputs]
moments = [each.id for each in bundle.manifest.checkpoints]
rng = np.random.default_rng(0)
frames_secs, held = [], 0
gallery = Gallery(bundle)
for place in range(scrubbed):
    wish = Wish("flow", input_id=inputs[rng.integers(len(inputs))], checkpoint_id=moments[rng.integers(len(moments))])
    start = time.perf_counter()
    stage.render(gallery.build(wish).state_at(0.5), (640, 360), supersample=1)
    frames_secs.append(time.perf_counter() - start)
    held = max(held, bundle.held_bytes)
stage.close()
tracemalloc.start()
again = read_bundle(path)
kept, peak = tracemalloc.get_traced_memory()
print(json.dumps({
    "open": opened - began, "first": first - opened, "frame": float(np.median(frames_secs)), "kept": kept,
    "peak": peak, "first_bytes": first_bytes, "read_bytes": read_bytes - first_bytes, "held": held,
}))
"""


def measured(root: Path, path: Path) -> dict[str, float]:
    """What a process of its own finds with the bundle at `path`."""
    command = [sys.executable, "-c", CHILD, str(path), str(SCRUBBED)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, float] = json.loads(done.stdout)
    return found


def read_whole(path: Path) -> int:
    """How many problems a manifest has, all of it decoded and looked through: what opening would cost otherwise."""
    manifest = read_manifest(path, Limits())
    text = msgspec.json.decode((path / "manifest.json").read_bytes(), type=dict[str, msgspec.Raw])["captures"]
    captures: Any = msgspec.json.decode(text, type=tuple[Capture, ...])
    return len(list(manifest_problems(msgspec.structs.replace(manifest, captures=captures), Limits())))


@pytest.mark.gl
def test_very_many_captures(benchmark: BenchmarkFixture, root: Path, tmp_path: Path, timings: list[str]) -> None:
    paths = [make_tiny_bundle(tmp_path / f"{name}.bundle", attack=False, statistics=False) for name in ("few", "many")]
    few = measured(root, multiply(paths[0], inputs=10, checkpoints=10))
    path = multiply(paths[1], inputs=1000, checkpoints=100)
    many = measured(root, path)
    assert benchmark.pedantic(read_whole, (path,), rounds=3) == 0
    whole_secs = benchmark.stats.stats.median
    shown_bytes = sum(map(tensor_bytes, read_bundle(path).manifest.captures[0].outputs.values()))
    ratio = {name: many[name] / few[name] for name in many}
    opened = f"opened in {many['open']:.2f} s, {many['open'] / whole_secs:.2f} of the time that reading it whole takes"
    kept = f"{many['kept'] / 1e6:.0f} MB kept, {many['peak'] / 1e6:.0f} MB while opening"
    first = f"first frame {1e3 * many['first']:.0f} ms, {ratio['first']:.2f} of that with 100 captures"
    frame = f"another capture and its frame {1e3 * many['frame']:.0f} ms, {ratio['frame']:.2f} of it"
    each = f"{many['read_bytes'] / SCRUBBED / shown_bytes:.2f} of what a capture holds"
    held = f"at most {many['held'] / 2**20:.2f} of {CACHED_BYTES / 2**20:.0f} MiB kept"
    timings.append(f"100,000 captures: {opened}; {kept}; {first}; {frame}")
    timings.append(f"100,000 captures: read for each of {SCRUBBED} shown: {each}; {held}")
    assert many["held"] <= CACHED_BYTES
    assert many["first_bytes"] == few["first_bytes"]
