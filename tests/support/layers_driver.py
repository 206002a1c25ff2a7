"""Drives the layers dock and the inspector in the real window: `layers_driver.py BUNDLE GROUPED FOLDER`.

Facts go to FOLDER/facts.json. Run in a process of its own, on a screen.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from qt_wait import wait
from window_driver import Driver, titles

from viewer.camera import forward_of, project
from viewer.inspect.cells import Spot, box_of
from viewer.inspect.pick import Hit
from viewer.placement import world_of
from viewer.state import REFERENCE_HEIGHT_PX, CaptureKey
from viewer.study import Place
from viewer.window.application import prepare
from viewer.window.docks.inspector.dock import InspectorDock
from viewer.window.docks.layers.dock import LayersDock
from viewer.window.docks.layers.model import Column
from viewer.window.playable import Wish

LEFT = Qt.MouseButton.LeftButton
CELL = Place("conv", channel=2, position=(3, 4))
Facts = dict[str, Any]


class LayersDriver(Driver):
    """With both docks, the scene at rest at its end."""

    def __init__(self, bundle: Path, wish: Wish, folder: Path) -> None:
        super().__init__(bundle, wish, folder)
        self.until(lambda: bool(self.frames_ms))
        self.window.player.go_to_end()
        docks = {type(dock): dock for dock in self.window.shelf.docks}
        self.layers, self.inspector = docks[LayersDock], docks[InspectorDock]
        self.layers.raise_()
        self.inspector.raise_()
        self.rest()

    @property
    def study(self) -> Any:
        return self.window.desk.study

    def settle(self) -> None:
        """Until the words are there, and what takes a moment as well."""
        wait(200)
        self.until(lambda: self.inspector.is_idle)
        self.rest()

    def spot_of(self, place: Place) -> QPoint:
        """Where the middle of a cell or unit is on the picture."""
        state, layout = self.view.state(), self.view.layout
        plate = next(plate for plate in layout.plates if plate.layer == place.layer)
        facing = 1.0 if forward_of(state.camera)[0] >= 0 else -1.0
        box = box_of(plate.form, Spot(place.channel, place.position), facing)
        x, y, z = plate.centre
        at = (x, y + box.v, z + box.u)
        width, height = self.view.widget.width(), self.view.widget.height()
        ((left, top),) = project(state.camera, world_of(state.nets[0], layout, [at]), width / height)
        return QPoint(round(left * height / REFERENCE_HEIGHT_PX), round(top * height / REFERENCE_HEIGHT_PX))

    def point_at(self, place: Place) -> None:
        # From afar, and slowly: moves that follow each other within 10 ms are left out.
        QTest.mouseMove(self.view.widget, QPoint(5, 5))
        wait(100)
        QTest.mouseMove(self.view.widget, self.spot_of(place))
        self.settle()

    def click_row(self, layer: str, column: Column = Column.NAME, *, twice: bool = False) -> None:
        tree, model = self.layers.view, self.layers.model
        at = tree.visualRect(model.index_of(layer).siblingAtColumn(column)).center()
        QTest.mouseClick(tree.viewport(), LEFT, pos=at)
        if twice:
            QTest.mouseDClick(tree.viewport(), LEFT, pos=at)
        self.settle()

    def shown(self) -> Facts:
        """What the inspector says now."""
        panel, proof = self.inspector.panel, self.inspector.proof
        words = {name: getattr(panel, name).text() for name in ("title", "index", "value", "kind", "source", "moment")}
        return words | {"audit": proof.audit.text(), "field": proof.field.text(), "terms": proof.terms.rowCount()}


def drive_inspector(driver: LayersDriver) -> Facts:
    window, inspector, facts = driver.window, driver.inspector, {}
    facts["hint"] = inspector.hint.text()
    driver.point_at(CELL)
    facts["hovered"] = driver.shown()
    driver.point_at(Place("scores", channel=1))
    facts["hovered_elsewhere"] = driver.shown()
    QTest.mouseClick(driver.view.widget, LEFT, pos=driver.spot_of(CELL))
    driver.settle()
    facts["pinned"] = driver.study.pinned == CELL
    driver.point_at(Place("scores", channel=1))
    facts["kept"] = driver.shown()
    driver.key(Qt.Key.Key_Escape)
    driver.settle()
    facts["pinned_after_escape"] = driver.study.pinned is not None
    facts["after_escape"] = driver.shown()
    window.desk.set(pinned=CELL)
    driver.settle()
    terms = inspector.proof.terms
    QTest.mouseClick(terms.viewport(), LEFT, pos=terms.visualItemRect(terms.item(0, 0)).center())
    driver.settle()
    facts["walked_to"] = driver.study.pinned.layer
    inspector.buttons.copy.click()
    facts["copied"] = QGuiApplication.clipboard().text()
    return facts


def drive_mutes(driver: LayersDriver) -> Facts:
    window, inspector, facts = driver.window, driver.inspector, {}
    capture = window.player.state().nets[0].capture
    facts["capture"] = capture.input_id, capture.checkpoint_id
    winner = window.desk.bundle.capture(capture.input_id, capture.checkpoint_id).predicted
    window.desk.set(pinned=Place("scores", channel=winner))
    driver.settle()
    before = driver.shown()["value"]
    facts["mute_lines"] = inspector.buttons.mute_lines()
    inspector.buttons.choose_mute(f"Mute channel {winner}")
    driver.until(lambda: "→" in inspector.strip.answer.text())
    driver.settle()
    facts["answer"], facts["muted"] = inspector.strip.answer.text(), len(driver.study.muted)
    facts["value_when_muted"] = driver.shown()["value"]
    facts["strip_is_visible"] = inspector.strip.isVisible()
    facts["drawn_without"] = driver.view.state().nets[0].capture == CaptureKey(*facts["capture"], driver.study.muted)
    driver.click_row("conv", Column.MUTE)
    driver.until(lambda: len(driver.study.muted) == 2 and "→" in inspector.strip.answer.text())
    inspector.strip.clear.click()
    driver.settle()
    facts["muted_after_clear"], facts["answer_after_clear"] = len(driver.study.muted), inspector.strip.answer.text()
    facts["value_restored"] = driver.shown()["value"] == before
    return facts


def drive_layers(driver: LayersDriver) -> Facts:
    window, layers, facts = driver.window, driver.layers, {}
    driver.until(lambda: "judged over" in layers.note.text())
    facts["health_note"] = layers.note.text()
    layers.health.click()
    driver.rest()
    facts["health"] = driver.study.health
    driver.click_row("relu")
    facts["clicked"] = driver.study.pinned == Place("relu")
    facts["forms_before"] = {plate.layer: plate.form.kind for plate in driver.view.layout.plates}
    driver.click_row("relu", Column.OPENED)
    facts["forms_closed"] = {plate.layer: plate.form.kind for plate in driver.view.layout.plates}
    driver.click_row("relu", Column.OPENED)
    facts["forms_opened"] = {plate.layer: plate.form.kind for plate in driver.view.layout.plates}
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    facts["search_has_the_keys"] = layers.search.hasFocus()
    QTest.keyClicks(layers.search, "max pool")
    facts["found"] = [layers.model.row_of(layers.model.index(k, 0)).name for k in range(layers.model.rowCount())]
    QTest.keyClick(layers.search, Qt.Key.Key_Return)
    wait(700)
    driver.settle()
    at = driver.spot_of(Place("pool"))
    size = driver.view.widget.size()
    facts["flown_to"] = driver.study.pinned.layer
    facts["flown_part"] = at.x() / size.width(), at.y() / size.height()
    facts["zoom"] = driver.view.offset.zoom
    layers.search.clear()
    facts["rows_again"] = layers.model.rowCount()
    return facts


def drive_groups(bundle: Path, folder: Path) -> Facts:
    """A layer inside a folded group is flown to: the group opens."""
    driver = LayersDriver(bundle, Wish("flow", fold="all"), folder)
    facts: Facts = {"folded": titles(driver.view)}
    driver.layers.view.expandAll()
    driver.click_row("conv", twice=True)
    wait(700)
    driver.settle()
    facts["unfolded"], facts["zoom_in_group"] = titles(driver.view), driver.view.offset.zoom
    driver.window.close()
    return facts


def hover_ms(driver: LayersDriver) -> list[float]:
    """What the inspector takes for each of many cells that the pointer goes over."""
    desk, took_ms = driver.window.desk, []
    desk.set(pinned=None)
    for row in range(6):
        for column in range(6):
            hit = Hit(0, 1, Place("conv", channel=row % 4, position=(row, column)), None, (0.0, 0.0, 0.0))
            began_secs = time.perf_counter()
            desk.hovered.emit(hit)
            took_ms.append((time.perf_counter() - began_secs) * 1e3)
    return took_ms


def main(bundle: str, grouped: str, folder: str) -> None:
    prepare()
    driver = LayersDriver(Path(bundle), Wish("flow"), Path(folder))
    facts = drive_inspector(driver) | drive_mutes(driver) | drive_layers(driver)
    facts["hover_ms"] = hover_ms(driver)
    driver.window.close()
    facts |= drive_groups(Path(grouped), Path(folder))
    (Path(folder) / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
