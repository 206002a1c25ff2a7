"""Edges beside vispy's own Line visual, and Python's part of an animated frame beside the number of edges."""

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
from viewer.camera import clip_from_world
from viewer.layout import place
from viewer.stage import Stage
from viewer.state import CaptureKey, EdgeMode, Edges, NetView, ViewState
from viewer.visuals.tables import Table

pytestmark = pytest.mark.gl

SIZE_PX = 1280, 720
ASPECT = SIZE_PX[0] / SIZE_PX[1]
KNOWN = 784, 81, 49, 10
KEY0 = CaptureKey(*KEY)


def stage_of(sizes: tuple[int, ...], mode: EdgeMode = "weight") -> tuple[Stage, ViewState, Table]:
    """A dense network of these sizes, a state that shows all of its edges and no words, and their table."""
    layers = [layer("in", "input", sizes[0])]
    layers += [layer(f"d{at}", "dense", size) for at, size in enumerate(sizes[1:])]
    kernels = {f"d{at}": (sizes[at], sizes[at + 1]) for at in range(len(sizes) - 1)}
    bundle = paper_bundle(layers, kernels=kernels)
    layout = place(bundle)
    net = NetView(KEY0, edges=Edges(mode, "all"), names=False, shapes=False, scales=False)
    stage = Stage(bundle, layout)
    state = ViewState(nominal_camera(layout, ASPECT), (net,))
    stage.render(state, SIZE_PX, supersample=1)
    (table,) = stage._edges._tables._tables.values()
    return stage, state, table


def timed_ms(draw: Callable[[], Any]) -> float:
    began = time.perf_counter()
    draw()
    return 1000 * (time.perf_counter() - began)


def median_ms(draw: Callable[[], Any], rounds: int = 5) -> float:
    draw()
    return statistics.median(timed_ms(draw) for _ in range(rounds))


class Peer:
    """The same edges as vispy's documentation would draw them: ends in clip space as the camera has them."""

    def __init__(self, stage: Stage, state: ViewState, table: Table) -> None:
        units = stage._edges._tables.units.places
        threads = table.threads
        matrix = clip_from_world(state.camera, ASPECT, stage._depth_radius(state))
        clip = np.c_[units, np.ones(len(units))] @ matrix.T
        device = (clip[:, :3] / clip[:, 3:]).astype(np.float32)
        self.ends = np.stack([device[threads.source], device[threads.target]], axis=1)[..., :2].reshape(-1, 2)
        strength = np.abs(threads.weight) / np.abs(threads.weight).max()
        self.colours = np.repeat(np.c_[np.tile([0.9, 0.6, 0.2], (len(strength), 1)), strength], 2, axis=0)
        self.colours = self.colours.astype(np.float32)
        self.canvas = scene.SceneCanvas(size=SIZE_PX, show=False, dpi=96)
        view = self.canvas.central_widget.add_view(camera="panzoom")
        view.camera.rect = (-1, -1, 2, 2)
        self.line = scene.visuals.Line(
            self.ends, color=self.colours, connect="segments", method="gl", antialias=False, parent=view.scene
        )

    def still(self) -> None:
        self.canvas.render(alpha=False)

    def animated(self) -> None:
        self.line.set_data(color=self.colours)
        self.canvas.render(alpha=False)

    def close(self) -> None:
        self.canvas.close()
        headless_canvas().set_current()


@pytest.fixture(scope="module")
def known() -> Iterator[tuple[Stage, ViewState, Table]]:
    """784-81-49-10."""
    made = stage_of(KNOWN)
    yield made
    made[0].close()


@pytest.mark.parametrize("way", ["still", "animated"])
def test_all_edges_of_a_dense_network(
    benchmark: BenchmarkFixture, known: tuple[Stage, ViewState, Table], timings: list[str], way: str
) -> None:
    stage, state, table = known
    peer = Peer(stage, state, table)
    fronts = iter(np.linspace(0.2, 2.8, 100)) if way == "animated" else iter([None] * 100)

    def draw() -> Any:
        return stage.render(replace(state, nets=(replace(state.nets[0], front=next(fronts)),)), SIZE_PX, supersample=1)

    # In turns, so that what else the machine does falls on both; of each the quickest.
    theirs, ours = [], []
    for _ in range(5):
        theirs.append(timed_ms(getattr(peer, way)))
        headless_canvas().set_current()
        ours.append(timed_ms(draw))
        peer.canvas.set_current()
    peer.close()
    benchmark.pedantic(draw, rounds=1)
    their_ms, ms = min(theirs), min(ours)
    timings.append(
        f"{way} frame of all {len(table.threads.source):,} edges of {'-'.join(map(str, KNOWN))}, plates and light with "
        f"them: {ms:.0f} ms, {their_ms / ms:.2f} times as fast as vispy's Line ({their_ms:.0f} ms)"
    )


@pytest.mark.parametrize("units", [(100, 100), (320, 313), (1000, 1000)])
def test_python_does_not_see_edges(
    benchmark: BenchmarkFixture, monkeypatch: pytest.MonkeyPatch, timings: list[str], units: tuple[int, int]
) -> None:
    """Python's time for the edges of an animated frame: the driver's part is cut off, so that what is left is what a
    GPU would wait for. Beside it the time that new colours for all of them take to be handed over.
    """
    stage, state, table = stage_of(units, "contribution")
    peer = Peer(stage, state, table)
    peer.still()
    parser = peer.canvas.context.shared.parser
    monkeypatch.setattr(parser, "parse", lambda commands: None)
    upload_ms = median_ms(lambda: (peer.line.set_data(color=peer.colours), peer.line._line_visual._prepare_draw(None)))
    monkeypatch.undo()
    peer.close()
    with stage:
        targets = stage._targets_for(SIZE_PX, 1)
        fronts = iter(np.linspace(0.1, 0.9, 400))
        monkeypatch.setattr(stage._canvas.context.shared.parser, "parse", lambda commands: None)

        def draw() -> None:
            moved = replace(state, nets=(replace(state.nets[0], front=next(fronts)),))
            stage._edges.draw_threads(moved, view_of(stage, moved), targets)

        empty = median_ms(lambda: view_of(stage, state), 50)
        benchmark.pedantic(draw, rounds=100, warmup_rounds=3)
        monkeypatch.undo()
    ms = 1000 * benchmark.stats.stats.median - empty
    timings.append(
        f"Python's part of an animated frame of {len(table.threads.source):,} edges: {ms:.2f} ms, "
        f"{upload_ms / ms:.0f} times under handing over new colours ({upload_ms:.1f} ms)"
    )


def view_of(stage: Stage, state: ViewState) -> Any:
    """What the stage tells its visuals of a frame."""
    from viewer.visuals.plates import View

    matrix = clip_from_world(state.camera, ASPECT, stage._depth_radius(state)).T.astype(np.float32)
    return View(state.theme, matrix, True, 1)


def test_bytes_an_edge(known: tuple[Stage, ViewState, Table], timings: list[str]) -> None:
    stage, _, table = known
    store = stage._edges._tables
    count = len(table.threads.source)
    filled = int(np.prod(table.edges.shape)) / count
    shared = [store._places, *store._looks.values(), *(texture for _, texture in store._flows.values())]
    rest = sum(int(np.prod(each.shape)) * 4 for each in shared if isinstance(each, gloo.Texture2D))
    assert int(np.prod(table.edges.shape)) == 8 * -(-count // 1024) * 1024
    timings.append(
        f"on the GPU {filled:.2f} bytes an edge (8, and the last block of 1,024 filled up), and "
        f"{rest / 1024:.0f} KiB a net for {store.units.first[-1]} units and {len(stage.layout.plates)} plates"
    )
