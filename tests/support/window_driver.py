"""Drives the real window by Qt's events and writes down what it showed: `window_driver.py BUNDLE BARE GROUPED FOLDER`.

Pictures go to FOLDER/shots.npz, facts to FOLDER/facts.json. Run in a process of its own, on a screen.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from qt_wait import wait

from exporter.bundle import read_bundle
from scenes.present import Gallery
from viewer.camera import project
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.window.application import make_window, prepare
from viewer.window.playable import Wish
from viewer.window.view import SceneView
from viewer.window.window import Window

WAIT_SECS = 40.0
Facts = dict[str, Any]


def pixels_of(image: QImage) -> np.ndarray:
    """(H, W, 3) uint8."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


class Driver:
    """A window and what it showed."""

    def __init__(self, bundle: Path, wish: Wish, folder: Path) -> None:
        opened = read_bundle(bundle)
        self.shots: dict[str, np.ndarray] = {}
        self.window: Window = make_window(opened, Gallery(opened), wish, folder)
        self.view = self.window.view
        self.frames_ms: list[float] = []
        self.view.drawn.connect(self.frames_ms.append)
        # Without a window manager nobody else gives the window the keyboard.
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window, 10_000)

    def until(self, what: Callable[[], bool]) -> None:
        end_secs = time.perf_counter() + WAIT_SECS
        while not what():
            assert time.perf_counter() < end_secs, f"waited {WAIT_SECS} s; {self.window.words.words}"
            wait(10)

    def rest(self) -> None:
        """Until what is wished for is on the screen, drawn finely."""
        wait(30)
        self.until(lambda: self.window.chooser.is_idle and self.view.is_settled)

    def shoot(self, name: str) -> None:
        self.shots[name] = pixels_of(self.view.widget.grabFramebuffer())

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window, key, modifier)
        self.rest()

    def drag(self, by: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> list[float]:
        """Times in ms of the frames that followed the hand."""
        widget, start = self.view.widget, self.view.widget.rect().center()
        before = len(self.frames_ms)
        QTest.mousePress(widget, button, pos=start)
        for step in range(1, 9):
            QTest.mouseMove(widget, start + by * (step / 8))
            wait(40)
        followed = self.frames_ms[before:]
        QTest.mouseRelease(widget, button, pos=start + by)
        self.rest()
        return followed

    def wheel(self, at: QPoint, notches: int) -> None:
        """Turn the wheel at a place, as the window system tells it."""
        widget = self.view.widget
        buttons, modifiers, phase = (
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
        )
        place = QPointF(widget.mapToGlobal(at))
        event = QWheelEvent(QPointF(at), place, QPoint(), QPoint(0, 120 * notches), buttons, modifiers, phase, False)
        QGuiApplication.sendEvent(widget, event)
        self.rest()


def drive(bundle: Path, folder: Path, began_secs: float) -> tuple[Facts, dict[str, np.ndarray]]:
    driver = Driver(bundle, Wish("flow"), folder)
    window, view, facts = driver.window, driver.view, {}
    driver.until(lambda: bool(driver.frames_ms))
    facts["first_frame_secs"] = time.perf_counter() - began_secs
    facts["plays_at_first"] = window.player.head.is_playing
    facts["size_px"] = view.size_px

    driver.shoot("playing")
    wait(700)
    driver.shoot("playing later")
    QTest.keyClick(window, Qt.Key.Key_Space)
    driver.rest()
    facts["plays_after_space"] = window.player.head.is_playing

    scrub, wanted_secs = window.time.scrub, window.player.playable.duration_secs * 0.61
    QTest.mouseClick(scrub, Qt.MouseButton.LeftButton, pos=QPoint(round(scrub.x_of(wanted_secs)), 13))
    driver.rest()
    facts["wanted_secs"], facts["scrubbed_secs"] = wanted_secs, window.player.head.at_secs
    facts["clock"] = window.time.clock.text()
    driver.shoot("scrubbed")
    driver.key(Qt.Key.Key_Period)
    facts["stepped_secs"] = window.player.head.at_secs
    driver.key(Qt.Key.Key_End)
    facts["end_secs"], facts["duration_secs"] = window.player.head.at_secs, window.player.playable.duration_secs
    window.player.scrub_to(facts["scrubbed_secs"])
    driver.rest()

    driver.key(Qt.Key.Key_Down)
    driver.key(Qt.Key.Key_Down)
    facts["input"], facts["input_words"] = window.chooser.wish.input_id, window.top.input.currentText()
    driver.shoot("other input")

    facts["drag_ms"] = driver.drag(QPoint(120, 40))
    facts["orbit"] = view.offset.azimuth_deg, view.offset.elevation_deg
    driver.shoot("orbited")
    driver.key(Qt.Key.Key_R)
    driver.shoot("reset")
    driver.drag(QPoint(64, -48), Qt.MouseButton.RightButton)
    driver.shoot("panned")
    QTest.mouseDClick(view.widget, Qt.MouseButton.LeftButton)
    driver.rest()
    driver.shoot("double clicked")
    driver.wheel(QPoint(200, 150), 3)
    driver.shoot("zoomed")
    facts["zoom"] = view.offset.zoom
    driver.key(Qt.Key.Key_S)
    facts["saved"] = [path.name for path in folder.glob("*.png")]
    driver.key(Qt.Key.Key_R)

    driver.key(Qt.Key.Key_H)
    facts["help_is_visible"] = window.help.isVisible()
    facts["window_px"] = window.width(), window.height()
    facts["help_box"] = window.help.geometry().getRect()
    driver.shots["help"] = pixels_of(window.help.grab().toImage())
    driver.key(Qt.Key.Key_Escape)
    facts["help_is_visible_after_escape"] = window.help.isVisible()

    driver.key(Qt.Key.Key_T)
    driver.shoot("light")
    window.resize(700, 820)
    wait(250)
    driver.rest()
    facts["resized_px"] = view.size_px
    driver.shoot("resized")
    driver.key(Qt.Key.Key_B)
    facts["bare_px"] = view.size_px
    driver.shoot("without bars")
    window.close()
    return facts, driver.shots


def drive_bare(bundle: Path, folder: Path) -> Facts:
    """A second window of the same process, on a bundle without an attack."""
    driver = Driver(bundle, Wish("flow"), folder)
    window = driver.window
    driver.until(lambda: bool(driver.frames_ms))
    window.player.pause()
    window.chooser.want(scene="adversarial")
    driver.until(lambda: bool(window.words.message.property("alarming")))
    driver.rest()
    model, row = window.top.scene.model(), window.top.scene.findText("adversarial")
    facts = {
        "bare_message": window.words.words,
        "bare_scene": window.top.scene.currentText(),
        "bare_adversarial_enabled": model.item(row).isEnabled(),
        "bare_adversarial_tip": model.item(row).toolTip(),
    }
    window.close()
    return facts


def drive_folds(bundle: Path, folder: Path) -> tuple[Facts, dict[str, np.ndarray]]:
    """A window on a bundle with a group: opened by a double click, folded from the menu and by the key."""
    driver = Driver(bundle, Wish("flow", fold="all"), folder)
    window, view = driver.window, driver.view
    driver.until(lambda: bool(driver.frames_ms))
    window.player.pause()
    driver.rest()
    facts: Facts = {"folded": titles(view), "fold_is_offered": not window.top.fold.isHidden()}
    driver.shoot("folded")
    QTest.mouseDClick(view.widget, Qt.MouseButton.LeftButton, pos=place_of(view, "features"))
    driver.rest()
    facts["opened"], facts["opened_choice"] = titles(view), window.top.fold.currentText()
    driver.shoot("opened")
    driver.key(Qt.Key.Key_Down)
    driver.key(Qt.Key.Key_PageDown)
    facts["opened_elsewhere"], facts["scene_elsewhere"] = titles(view), window.chooser.wish.scene
    driver.key(Qt.Key.Key_PageUp)
    QTest.mouseClick(view.widget, Qt.MouseButton.RightButton, pos=place_of(view, "relu"))
    driver.until(window.pointer.menu.isVisible)
    facts["menu"] = [action.text() for action in window.pointer.menu.actions()]
    window.pointer.menu.actions()[0].trigger()
    window.pointer.menu.close()
    driver.rest()
    facts["folded_again"] = titles(view)
    QTest.mouseClick(view.widget, Qt.MouseButton.RightButton, pos=place_of(view, "picture"))
    wait(50)
    facts["menu_of_a_plain_plate"] = [action.text() for action in window.pointer.menu.actions()]
    window.pointer.menu.close()
    driver.key(Qt.Key.Key_G)
    facts["fold_after_key"] = window.chooser.wish.fold
    window.close()
    return facts, driver.shots


def titles(view: SceneView) -> list[str]:
    """What the plates of the shown layout are called."""
    assert view.layout is not None
    return [plate.title for plate in view.layout.plates]


def place_of(view: SceneView, title: str) -> QPoint:
    """Where the middle of a plate is on the widget."""
    state = view.state()
    assert state is not None
    assert view.layout is not None
    centre = next(plate.centre for plate in view.layout.plates if plate.title == title)
    width, height = view.widget.width(), view.widget.height()
    ((x, y),) = project(state.camera, [centre], width / height) * height / REFERENCE_HEIGHT_PX
    return QPoint(round(x), round(y))


def main(bundle: str, bare: str, grouped: str, folder: str) -> None:
    began_secs = time.perf_counter()
    prepare()
    facts, shots = drive(Path(bundle), Path(folder), began_secs)
    facts |= drive_bare(Path(bare), Path(folder))
    fold_facts, fold_shots = drive_folds(Path(grouped), Path(folder))
    facts, shots = facts | fold_facts, shots | fold_shots
    np.savez(Path(folder) / "shots.npz", **shots)
    (Path(folder) / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
