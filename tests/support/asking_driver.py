"""Asks in the real window by Qt's events and says what came of it. The worker is one without a model.

For `pad_driver.py`, whose window it shares: a window of its own would take as long again as all that is done here.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_jobs
import numpy as np
from fake_jobs import ODD_STEP
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from qt_wait import wait
from window_driver import place_of

from viewer.live.asked import Progress
from viewer.live.asking import Asker
from viewer.live.interview import Patience
from viewer.window.docks.asking.dock import LOOKS_FOR, PIXELS, AskDock
from viewer.window.window import Window

WAIT_SECS = 20.0
MODEL = "model.keras"
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
Facts = dict[str, Any]


class Person:
    """A window and somebody who asks."""

    def __init__(self, window: Window, diary: Path) -> None:
        self.window, self.diary = window, diary
        self.said: list[str] = []
        self.listen()
        window.activateWindow()
        assert QTest.qWaitForWindowActive(window, 10_000)
        self.until(lambda: window.player.playable is not None)
        window.player.pause()
        self.until(lambda: window.chooser.is_idle)

    def listen(self) -> None:
        """Another bundle brings other parts."""
        self.window.asking.make, self.window.asking._model = self.make, MODEL
        for signal in (self.window.desk.failed, self.window.desk.told):
            signal.connect(self.said.append)

    def make(self, bundle: Any, model: str, checkpoint_id: str) -> Asker:
        command = (sys.executable, fake_jobs.__file__, str(self.diary), "patient")
        return Asker(bundle, model, checkpoint_id, command=command, patience=Patience(20.0, 20.0, 0.2))

    @property
    def dock(self) -> AskDock:
        return next(dock for dock in self.window.shelf.docks if isinstance(dock, AskDock))

    @property
    def now(self) -> Progress:
        chosen = self.window.asking.chosen
        assert chosen is not None
        return chosen.now

    def until(self, what: Callable[[], Any]) -> None:
        end_secs = time.perf_counter() + WAIT_SECS
        while not what():
            assert time.perf_counter() < end_secs, f"waited {WAIT_SECS} s; {self.said}; {self.window.asking.status}"
            wait(5)

    def menu(self, title: str, aside: QPoint | None = None) -> dict[str, Any]:
        """The lines of the menu of a plate, and what they do."""
        pointer = self.window.pointer
        pointer.menu.close()
        QTest.mouseClick(self.window.view.widget, RIGHT, pos=place_of(self.window.view, title) + (aside or QPoint()))
        self.until(pointer.menu.isVisible)
        return {action.text(): action for action in pointer.menu.actions() if action.text()}

    def choose(self, title: str, line: str) -> None:
        """Choose a line of the menu of a plate."""
        action = self.menu(title)[line]
        action.trigger()
        self.window.pointer.menu.close()

    def click(self, button: Any) -> None:
        QTest.mouseClick(button, LEFT)
        wait(20)

    def heats(self) -> list[tuple[str, int]]:
        state = self.window.view.state()
        assert state is not None
        return [(heat.overlay, heat.net) for heat in state.heats]


def drive_image(person: Person) -> Facts:
    """What does a channel look for: it forms, rests, goes on, is kept and saved."""
    window = person.window
    facts: Facts = {"hidden_at_first": person.dock.isHidden(), "lives_at_first": person.diary.exists()}
    QTest.keyClick(window, Qt.Key.Key_A)
    person.until(lambda: not person.dock.visibleRegion().isEmpty())
    QTest.keyClick(window, Qt.Key.Key_A)
    facts["toggled"] = person.dock.isHidden()
    facts["menus"] = {title: list(person.menu(title)) for title in ("picture", "conv", "scores")}
    person.choose("conv", LOOKS_FOR)
    person.until(lambda: person.now.step == ODD_STEP - 1)
    dock = person.dock
    person.click(dock.pause)
    person.until(lambda: person.now.stage == "paused")
    wait(80)
    facts |= {"seen": not dock.visibleRegion().isEmpty(), "pause": dock.pause.text(), "rests_at": person.now.step}
    wait(120)
    facts |= {"still_at": person.now.step, "paused": dock.progress.text(), "question": dock.question.text()}
    person.click(dock.pause)
    person.until(lambda: person.now.stage == "done")
    facts |= {"steps": len(person.now.losses), "done": dock.progress.text(), "curve": len(dock.curve.points())}
    facts["ask"] = [person.now.ask.method, person.now.ask.layer, person.now.ask.channel]
    person.click(dock.png)
    saved = np.asarray(Image.open(next(window.folder.glob("*filter*.png"))))
    facts["saved"] = saved.tolist()
    person.click(dock.keep)
    person.until(lambda: person.now.run_id)
    facts |= {"kept": dock.note.text(), "keep_again": dock.keep.isEnabled(), "told": person.said[-1]}
    return facts


def drive_pixels(person: Person) -> Facts:
    """Which pixels: a map over the picture, in the dock and in the scene."""
    window, dock = person.window, person.dock
    facts: Facts = {"no_heats": person.heats()}
    person.choose("scores", PIXELS)
    person.until(lambda: person.now.stage == "done")
    facts |= {"heats": person.heats(), "legend": dock.legend.words, "asked": dock.question.text()}
    (overlay_id,) = (heat.overlay for heat in window.view.state().heats)
    bundle = window.desk.bundle
    told = bundle.overlay(overlay_id)
    facts["overlay"] = [told.input, told.layer, told.kind, bundle.load(told.values).ravel().tolist()]
    shown = window.asking.input_id
    person.click(dock.laid)
    facts["not_laid"] = person.heats()
    person.click(dock.laid)
    window.chooser.want(input_id=next(each.id for each in bundle.manifest.inputs if each.id != shown))
    person.until(lambda: window.chooser.is_idle and window.asking.input_id != shown)
    wait(120)
    facts |= {"elsewhere": person.heats(), "note": dock.note.text()}
    window.chooser.want(input_id=shown)
    person.until(lambda: window.chooser.is_idle and window.asking.input_id == shown)
    dock.method.chosen.emit("occlusion")
    person.until(lambda: person.now.ask.method == "occlusion" and person.now.stage == "done")
    facts["results"] = dock.results.count()
    dock.results.setCurrentRow(2)
    facts |= {"back": dock.question.text(), "heats_of_an_image": person.heats()}
    return facts


def drive_end(person: Person) -> Facts:
    """Cancelled, opened anew, without a model, of a drawing, closed."""
    window = person.window
    person.choose("conv", LOOKS_FOR)
    person.until(lambda: person.now.step == ODD_STEP - 1)
    person.click(person.dock.cancel)
    facts: Facts = {"cancelled": person.dock.progress.text(), "cancel_again": person.dock.cancel.isEnabled()}
    before, asker = len(window.asking.results), window.asking._asker
    window._model, window._model_of = MODEL, window.desk.bundle.path
    window.mishaps.reopen()
    window._model = window.live.answers._model = None
    person.listen()
    person.until(lambda: window.player.playable is not None and window.chooser.is_idle)
    facts["after_reopening"] = [len(window.asking.results) == before, window.asking._asker is asker]
    person.dock.results.setCurrentRow(1)
    facts["heats_after_reopening"] = person.heats()
    window.asking._model = None
    person.said.clear()
    person.choose("conv", LOOKS_FOR)
    facts["without_model"] = person.said[-1]
    return facts


def drive_asking(window: Window) -> Facts:
    """All of it, in a window without a model; afterwards it is as it was."""
    diary = window.folder / "asked.txt"
    person = Person(window, diary)
    facts = drive_image(person) | drive_pixels(person) | drive_end(person)
    window.asking.close()
    lives = [int(line.split()[1]) for line in diary.read_text().splitlines() if line.startswith("life")]
    facts["lives"] = len(lives)
    facts["left"] = [pid for pid in lives if Path(f"/proc/{pid}").exists()]
    return facts
