"""A net turned by hand, and another input shown: at the pace that the window would draw at, on this machine."""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from paper_bundle import KEY, PaperBundle, layer, paper_bundle
from probes import nominal_camera
from pytest_benchmark.fixture import BenchmarkFixture
from vispy import gloo

from exporter.bundle import Bundle, read_bundle
from exporter.bundle.schema import Capture, Input, TensorRef
from scenes.options import SceneOptions
from scenes.registry import scene
from viewer.layout import Layout, LayoutOptions, place
from viewer.stage import Stage
from viewer.state import CaptureKey, NetView, ViewState
from viewer.window.detail import Pace, next_pace, within

pytestmark = pytest.mark.gl

SIZE_PX = 1280, 720
TARGET_FPS = 25.0
SWITCH_MS = 20.0
SETTLING, MEASURED = 20, 25
OPEN_UP_TO = 64


def demo() -> Bundle:
    """A net as the demo trains it."""
    maps = [("conv_1", "conv", 28, 8), ("relu_1", "activation", 28, 8), ("pool_1", "pool", 14, 8)]
    maps += [("conv_2", "conv", 14, 12), ("relu_2", "activation", 14, 12), ("pool_2", "pool", 7, 12)]
    layers = [layer("digit", "input", 28, 28, 1), *(layer(name, kind, n, n, c) for name, kind, n, c in maps)]
    layers += [layer("flatten", "flatten", 588), layer("dense", "dense", 32), layer("output", "dense", 10)]
    kernels = {"conv_1": (3, 3, 1, 8), "conv_2": (3, 3, 8, 12), "dense": (588, 32), "output": (32, 10)}
    return paper_bundle(layers, kernels=kernels)


def dense() -> Bundle:
    """784-81-49-10."""
    units = (784, 81, 49, 10)
    layers = [layer("pixels", "input", 784), *(layer(f"dense_{n}", "dense", n) for n in units[1:])]
    return paper_bundle(layers, kernels={f"dense_{b}": (a, b) for a, b in itertools.pairwise(units)})


@pytest.fixture(scope="module")
def resnet(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """ResNet50 with random weights, exported by the command line in a process of its own."""
    folder = tmp_path_factory.mktemp("resnet")
    np.save(folder / "picture.npy", np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), dtype=np.uint8))
    command = [sys.executable, "-m", "kerascope", "export", "applications:ResNet50:none"]
    command += ["--inputs", str(folder / "picture.npy"), "--out", str(folder / "r.bundle")]
    subprocess.run(command, check=True, timeout=900, cwd=Path(__file__).parents[2], capture_output=True)
    return read_bundle(folder / "r.bundle")


def opened(bundle: Bundle) -> tuple[str, ...]:
    """Layers of feature maps with few enough channels that each can be seen."""
    shapes = {each.name: each.outputs[0].shape for each in bundle.manifest.layers if each.outputs}
    return tuple(name for name, shape in shapes.items() if len(shape) == 3 and (shape[-1] or 0) <= OPEN_UP_TO)


def finished(work: Callable[[], Any]) -> float:
    """Milliseconds until the driver has done what `work` asks for."""
    began = time.perf_counter()
    work()
    gloo.context.get_current_canvas().context.flush_commands()
    gloo.gl.glFinish()
    return 1000 * (time.perf_counter() - began)


def draw(stage: Stage, state: ViewState, detail: float) -> None:
    """As `Stage.draw_to_window`, into a texture of the window's size instead of a window."""
    state = stage._telling(state)
    targets = stage._targets_for(SIZE_PX, detail)
    with targets.picture:
        pass
    stage._paint(state, targets)
    with targets.picture:
        stage._finish(state, targets)


def turning(stage: Stage, state: ViewState) -> tuple[list[float], Pace]:
    """Milliseconds of frames while turning, once the pace has settled."""
    pace, wall_ms = Pace(), []
    for number in range(SETTLING + MEASURED):
        turned = replace(state.camera, azimuth_deg=state.camera.azimuth_deg + 0.8 * number)
        moved = replace(within(state, pace.edges), camera=turned)
        wall_ms.append(finished(partial(draw, stage, moved, pace.detail)))
        pace = next_pace(pace, wall_ms[-1], 0)
    return wall_ms[SETTLING:], pace


def processor_ms(stage: Stage, state: ViewState, detail: float) -> float:
    """Milliseconds of all processors for a frame: the driver's threads share it, and other work does not count."""
    spent = []
    for number in range(9):
        moved = replace(state, camera=replace(state.camera, azimuth_deg=state.camera.azimuth_deg + number))
        began = time.process_time()
        finished(partial(draw, stage, moved, detail))
        spent.append(1000 * (time.process_time() - began))
    return statistics.median(spent[2:])


@pytest.mark.parametrize("name", ["structure", "flow"])
@pytest.mark.parametrize("net", ["demo", "dense", "resnet"])
def test_turning(
    benchmark: BenchmarkFixture, request: pytest.FixtureRequest, timings: list[str], net: str, name: str
) -> None:
    bundle = {"demo": demo, "dense": dense}[net]() if net != "resnet" else request.getfixturevalue("resnet")
    options = SceneOptions(size_px=SIZE_PX, opened=opened(bundle) if net == "resnet" else ())
    layout = scene(name).lay_out(bundle, options)
    timeline = scene(name).build(bundle, layout, options)
    with Stage(bundle, layout) as stage:
        state = timeline.state_at(0.0 if name == "structure" else 0.5 * timeline.duration_secs)
        wall_ms, pace = benchmark.pedantic(turning, args=(stage, state), rounds=1)
        spent = {detail: processor_ms(stage, state, detail) for detail in (0.5, 0.7, 1.0)}
    ms = statistics.median(wall_ms)
    tiles = sum(plate.form.tiles for plate in layout.plates)
    timings.append(
        f"turning {net}, {name}, {len(layout.plates)} plates of {tiles} tiles: {1000 / ms:.0f} frames a second "
        f"({1000 / ms / TARGET_FPS:.2f} times the {TARGET_FPS:.0f} wanted) at detail {pace.detail:g}; processor time "
        "of a frame, all threads: " + ", ".join(f"{spent[detail]:.0f} ms at detail {detail:g}" for detail in spent)
    )


def two_inputs(layers: int, channels: int) -> tuple[PaperBundle, tuple[CaptureKey, CaptureKey]]:
    """A chain of 28x28 maps that two inputs were captured of."""
    names = [f"l{i}" for i in range(layers)]
    chain = [layer(name, "activation", 28, 28, channels) for name in names]
    captures, inputs = [], []
    for who in ("one", "two"):
        refs = {
            name: TensorRef(file="inputs/000.npz", key=f"{who}/{name}", shape=(28, 28, channels), dtype="float32")
            for name in names
        }
        captures.append(Capture(input=who, checkpoint=KEY[1], outputs=refs))
        inputs.append(Input(id=who, label=who))
    bundle = paper_bundle(chain, captures=tuple(captures), inputs=tuple(inputs))
    return bundle, (CaptureKey("one", KEY[1]), CaptureKey("two", KEY[1]))


@pytest.fixture(params=[(16, 32), (1, 512), (128, 32), (1, 4096)], ids=["16x32", "1x512", "128x32", "1x4096"])
def maps(request: pytest.FixtureRequest) -> Iterator[tuple[Stage, ViewState, tuple[CaptureKey, CaptureKey]]]:
    """Feature maps on a stage."""
    bundle, keys = two_inputs(*request.param)
    layout: Layout = place(bundle, LayoutOptions(opened=("l0",)))
    for key in keys:
        for name in bundle.capture(key.input_id, key.checkpoint_id).outputs.values():
            bundle.load(name)  # made, as if it had been read
    with Stage(bundle, layout) as stage:
        camera = nominal_camera(layout, SIZE_PX[0] / SIZE_PX[1])
        yield stage, ViewState(camera, (NetView(keys[0], edge_alpha=0.0),)), keys


def switch_ms(stage: Stage, state: ViewState, keys: tuple[CaptureKey, CaptureKey], *, is_ahead: bool) -> float:
    """How much longer the first frame of another input takes than the next one of it."""
    extra = []
    captures = stage._captures
    for key in [*keys, *keys, *keys]:
        shown = replace(state, nets=(replace(state.nets[0], capture=key),))
        # As if many inputs had been shown before: both are gone, and their textures with others in them.
        forgotten = captures._textures.pop(key, None)
        if forgotten is not None:
            captures._textures[CaptureKey(f"{key.input_id} before", KEY[1])] = forgotten
            captures.most = len(captures._textures)
        captures.preparer._made.pop(key, None)
        if is_ahead:
            stage.prefetch([key])
            captures.preparer._coming[key].result()
        first = finished(partial(draw, stage, shown, 1.0))
        again = statistics.median(finished(partial(draw, stage, shown, 1.0)) for _ in range(3))
        extra.append(first - again)
    return statistics.median(extra[2:])


def test_switching(
    benchmark: BenchmarkFixture, maps: tuple[Stage, ViewState, tuple[CaptureKey, CaptureKey]], timings: list[str]
) -> None:
    stage, state, keys = maps
    draw(stage, state, 1.0)
    cold = switch_ms(stage, state, keys, is_ahead=False)
    ahead = benchmark.pedantic(switch_ms, args=(stage, state, keys), kwargs={"is_ahead": True}, rounds=1)
    tiles = sum(plate.form.tiles for plate in stage.layout.plates)
    timings.append(
        f"another input, {tiles} maps 28x28 on {len(stage.layout.plates)} plates: {ahead:.1f} ms where made ahead "
        f"({SWITCH_MS / max(ahead, 0.1):.1f} times under {SWITCH_MS:.0f} ms), {cold:.1f} ms where not"
    )
