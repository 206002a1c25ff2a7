"""Drives the docks of inputs, attack and look in the real window: `inputs_driver.py BUNDLE BARE FOLDER`.

Pictures go to FOLDER/shots.npz, facts to FOLDER/facts.json. Run in a process of its own, on a screen.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QSlider, QStyle, QStyleOptionSlider
from qt_wait import wait
from window_driver import Driver

from viewer.window.application import prepare
from viewer.window.docks.divergence.dock import DivergenceDock
from viewer.window.docks.inputs.dock import InputsDock
from viewer.window.docks.look.dock import LookDock
from viewer.window.playable import Wish

LEFT = Qt.MouseButton.LeftButton
Facts = dict[str, Any]


class DocksDriver(Driver):
    """With the docks by their class."""

    def __init__(self, bundle: Path, wish: Wish, folder: Path) -> None:
        super().__init__(bundle, wish, folder)
        self.until(lambda: bool(self.frames_ms))
        self.window.player.pause()
        self.rest()
        docks = {type(dock): dock for dock in self.window.shelf.docks}
        self.inputs, self.attack, self.look = (docks[kind] for kind in (InputsDock, DivergenceDock, LookDock))

    @property
    def wish(self) -> Wish:
        return self.window.chooser.wish

    def click_row(self, input_id: str) -> None:
        """A click on the middle of an input's row."""
        tree = self.inputs.tree
        place = tree.visualRect(self.inputs.model.index_of(input_id)).center()
        QTest.mouseClick(tree.viewport(), LEFT, pos=place)
        self.rest()

    def slide(self, slider: QSlider, by_px: int) -> None:
        """Take the handle and drag it."""
        option = QStyleOptionSlider()
        slider.initStyleOption(option)
        style, handle = slider.style(), QStyle.SubControl.SC_SliderHandle
        start = style.subControlRect(QStyle.ComplexControl.CC_Slider, option, handle, slider).center()
        QTest.mousePress(slider, LEFT, pos=start)
        for part in (0.5, 1.0):
            QTest.mouseMove(slider, start + QPoint(round(by_px * part), 0))
            wait(20)
        QTest.mouseRelease(slider, LEFT, pos=start + QPoint(by_px, 0))
        self.rest()


def drive_inputs(driver: DocksDriver) -> Facts:
    inputs, window = driver.inputs, driver.window
    model, tree = inputs.model, inputs.tree
    driver.shoot("at first")
    facts: Facts = {"at_first": driver.wish.input_id, "marked": window.navigator.here}
    tree.expand(model.index(0, 0))
    wait(50)
    third = model.sample_at(tree.indexBelow(tree.indexBelow(model.index(0, 0)))).input_id
    driver.click_row(third)
    facts["third"], facts["clicked"] = third, driver.wish.input_id
    facts["words"] = window.top.input.currentText()
    driver.shoot("third")
    driver.until(lambda: len(inputs.pictures) >= 5)
    facts["pictures"] = sum(not inputs.pictures.of(id_).isNull() for id_ in ("clean-0", "clean-1", "attack-3"))

    driver.key(Qt.Key.Key_M)
    facts["wrong"] = driver.wish.input_id
    driver.key(Qt.Key.Key_N)
    facts["margin"] = [driver.wish.input_id]
    driver.key(Qt.Key.Key_N)
    facts["margin"].append(driver.wish.input_id)
    driver.key(Qt.Key.Key_J)
    facts["shift"] = driver.wish.input_id
    QTest.keyClicks(inputs.search, "clean one")
    driver.until(lambda: model.rowCount() == 1)
    facts["found"] = model.sample_at(model.index(0, 0)).input_id
    facts["summary"] = inputs.summary.text()
    QTest.mouseClick(inputs.nav_margin, LEFT)
    driver.rest()
    facts["among_found"] = driver.wish.input_id
    inputs.search.clear()
    driver.until(lambda: model.rowCount() == 2)
    return facts


def drive_attack(driver: DocksDriver) -> Facts:
    attack, window = driver.attack, driver.window
    slider, spine = attack.slider, attack.spine
    attack.toggleViewAction().trigger()
    driver.window.chooser.want(input_id="clean-0")
    driver.rest()
    driver.until(lambda: slider.at == 0 and bool(spine.drifted))
    facts: Facts = {"attack_is_shown": attack.isVisible(), "clean_drift": [each.change for each in spine.drifted]}
    facts["flip"] = slider.attack.flip
    QTest.mousePress(slider, LEFT, pos=QPoint(round(slider.x_of(0)), 12))
    took_ms = []
    for at in range(1, len(slider.attack.steps)):
        began_secs, shown = time.perf_counter(), driver.window.chooser.wish.input_id
        QTest.mouseMove(slider, QPoint(round(slider.x_of(at)), 12))
        driver.until(lambda: driver.window.chooser.shown.input_id != shown)  # noqa: B023
        took_ms.append((time.perf_counter() - began_secs) * 1e3)
    QTest.mouseRelease(slider, LEFT, pos=QPoint(round(slider.x_of(slider.attack.flip)), 12))
    driver.rest()
    facts["step_ms"] = took_ms
    facts["slid_to"], facts["answer"] = driver.wish.input_id, attack.answer.text()
    facts["alarming"] = bool(attack.answer.property("alarming"))
    driver.until(lambda: any(each.change for each in spine.drifted))
    wait(100)
    facts["drift"] = {each.layer: each.change for each in spine.drifted}
    driver.key(Qt.Key.Key_BracketLeft)
    facts["weaker"] = driver.wish.input_id

    before = window.view.offset
    QTest.mouseClick(spine, LEFT, pos=spine.place_of(1).toPoint())
    driver.until(lambda: not window.view.is_flying)
    facts["pinned"], facts["flew"] = window.desk.study.pinned.layer, window.view.offset != before
    driver.until(lambda: attack.turn.isEnabled())
    QTest.mouseClick(attack.turn, LEFT)
    driver.until(lambda: not window.view.is_flying)
    facts["turn"], facts["turn_words"] = window.desk.study.pinned.layer, attack.reason.text()
    window.desk.set(pinned=None)
    window.view.reset()
    driver.until(lambda: not window.view.is_flying)
    return facts


def drive_looks(driver: DocksDriver) -> Facts:
    look, desk = driver.look, driver.window.desk
    look.raise_()
    driver.rest()
    driver.shoot("look: before")
    facts: Facts = {"edges": look.drawn.text(), "sets": {}}
    parts = {"clip": look.clip, "opacity": look.opacity, "spread": look.spread, "strength": look.strength}
    sliders: dict[str, QAbstractSlider] = {name: part.findChild(QSlider) for name, part in parts.items()}
    for name, slider in (*sliders.items(), ("count", look.count)):
        driver.slide(slider, -50 if name in ("opacity", "clip", "strength") else 30)
        facts["sets"][name] = msgspec.to_builtins(desk.study)
        driver.shoot(f"look: {name}")
        QTest.mouseClick(look.restore, LEFT)
        driver.rest()
    driver.shoot("look: restored")
    facts["end_keys"] = []
    for widget in (look.count, driver.window.view.widget):
        widget.setFocus()
        for key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            QTest.keyClick(widget, key)
            facts["end_keys"].append((look.count.value(), driver.window.player.at_secs))
    desk.set(edge_count=None)
    driver.rest()
    look.colours.activated.emit(1)
    driver.rest()
    driver.shoot("look: colours")
    facts["safe"] = desk.study.colours
    look.theme.activated.emit(1)
    driver.rest()
    driver.shoot("look: theme")
    QTest.mouseClick(look.restore, LEFT)
    facts["theme"], facts["restored"] = driver.wish.theme, msgspec.to_builtins(desk.study)
    return facts


def drive_adversarial(driver: DocksDriver) -> Facts:
    window, slider = driver.window, driver.attack.slider
    window.chooser.want(scene="adversarial", input_id=None)
    driver.rest()
    window.player.pause()
    QTest.mouseClick(slider, LEFT, pos=QPoint(round(slider.x_of(2)), 12))
    driver.rest()
    shown = window.view.state().nets[-1].capture.input_id
    facts = {"played_to": shown, "wished": driver.wish.input_id}
    window.chooser.want(scene="flow", checkpoint_id="000")
    driver.rest()
    flags = {id_: driver.inputs.model.flags(driver.inputs.model.index_of(id_)) for id_ in ("clean-1", "attack-1")}
    facts["can_be_chosen"] = {id_: flag != Qt.ItemFlag.NoItemFlags for id_, flag in flags.items()}
    tip = driver.inputs.model.data(driver.inputs.model.index_of("attack-1"), Qt.ItemDataRole.ToolTipRole)
    return facts | {"tip": tip}


def main(bundle: str, bare: str, folder: str) -> None:
    prepare()
    driver = DocksDriver(Path(bundle), Wish("flow"), Path(folder))
    facts: Facts = {}
    for part in (drive_inputs, drive_attack, drive_looks, drive_adversarial):
        facts |= part(driver)
    driver.window.close()
    without = DocksDriver(Path(bare), Wish("structure"), Path(folder))
    facts["attack_is_enabled_without_one"] = without.attack.isEnabled()
    facts["shift_is_offered_without_one"] = without.inputs.nav_shift.isVisible()
    without.window.close()
    np.savez(Path(folder) / "shots.npz", **driver.shots)
    (Path(folder) / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
