"""Drives a scene with steps in the real window: `steps_driver.py BUNDLE FOLDER`.

Pictures go to FOLDER/shots.npz, facts to FOLDER/facts.json. Run in a process of its own, on a screen.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from qt_wait import wait
from stepped_scene import BROKEN_PX, NAME, STOPS_SECS, SteppedGallery, middle_of
from window_driver import Driver, place_of

from exporter.bundle import read_bundle
from viewer.study import CameraOffset, Place
from viewer.window.application import make_window, prepare
from viewer.window.docks.look.dock import LookDock
from viewer.window.docks.whatif.dock import SET_OTHERWISE, WhatIfDock
from viewer.window.playable import SUBJECT, Wish

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SMALL_PX = 800, 560
"""Quick to draw."""
Facts = dict[str, Any]


class StepsDriver(Driver):
    """A window with the stepped scene among its scenes."""

    def __init__(self, bundle: Path, folder: Path) -> None:
        opened = read_bundle(bundle)
        self.catalogue = SteppedGallery(opened)
        self.shots = {}
        self.window = make_window(opened, self.catalogue, Wish("flow"), folder)
        self.view = self.window.view
        self.frames_ms = []
        self.view.drawn.connect(self.frames_ms.append)
        self.window.resize(*SMALL_PX)
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window, 10_000)
        self.until(lambda: bool(self.frames_ms))
        self.window.player.pause()
        self.rest()

    @property
    def head(self) -> tuple[float, bool]:
        return round(self.window.player.at_secs, 3), self.window.player.head.is_playing

    @property
    def about(self) -> tuple[int, ...] | None:
        state = self.view.state()
        return None if state is None else state.about

    def rest(self) -> None:
        """Until what is wished for is there and the scene has told what it has to tell, however coarsely drawn."""
        wait(20)
        self.until(lambda: self.window.chooser.is_idle and self.window.pointing.is_idle)

    def shoot(self, name: str) -> None:
        super().rest()
        super().shoot(name)

    def place(self, at_px: tuple[float, float]) -> QPoint:
        """A place in reference pixels on the widget."""
        scale = self.view.widget.height() / 1080
        return QPoint(round(at_px[0] * scale), round(at_px[1] * scale))

    def point(self, at_px: tuple[float, float]) -> None:
        QTest.mouseMove(self.view.widget, self.place(at_px))
        self.rest()

    def drag_from(self, start: QPoint, by: QPoint) -> None:
        """A short drag that begins at a place."""
        widget = self.view.widget
        QTest.mousePress(widget, LEFT, pos=start)
        for step in (0.5, 1.0):
            QTest.mouseMove(widget, start + by * step)
            wait(20)
        QTest.mouseRelease(widget, LEFT, pos=start + by)
        self.rest()

    def leave(self) -> None:
        QGuiApplication.sendEvent(self.view.widget, QEvent(QEvent.Type.Leave))
        self.rest()

    def step(self, does: Any) -> tuple[float, bool]:
        """Do something that plays to a stop; where it rests."""
        does()
        self.until(lambda: not self.window.player.head.is_playing)
        return self.head

    def menu(self, title: str) -> list[str]:
        QTest.mouseClick(self.view.widget, RIGHT, pos=place_of(self.view, title))
        self.until(self.window.pointer.menu.isVisible)
        return [action.text() for action in self.window.pointer.menu.actions()]

    def choose(self, words: str) -> None:
        menu = self.window.pointer.menu
        next(action for action in menu.actions() if action.text() == words).trigger()
        menu.close()
        self.rest()

    @property
    def subject(self) -> list[Any]:
        wish = self.window.chooser.wish
        return [wish.scene, *(getattr(wish, name) for name in SUBJECT)]


def drive_menu(driver: StepsDriver) -> Facts:
    """From the menu of a plate to the scene that shows it, and away again."""
    window, bar = driver.window, driver.window.time
    facts: Facts = {"buttons_in_flow": bar.step_forward.isVisible()}
    facts["menus"] = {title: driver.menu(title) for title in ("picture", "relu", "conv")}
    driver.choose("How is this computed?")
    driver.until(lambda: not window.player.head.is_playing)
    facts["opened"], facts["begins"] = driver.subject, driver.head
    facts["buttons_in_steps"] = bar.step_forward.isVisible() and bar.step_back.isVisible()
    return facts


def drive_steps(driver: StepsDriver) -> Facts:
    """By keys and buttons from step to step."""
    window, bar = driver.window, driver.window.time

    def press(key: Qt.Key) -> None:
        QTest.keyClick(window, key)

    before = len(driver.frames_ms)
    facts: Facts = {"stepped": [driver.step(lambda: press(Qt.Key.Key_Right))]}
    facts["frames_of_a_step"] = len(driver.frames_ms) - before
    facts["stepped"].append(driver.step(lambda: QTest.mouseClick(bar.step_forward, LEFT)))
    press(Qt.Key.Key_Right)
    facts["hurried"] = driver.step(lambda: press(Qt.Key.Key_Right))
    facts["last"] = driver.step(lambda: press(Qt.Key.Key_Right))
    facts["beyond"] = driver.step(lambda: press(Qt.Key.Key_Right))
    facts["back"] = [driver.step(lambda: press(Qt.Key.Key_Left))]
    facts["back"].append(driver.step(lambda: QTest.mouseClick(bar.step_back, LEFT)))
    window.player.rest_at(0.2)
    facts["start"] = driver.step(lambda: press(Qt.Key.Key_Left))
    window.player.rest_at(0.3)
    driver.rest()
    return facts


def drive_pointing(driver: StepsDriver) -> Facts:
    """Hover, leave, click."""
    window, view, catalogue = driver.window, driver.view, driver.catalogue
    driver.shoot("at rest")
    catalogue.asked.clear()
    driver.point(middle_of((4, 1)))
    facts: Facts = {"pointed": driver.about, "line": window.words._pointed.text()}
    facts["in_the_windows_thread"] = any(thread == threading.get_ident() for thread, _ in catalogue.asked)
    driver.shoot("pointed")
    seen: list[tuple[int, ...] | None] = []
    noting = window.player.moved.connect(lambda: seen.append(driver.about))
    driver.step(lambda: QTest.keyClick(window, Qt.Key.Key_Right))
    window.player.moved.disconnect(noting)
    driver.rest()
    facts["while_stepping"] = sorted(set(seen))
    facts["after_the_step"] = driver.about
    driver.point(middle_of((4, 2)))
    facts["pointed_again"] = driver.about
    driver.step(lambda: QTest.keyClick(window, Qt.Key.Key_Left))
    driver.point((1500.0, 700.0))
    facts["beside"] = driver.about
    driver.drag_from(view.widget.rect().center(), QPoint(90, 20))
    driver.wheel(driver.place(middle_of((3, 5))), 2)
    driver.key(Qt.Key.Key_Plus)
    facts["moved_by_the_board"], facts["refusal"] = view.offset != CameraOffset(), window.words.words
    driver.drag_from(place_of(view, "pool"), QPoint(60, 10))
    driver.wheel(place_of(view, "pool"), 1)
    driver.point(middle_of((3, 4)))
    facts["moved"], facts["pointed_after_moving"] = view.offset.azimuth_deg != 0 and view.offset.zoom > 1, driver.about
    driver.key(Qt.Key.Key_R)
    driver.until(lambda: not view.is_flying)
    driver.leave()
    facts["left"] = driver.about
    driver.shoot("left")

    driver.point(middle_of((4, 1)))
    QTest.mouseClick(view.widget, LEFT, pos=driver.place(middle_of((4, 1))))
    driver.until(lambda: window.chooser.wish.at is not None)
    driver.rest()
    driver.leave()
    facts["kept"], facts["kept_at"], facts["kept_about"] = driver.subject, driver.head, driver.about
    window.copier.copy_frame()
    facts["copied"] = QGuiApplication.clipboard().text()
    QTest.mouseClick(view.widget, LEFT, pos=driver.place((1500.0, 700.0)))
    driver.rest()
    facts["kept_after_a_click_beside"] = driver.subject
    driver.point((300.0, BROKEN_PX + 10))
    driver.until(lambda: bool(window.words.message.property("alarming")))
    facts["mistake"], facts["about_after_mistake"] = window.words.words, driver.about
    return facts


def drive_choices(driver: StepsDriver) -> Facts:
    """The language, another theme, another scene, and back by undo."""
    window = driver.window
    look = next(dock for dock in window.shelf.docks if isinstance(dock, LookDock))
    look.language.activated.emit(1)
    driver.rest()
    facts: Facts = {"language": driver.subject}
    driver.key(Qt.Key.Key_PageUp)
    facts["other_scene"] = driver.subject
    driver.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    facts["undone"] = driver.subject
    window.chooser.want(scene="flow")
    driver.rest()
    window.go_to(replace(driver.window.vantage(), scene=NAME, at_secs=STOPS_SECS[1]))
    driver.rest()
    facts["gone_to"] = driver.head
    return facts


def drive_whatif(driver: StepsDriver) -> Facts:
    """The panel that sets a layer otherwise: from the menu, by typing, by pointing, and back."""
    window = driver.window
    panel = next(dock for dock in window.shelf.docks if isinstance(dock, WhatIfDock))
    window.chooser.want(scene="flow")
    driver.rest()
    facts: Facts = {"otherwise_of_relu": SET_OTHERWISE in driver.menu("relu")}
    window.pointer.menu.close()
    driver.menu("conv")
    driver.choose(SET_OTHERWISE)
    driver.until(panel.isVisible)

    def told() -> Facts:
        rows = {**panel.facts.rows(), **panel.path.rows()}
        return {"sums": panel.sums.text(), "problem": panel.problem.text(), "stop": panel.beside.text(), "facts": rows}

    def typed(name: str, text: str) -> Facts:
        box = panel.numbers[name].boxes[-2]
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, text)
        return told()

    facts["own"], facts["layer"] = told(), panel.layer_name
    facts["wider"] = typed("taps", "5")
    facts["drawn"] = panel.drawing.isVisible()
    there = panel.drawing.middle_of((2, 4))
    on_page = panel.drawing.mapTo(panel.widget().widget(), there)
    panel.widget().ensureVisible(on_page.x(), on_page.y())
    QTest.mouseMove(panel.drawing, there)
    driver.until(lambda: panel.drawing.cell == (2, 4))
    panel.drawing.setFocus()
    QTest.keyClick(panel.drawing, Qt.Key.Key_Right)
    facts["marked"], facts["scene_after_arrow"] = panel.drawing.cell, window.player.head.is_playing
    facts["refused"] = [typed("strides", "2"), typed("dilation", "2")][1]
    facts["drawn_when_refused"] = panel.drawing.isVisible()
    facts["nothing"] = typed("taps", "0")["problem"]
    QTest.mouseClick(panel.restore, LEFT)
    facts["restored"], facts["can_restore"] = told(), panel.restore.isEnabled()
    window.desk.set(pinned=Place("pool", channel=1))
    facts["pinned"] = panel.layer_name, panel.numbers["dilation"].isEnabled()
    facts["strided"] = typed("strides", "3")
    return facts


def main(bundle: str, folder: str) -> None:
    prepare()
    driver = StepsDriver(Path(bundle), Path(folder))
    facts: Facts = {"scene": NAME}
    for part in (drive_menu, drive_steps, drive_pointing, drive_choices, drive_whatif):
        facts |= part(driver)
    driver.window.close()
    np.savez(Path(folder) / "shots.npz", **driver.shots)
    (Path(folder) / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
