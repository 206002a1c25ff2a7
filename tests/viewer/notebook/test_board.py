"""The widgets of a notebook, driven without a browser: what is chosen and done to them is what the stage draws."""

from __future__ import annotations

import asyncio
import io
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import kerascope
from exporter.bundle import Bundle, KerascopeError
from scenes.options import SceneOptions
from scenes.present import Gallery
from scenes.record import record_frame
from viewer.backing import backed
from viewer.stage import Stage
from viewer.state import ViewState
from viewer.study import CameraOffset, Place, Study, Vantage
from viewer.window.playable import Wish

pytestmark = pytest.mark.gl

SIZE_PX = 320, 180
AT_SECS = 1.5


@pytest.fixture
def board(tiny_bundle: Bundle, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    made = kerascope.show(tiny_bundle, scene="flow", size_px=SIZE_PX, at_secs=AT_SECS)
    yield made
    made.picture.close()
    capsys.readouterr()  # without IPython the library prints what it would display


def send(board: Any, kind: str, **event: Any) -> None:
    board.picture.handle_event({"type": kind, "event_type": kind, "modifiers": (), **event})


def drag(board: Any, *places: tuple[float, float], button: int = 1) -> None:
    (x, y), *rest = places
    send(board, "pointer_down", x=x, y=y, button=button)
    for x, y in rest:
        send(board, "pointer_move", x=x, y=y)
    send(board, "pointer_up", x=x, y=y, button=button)


def frame_of(board: Any, state: ViewState, supersample: float = 2.0) -> Any:
    with Stage(board._bundle, board._playable.layout) as stage:
        return stage.render(state, board.picture.size_px, supersample=supersample)


def decoded(png: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_the_output_holds_the_frame_that_the_stage_draws(board: Any, tiny_bundle: Bundle) -> None:
    data, _ = board._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    playable = Gallery(tiny_bundle).build(Wish("flow", SIZE_PX))
    with Stage(tiny_bundle, playable.layout) as stage:
        expected = stage.render(playable.state_at(board.clock.at_secs), SIZE_PX)
    assert board.clock.at_secs == pytest.approx(AT_SECS)
    np.testing.assert_array_equal(decoded(b64decode(data["image/png"])), expected)
    still = board._still.value
    assert still.startswith("<img")
    np.testing.assert_array_equal(decoded(b64decode(still.partition("base64,")[2].partition('"')[0])), expected)


def test_a_drag_turns_the_picture_as_steering_does(board: Any) -> None:
    before, own = board.picture.get_frame(), board.picture.state()
    drag(board, (100, 100), (140, 100), (160, 110))
    turned = board.picture.state().camera
    assert turned.azimuth_deg - own.camera.azimuth_deg == pytest.approx(60 * 180 / SIZE_PX[1])
    assert turned.elevation_deg - own.camera.elevation_deg == pytest.approx(10 * 180 / SIZE_PX[1])
    after = board.picture.render()
    assert np.abs(after.astype(int) - before.astype(int)).mean() > 1
    np.testing.assert_array_equal(after, frame_of(board, replace(own, camera=turned, hud=backed(own.hud))))
    drag(board, (160, 110), (100, 100))
    np.testing.assert_allclose(board.picture.render().astype(int), frame_of(board, own).astype(int), atol=1)


def test_the_wheel_comes_nearer_and_a_double_click_goes_back(board: Any) -> None:
    own = board.picture.state()
    send(board, "wheel", x=10.0, y=20.0, dx=0.0, dy=-300.0)
    assert board.picture.state().camera.zoom == pytest.approx(own.camera.zoom * 1.15**3)
    drag(board, (10, 10), (40, 10), button=3)
    assert board.picture.state().camera.shift != own.camera.shift
    send(board, "double_click", x=10.0, y=20.0)
    assert board.picture.state() == own


def test_another_size_of_the_cell_is_another_composition(board: Any) -> None:
    assert board._still.layout.display is None
    send(board, "resize", width=400.0, height=400.0, ratio=2.0, pixel_ratio=2.0)
    assert board.wish.size_px == board.picture.size_px == (800, 800)
    assert board._still.layout.display == "none"
    assert board.picture.get_frame().shape == (800, 800, 3)
    drag(board, (100, 100), (140, 100))  # in logical pixels: the picture is 400 of them high
    assert board.picture.hand.offset.azimuth_deg == pytest.approx(40 * 180 / 400)
    send(board, "resize", width=1.0, height=1.0, ratio=1.0, pixel_ratio=1.0)
    assert board.picture.get_frame().shape == (16, 16, 3)
    assert board._words.value == ""


def test_what_is_chosen_is_shown(board: Any) -> None:
    board.input.value = "clean-1"
    board.checkpoint.value = "001"
    board.theme.value = "light"
    assert board.wish == Wish("flow", SIZE_PX, "light", "clean-1", "001")
    (net,) = board.picture.state().nets
    assert (net.capture.input_id, net.capture.checkpoint_id) == ("clean-1", "001")
    assert board.picture.state().theme == "light"
    assert board.clock.at_secs == pytest.approx(AT_SECS)
    board.scene.value = "adversarial"
    assert len(board.picture.state().nets) > 1
    assert board.clock.at_secs == 0.0


def test_what_cannot_be_shown_is_told_and_undone(board: Any) -> None:
    before = board.picture.state()
    board.want(input_id="attack-1", checkpoint_id="000")
    assert "no such capture" in board._words.value
    assert (board.input.value, board.checkpoint.value) == (None, None)
    assert board.picture.state() == before
    board.want(input_id="clean-0")
    assert board._words.value == ""


def test_a_frame_that_cannot_be_read_is_told(board: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise KerascopeError("the disk is <gone>")

    monkeypatch.setattr(Stage, "render", fails)
    assert board.picture.get_frame() is None
    assert "the disk is &lt;gone>" in board._words.value


def test_the_timeline_moves_the_scene_and_plays(board: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    board.clock.slider.value = 2.0
    assert board.clock.at_secs == pytest.approx(2.0)
    now_secs = [100.0]
    monkeypatch.setattr("viewer.notebook.clock.time.perf_counter", lambda: now_secs[0])
    board.clock.play.value = True
    assert board.picture.is_playing
    now_secs[0] += 0.5
    board.clock.tick()
    assert board.clock.at_secs == pytest.approx(2.5)
    assert board.clock.slider.value == pytest.approx(2.5)
    board.clock.play.value = False
    now_secs[0] += 5.0
    assert board.clock.at_secs == pytest.approx(2.5)
    assert not board.picture.is_playing


def test_what_rests_is_drawn_finely(board: Any) -> None:
    """Coarse first; fine once nothing has happened for a while, where a loop runs."""

    async def watch() -> tuple[Any, bool]:
        board.picture._detail = 0.5
        drag(board, (100, 100), (120, 100))
        coarse = board.picture.get_frame()
        await asyncio.sleep(0.3)
        return coarse, board.picture._is_fine

    coarse, is_fine = asyncio.run(watch())
    assert is_fine
    state = board.picture.state()
    np.testing.assert_array_equal(coarse, frame_of(board, state, 0.5))
    np.testing.assert_array_equal(board.picture.get_frame(), frame_of(board, state))
    assert (coarse != board.picture.get_frame()).any()


def test_a_view_that_the_window_copied_is_shown_as_a_recording_shows_it(
    tiny_bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offset = CameraOffset(azimuth_deg=20.0, zoom=1.5, shift=(0.1, -0.2))
    study = Study(clip_percentile=90.0, isolated=("conv",), spread=1.3, pinned=Place("conv", channel=1))
    view = Vantage("flow", 2.0, "clean-1", "001", theme="light", offset=offset, study=study)
    shown = kerascope.show(tiny_bundle, view=view.to_json(), size_px=SIZE_PX)
    made = record_frame(tiny_bundle, "flow", tmp_path / "recorded.png", at_secs=2.0, view=view, options=of(view))
    np.testing.assert_array_equal(decoded(shown.png()), np.asarray(Image.open(made)))
    send(shown, "wheel", x=10.0, y=20.0, dx=0.0, dy=-100.0)
    assert shown.picture.hand.offset.zoom == pytest.approx(1.5 * 1.15)
    with pytest.raises(KerascopeError, match="this view is of another bundle: no such input"):
        kerascope.show(tiny_bundle, view='{"scene": "flow", "input_id": "nobody"}')
    shown.picture.close()
    capsys.readouterr()


def of(view: Vantage) -> SceneOptions:
    return SceneOptions(SIZE_PX, view.theme, view.input_id, view.checkpoint_id)


def test_while_a_cell_is_drawn_wider_the_scene_is_composed_once(board: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Any] = []
    build = board._catalogue.build
    monkeypatch.setattr(board._catalogue, "build", lambda wish: (built.append(wish), build(wish))[1])

    async def widen() -> None:
        for width in (330, 340, 350):
            send(board, "resize", width=float(width), height=180.0, ratio=1.0, pixel_ratio=1.0)
        assert built == []
        await asyncio.sleep(0.3)

    asyncio.run(widen())
    assert [wish.size_px for wish in built] == [(350, 180)]


def test_there_is_no_such_scene(tiny_bundle: Bundle) -> None:
    with pytest.raises(KerascopeError, match=r"no such scene: expected .*flow.*, got 'nothing'"):
        kerascope.show(tiny_bundle, scene="nothing")
