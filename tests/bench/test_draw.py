"""A frame of many feature maps beside vispy's own image visuals, and Python's part of it beside the number of cells."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from paper_bundle import KEY, layer, paper_bundle
from probes import nominal_camera
from pytest_benchmark.fixture import BenchmarkFixture
from vispy import gloo, scene

from viewer.backend import headless_canvas
from viewer.layout import place
from viewer.stage import Stage
from viewer.state import CaptureKey, NetView, ViewState

pytestmark = pytest.mark.gl

SIZE_PX = 800, 600
CELLS = 28
FEW = 512


def stage_of(layers: int, channels: int, cells: int) -> tuple[Stage, ViewState]:
    """A chain of feature maps, and a state that shows all of it without words or strands."""
    shape = (cells, cells, channels)
    bundle = paper_bundle([layer(f"l{i}", "activation", *shape) for i in range(layers)])
    layout = place(bundle)
    net = NetView(CaptureKey(*KEY), edge_alpha=0.0, names=False, shapes=False, scales=False)
    return Stage(bundle, layout), ViewState(nominal_camera(layout, SIZE_PX[0] / SIZE_PX[1]), (net,), bloom=0.0)


def turning(stage: Stage, state: ViewState) -> Callable[[], Any]:
    """Draws the next of many different frames."""
    angles = iter(np.linspace(40, 60, 1000))
    return lambda: stage.render(
        replace(state, camera=replace(state.camera, azimuth_deg=next(angles))), SIZE_PX, supersample=1
    )


@pytest.fixture(params=[64, 256, 512, 4096])
def tiles(request: pytest.FixtureRequest) -> int:
    """How many feature maps both draw."""
    return request.param


@pytest.fixture
def peer(tiles: int) -> Iterator[tuple[Callable[[], Any], float]]:
    """As many tiles, each an ImageVisual of its own, as vispy's documentation would do it; and the seconds from nothing
    to its first frame.
    """
    headless_canvas()
    began = time.perf_counter()
    canvas = scene.SceneCanvas(size=SIZE_PX, show=False, dpi=96)
    view = canvas.central_widget.add_view(camera="panzoom")
    view.camera.rect = (0, 0, 16 * (CELLS + 3), 16 * (CELLS + 3))
    rng = np.random.default_rng(0)
    for index in range(tiles):
        image = scene.visuals.Image(
            rng.normal(size=(CELLS, CELLS)).astype(np.float32), cmap="viridis", clim=(-2, 2), parent=view.scene
        )
        image.transform = scene.STTransform(translate=(index % 16 * (CELLS + 3), index // 16 * (CELLS + 3)))
    widths = iter(np.linspace(500, 560, 1000))

    def draw() -> Any:
        view.camera.rect = (0, 0, next(widths), 500)
        return canvas.render(alpha=False)

    draw()
    yield draw, time.perf_counter() - began
    canvas.close()
    headless_canvas().set_current()


def median_secs(draw: Callable[[], Any], rounds: int = 15) -> float:
    draw()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        draw()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def test_many_tiles(
    benchmark: BenchmarkFixture, tiles: int, peer: tuple[Callable[[], Any], float], timings: list[str]
) -> None:
    their_secs, their_first_secs = median_secs(peer[0], 15 if tiles <= FEW else 3), peer[1]
    began = time.perf_counter()
    stage, state = stage_of(tiles // 32, 32, CELLS)
    with stage:
        stage.render(state, SIZE_PX, supersample=1)
        first_secs = time.perf_counter() - began
        benchmark.pedantic(turning(stage, state), rounds=30, warmup_rounds=2)
    secs = benchmark.stats.stats.median
    timings.append(
        f"frame of {tiles} maps, panels and light: {1000 * secs:.1f} ms, {their_secs / secs:.1f} times as fast as an "
        f"ImageVisual each ({1000 * their_secs:.1f} ms); from nothing to the first frame {1000 * first_secs:.0f} ms, "
        f"{their_first_secs / first_secs:.0f} times as fast ({their_first_secs:.1f} s)"
    )


@pytest.mark.parametrize("maps", [64, 512, 4096])
def test_growing(benchmark: BenchmarkFixture, timings: list[str], maps: int) -> None:
    stage, state = stage_of(maps // 32, 32, CELLS)
    with stage:
        benchmark.pedantic(turning(stage, state), rounds=15, warmup_rounds=2)
    timings.append(f"frame of {maps} maps {CELLS}x{CELLS}: {1000 * benchmark.stats.stats.median:.1f} ms")


@pytest.mark.parametrize("cells", [7, 28, 112])
def test_python_does_not_see_cells(
    benchmark: BenchmarkFixture, monkeypatch: pytest.MonkeyPatch, timings: list[str], cells: int
) -> None:
    """Python's time alone: the driver's part is cut off, so what is left is what a GPU would wait for."""
    stage, state = stage_of(4, 32, cells)
    with stage:
        draw = turning(stage, state)
        draw()
        # What was asked of the driver is thrown away unparsed; the frame that comes back is an old one.
        parser = stage._canvas.context.shared.parser
        monkeypatch.setattr(parser, "parse", lambda commands: None)
        monkeypatch.setattr(gloo, "read_pixels", lambda *_, **__: np.zeros((SIZE_PX[1], SIZE_PX[0], 4), np.uint8))
        benchmark.pedantic(draw, rounds=50, warmup_rounds=2)
        monkeypatch.undo()
    timings.append(
        f"Python's part of a frame of 128 maps {cells}x{cells}: {1000 * benchmark.stats.stats.median:.2f} ms"
    )


def test_the_benchmark_draws_what_it_says(tiles: int) -> None:
    stage, state = stage_of(tiles // 32, 32, CELLS)
    with stage:
        assert sum(plate.form.tiles for plate in stage.layout.plates) == tiles
        assert stage.render(state, (80, 60), supersample=1).std() > 1


def test_the_first_frame_of_a_large_net(benchmark: BenchmarkFixture, timings: list[str]) -> None:
    """From a bundle's manifest to a frame, beside the one matrix product that measuring all of its flow would take."""
    inputs, units = 12_000, 4096
    row = np.random.default_rng(0).normal(size=units).astype(np.float32)
    arrays = {"fc/kernel": np.broadcast_to(row, (inputs, units))}
    bundle = paper_bundle(
        [layer("a", "input", inputs), layer("fc", "dense", units), layer("out", "dense", 1000)],
        kernels={"out": (units, 1000)},
        arrays=arrays,
    )
    bundle.arrays["out/kernel"] = np.zeros((units, 1000), np.float32)
    began = time.perf_counter()
    np.abs(bundle.output(*KEY, "a")[:, None] * arrays["fc/kernel"]).sum()
    their_secs = time.perf_counter() - began

    def first() -> None:
        layout = place(bundle)
        with Stage(bundle, layout) as stage:
            state = ViewState(nominal_camera(layout, SIZE_PX[0] / SIZE_PX[1]), (NetView(CaptureKey(*KEY)),))
            stage.render(state, SIZE_PX, supersample=1)

    benchmark.pedantic(first, rounds=5, warmup_rounds=1)
    secs = benchmark.stats.stats.median
    timings.append(
        f"first frame of a net with {(inputs + 1000) * units / 1e6:.0f} million weights: {1000 * secs:.0f} ms; all the "
        f"flow of its largest layer alone would take {1000 * their_secs:.0f} ms"
    )
