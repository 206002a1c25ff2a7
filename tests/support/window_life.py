"""A day in the life of the window, one process for all of it: pytest-qt drives real widgets on a virtual screen.

Run by tests/viewer/window/test_life.py as an inner pytest, on a screen of its own, with the folder of the bundles in
KERASCOPE_BUNDLES.
"""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from qt_wait import wait

from exporter.bundle import read_bundle
from scenes.present import Gallery
from viewer.camera import project
from viewer.cues import read_cues
from viewer.placement import world_of
from viewer.state import REFERENCE_HEIGHT_PX, Mute
from viewer.study import CameraOffset, Place, Vantage
from viewer.window.application import make_window, prepare
from viewer.window.keeper import Keeper
from viewer.window.playable import Wish
from viewer.window.record_dialog import RecordDialog
from viewer.window.recorder import Take
from viewer.window.window import Window

WAIT_SECS = 20.0
SIZE_PX = (1210, 480)
"""Wide enough for the docks, and no larger than that: software draws every pixel."""
LEFT = Qt.MouseButton.LeftButton
BUNDLES = Path(os.environ["KERASCOPE_BUNDLES"])
TINY, OTHER = BUNDLES / "tiny.bundle", BUNDLES / "other.bundle"


class Life:
    """A window and what a person does with it."""

    def __init__(self, window: Window) -> None:
        self.window = window
        window.resize(*SIZE_PX)
        window.activateWindow()
        assert QTest.qWaitForWindowActive(window, 10_000)
        self.until(lambda: window.player.playable is not None)
        window.player.pause()
        self.rest()

    def until(self, what: Callable[[], bool]) -> None:
        end_secs = time.perf_counter() + WAIT_SECS
        while time.perf_counter() < end_secs:
            if what():
                return
            wait(10)
        window = self.window
        facts = window.chooser.wish, window.chooser.shown, window.view.is_settled, window.view.is_flying
        raise AssertionError(f"waited {WAIT_SECS} s; {window.words.words}; {facts}")

    def rest(self) -> None:
        wait(30)
        window = self.window
        self.until(lambda: window.chooser.is_idle and window.view.is_settled and not window.view.is_flying)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window, key, modifiers)
        self.rest()

    def at(self, place: Place) -> QPoint:
        """Where a place is on the widget: a cell of a map, or the middle of a plate."""
        view, state = self.window.view, self.window.view.state()
        assert state is not None
        assert view.layout is not None
        plate = view.layout.plate(place.layer)
        point = np.array(plate.centre)
        if place.position is not None and plate.form.tiles:
            rows, columns = plate.form.cells
            point = np.array(plate.tile_centres()[place.channel or 0])
            row, column = place.position
            point[1] += (0.5 - (row + 0.5) / rows) * plate.form.tile_size[1]
            point[2] += ((column + 0.5) / columns - 0.5) * plate.form.tile_size[0]
        width, height = view.widget.width(), view.widget.height()
        spot = world_of(state.nets[0], view.layout, [point])
        ((x, y),) = project(state.camera, spot, width / height) * height / REFERENCE_HEIGHT_PX
        return QPoint(round(x), round(y))


@pytest.fixture
def life(qapp, tmp_path: Path) -> Iterator[Life]:
    bundle = read_bundle(TINY)
    life = Life(make_window(bundle, Gallery(bundle), Wish("flow"), tmp_path))
    yield life
    life.window.close()


@pytest.fixture(scope="session")
def qapp():
    return prepare()


CELL = Place("relu", channel=1, position=(2, 3))


def test_hovering_a_cell_tells_its_value(life: Life) -> None:
    hits: list = []
    life.window.desk.hovered.connect(hits.append)
    QTest.mouseMove(life.window.view.widget, life.at(CELL))
    life.until(lambda: bool(hits))
    assert hits[-1].place == CELL
    key = life.window.navigator.shown.main
    value = float(life.window.desk.bundle.output(key.input_id, key.checkpoint_id, "relu")[2, 3, 1])
    told = life.window.words.findChild(type(life.window.words.message), "pointed").text()
    assert told.startswith("relu")
    assert "row 2, column 3" in told
    assert float(told.split()[-1].replace("\N{MINUS SIGN}", "-")) == pytest.approx(value, rel=1e-3, abs=1e-9)


def test_a_click_pins_and_a_click_on_nothing_lets_go(life: Life) -> None:
    widget = life.window.view.widget
    QTest.mouseClick(widget, LEFT, pos=life.at(CELL))
    assert life.window.desk.study.pinned == CELL
    QTest.mouseClick(widget, LEFT, pos=QPoint(widget.width() - 8, widget.height() // 2))
    assert life.window.desk.study.pinned is None


def test_a_drag_turns_and_pins_nothing_and_is_undone(life: Life) -> None:
    widget, start = life.window.view.widget, life.window.view.widget.rect().center()
    QTest.mousePress(widget, LEFT, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(widget, start + QPoint(20, 6) * step)
    QTest.mouseRelease(widget, LEFT, pos=start + QPoint(100, 30))
    life.rest()
    turned = life.window.view.offset
    assert turned.azimuth_deg == pytest.approx(100 * 180 / widget.height())
    assert life.window.desk.study.pinned is None
    life.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert life.window.view.offset == CameraOffset()
    life.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert life.window.view.offset == turned


def test_everything_is_undone_in_turn(life: Life) -> None:
    window = life.window
    start = window.vantage()
    seen = [start]
    window.desk.set(muted=(Mute("conv", 1),))
    seen.append(window.vantage())
    window.desk.set(closed=("conv",))
    life.rest()
    seen.append(window.vantage())
    for key in (Qt.Key.Key_Down, Qt.Key.Key_T, Qt.Key.Key_PageDown):
        life.key(key)
        seen.append(window.vantage())
    assert len({view.to_json() for view in seen}) == len(seen)
    for view in reversed(seen[:-1]):
        life.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert replace(window.vantage(), at_secs=0.0) == replace(view, at_secs=0.0)
    for view in seen[1:]:
        life.key(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
        assert replace(window.vantage(), at_secs=0.0) == replace(view, at_secs=0.0)


def test_closing_and_opening_a_layer_from_its_menu(life: Life) -> None:
    def forms() -> str:
        return life.window.view.layout.plate("conv").form.kind

    def choose(word: str) -> None:
        QTest.mouseClick(life.window.view.widget, Qt.MouseButton.RightButton, pos=life.at(Place("conv")))
        menu = life.window.pointer.menu
        life.until(menu.isVisible)
        next(action for action in menu.actions() if action.text().startswith(word)).trigger()
        menu.close()
        life.rest()

    assert forms() == "maps"
    choose("Close")
    assert forms() == "closed"
    assert life.window.desk.study.closed == life.window.chooser.wish.closed == ("conv",)
    fans: list = []
    life.window.view.drawn.connect(lambda _: fans.append(life.window.view.state().nets[0].fans))
    choose("Open")
    wait(400)
    assert forms() == "maps"
    assert [fan for fan in fans if fan is not None and min(fan) < 1], "its channels fan out"
    assert life.window.view.state().nets[0].fans is None


def test_a_double_click_flies_there_and_beside_it_back(life: Life) -> None:
    widget = life.window.view.widget
    QTest.mouseDClick(widget, LEFT, pos=life.at(Place("pool")))
    life.until(lambda: life.window.view.is_flying)
    life.rest()
    middle, there = widget.rect().center(), life.at(Place("pool"))
    assert abs(middle.x() - there.x()) < 0.1 * widget.width()
    assert abs(middle.y() - there.y()) < 0.1 * widget.height()
    assert life.window.view.offset.zoom > 1.5
    life.key(Qt.Key.Key_R)
    assert life.window.view.offset == CameraOffset()


def test_what_is_copied_restores_the_value_and_the_view(life: Life, tmp_path: Path) -> None:
    window, control = life.window, Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(window.view.widget, LEFT, pos=life.at(CELL))
    window.player.scrub_to(2.25)
    window.view.put_offset(CameraOffset(azimuth_deg=15.0, zoom=1.2, shift=(0.05, 0.1)))
    window.desk.set(opacity=0.8, scope="net")
    life.rest()
    life.key(Qt.Key.Key_C, control)
    scope: dict = {}
    exec(QGuiApplication.clipboard().text(), scope)
    key = window.navigator.shown.main
    assert scope["value"] == window.desk.bundle.output(key.input_id, key.checkpoint_id, "relu")[2, 3, 1]
    window.copier.save_values(tmp_path / "value.npy")
    assert np.load(tmp_path / "value.npy") == scope["value"]

    life.key(Qt.Key.Key_C, control | Qt.KeyboardModifier.ShiftModifier)
    program, command, path, option, view = shlex.split(QGuiApplication.clipboard().text())
    assert (program, command, Path(path), option) == ("kerascope", "view", TINY.resolve(), "--view")
    assert Vantage.from_json(view) == window.vantage()

    life.key(Qt.Key.Key_C, control | Qt.KeyboardModifier.AltModifier)
    (tmp_path / "frame.words").write_text(QGuiApplication.clipboard().text(), "utf-8")
    pixels = window.view.render()
    Image.fromarray(pixels).save(tmp_path / "seen.png")
    (BUNDLES / "copied.json").write_text(
        json.dumps({"words": QGuiApplication.clipboard().text(), "seen": str(tmp_path / "seen.png")}), "utf-8"
    )


def test_three_cues_are_presented_by_a_clicker(life: Life, tmp_path: Path) -> None:
    window, views = life.window, []
    for caption, at_secs, zoom in (("One", 0.5, 1.0), ("Two", 1.5, 1.6), ("Three", 2.5, 1.0)):
        window.player.scrub_to(at_secs)
        window.view.put_offset(CameraOffset(zoom=zoom))
        life.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        window.talk.change(window.talk.at, caption=caption)
        views.append(window.vantage())
    window.talk.save(tmp_path / "talk.cues.json")
    assert [cue.caption for cue in read_cues(tmp_path / "talk.cues.json")] == ["One", "Two", "Three"]
    window.talk.put((), 0)
    window.talk.open(tmp_path / "talk.cues.json")
    life.key(Qt.Key.Key_F5)
    caption = window.centralWidget().caption
    assert window.talk.is_on
    assert window.isFullScreen()
    assert not window.top.isVisible()
    assert not any(dock.isVisible() for dock in window.shelf.docks)
    steps = ((None, 0), (Qt.Key.Key_PageDown, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_PageUp, 1), (Qt.Key.Key_Space, 2))
    for key, at in steps:
        if key is not None:
            life.key(key)
        assert caption.text() == ("One", "Two", "Three")[at]
        assert window.vantage() == views[at]
    life.key(Qt.Key.Key_B)
    assert window.findChild(type(window.centralWidget()).__mro__[1], "dark").isVisible()
    life.key(Qt.Key.Key_Period)
    assert not window.talk.is_blank
    life.key(Qt.Key.Key_Escape)
    assert not window.talk.is_on
    assert not window.isFullScreen()
    assert window.top.isVisible()
    assert not caption.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert window.player.head.is_playing, "the keys are the window's again"


def drop(window: Window, path: Path, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, LEFT, modifiers))


def test_a_dropped_bundle_takes_the_place_and_a_bad_one_does_not(life: Life, tmp_path: Path) -> None:
    window = life.window
    drop(window, tmp_path)
    assert "not a Kerascope bundle" in window.words.words
    assert window.desk.bundle.path == TINY
    window.desk.set(pinned=Place("conv"))
    drop(window, OTHER)
    life.until(lambda: window.player.playable is not None)
    window.player.pause()
    life.rest()
    assert window.desk.bundle.path == OTHER
    assert window.windowTitle().startswith("other.bundle")
    assert window.desk.study.pinned is None
    assert window.view.layout.plate("conv") is not None
    life.key(Qt.Key.Key_Down)
    assert window.chooser.wish.input_id is not None, "the keys are those of the new parts"
    QTest.mouseClick(window.view.widget, LEFT, pos=life.at(CELL))
    assert window.desk.study.pinned == CELL


def test_two_bundles_share_scene_time_and_camera(life: Life) -> None:
    window = life.window
    drop(window, OTHER, Qt.KeyboardModifier.ShiftModifier)
    beside = window.beside
    life.until(lambda: beside.view.layout is not None)
    life.rest()
    assert window.desk.bundle.path == TINY
    window.player.scrub_to(3.0)
    window.view.put_offset(CameraOffset(azimuth_deg=12.0))
    window.desk.set(spread=1.3)
    life.rest()
    one, two = window.view.state(), beside.view.state()
    assert one.camera.azimuth_deg == pytest.approx(two.camera.azimuth_deg)
    assert (one.nets[0].spread, two.nets[0].spread) == (1.3, 1.3)
    assert one.nets[0].front == pytest.approx(two.nets[0].front)
    beside.view.put_offset(CameraOffset(elevation_deg=-8.0))
    assert window.view.offset == CameraOffset(elevation_deg=-8.0)
    beside.input.chosen.emit("clean-1")
    life.until(lambda: beside.view.state().nets[0].capture.input_id == "clean-1")
    assert window.view.state().nets[0].capture.input_id != "clean-1", "each has its own input"
    window.close_beside()
    life.key(Qt.Key.Key_R)
    assert window.beside is None


def test_a_recording_is_made_beside_the_window(life: Life, tmp_path: Path) -> None:
    window, out = life.window, tmp_path / "scene.gif"
    window.taker.begin_recording(Take(window.vantage(), out, (160, 90), 2))
    assert window.recorder.gauge.isVisible()
    window.player.play()
    before = window.player.at_secs
    life.until(lambda: not window.recorder.is_recording)
    assert window.player.at_secs != before, "the window went on"
    assert window.words.words == f"recorded {out}"
    with Image.open(out) as recorded:
        assert recorded.size == (160, 90)
        assert recorded.n_frames > 5
    assert [path.name for path in tmp_path.iterdir()] == ["scene.gif"]


def test_a_page_is_written_beside_the_window(life: Life, tmp_path: Path) -> None:
    window, out = life.window, tmp_path / "scene.html"
    dialog = RecordDialog(window, window.vantage(), tmp_path / "scene.gif", (960, 540), None)
    assert dialog.fps.isEnabled()
    dialog.format.setCurrentText("Web page to walk round in")
    assert not dialog.fps.isEnabled()
    assert not dialog.shape.isEnabled()
    assert dialog.take().out == out
    window.taker.begin_recording(dialog.take())
    life.until(lambda: not window.recorder.is_recording)
    assert window.words.words == f"recorded {out}"
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir()] == ["scene.html"]


def test_closing_while_recording_leaves_nothing_and_loses_nothing(life: Life, tmp_path: Path) -> None:
    out = tmp_path / "dear.gif"
    out.write_bytes(b"what was there before")
    life.window.taker.begin_recording(Take(life.window.vantage(), out, (960, 540), 25))
    life.until(lambda: any(path.name.startswith(".dear.gif.tmp-") for path in tmp_path.iterdir()))
    wait(300)
    life.window.close()
    assert [path.name for path in tmp_path.iterdir()] == ["dear.gif"]
    assert out.read_bytes() == b"what was there before"
    assert not life.window.recorder.is_recording


def test_it_is_as_it_was_left(qapp, tmp_path: Path) -> None:
    bundle = read_bundle(TINY)

    def opened() -> Life:
        keeper = Keeper(tmp_path / "settings")
        seen = keeper.view_of(bundle)
        wish = Wish(seen.scene if seen else "flow", theme=seen.theme if seen else "dark")
        return Life(make_window(bundle, Gallery(bundle), wish, tmp_path, seen=seen, keeper=keeper))

    first = opened()
    first.window.resize(1230, 520)
    first.window.shelf.docks[0].hide()
    first.window.view.put_offset(CameraOffset(zoom=1.7))
    first.window.desk.set(opacity=0.6)
    first.key(Qt.Key.Key_T)
    left = first.window.vantage()
    first.window.close()
    keeper = Keeper(tmp_path / "settings")
    seen = keeper.view_of(bundle)
    again = make_window(bundle, Gallery(bundle), Wish(left.scene, theme=left.theme), tmp_path, seen=seen, keeper=keeper)
    assert (again.width(), again.height()) == (1230, 520)
    assert again.shelf.docks[0].isHidden()
    assert not again.shelf.docks[1].isHidden()
    Life(again)
    assert replace(again.vantage(), at_secs=left.at_secs) == left
    again.close()
    (tmp_path / "settings" / "window.json").write_text("{", "utf-8")
    broken = Keeper(tmp_path / "settings")
    assert "damaged" in broken.problem
    assert broken.view_of(bundle) is None
