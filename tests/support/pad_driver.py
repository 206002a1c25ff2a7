"""Asks and draws in the real window by Qt's events and writes down what came of it: `pad_driver.py BUNDLE FOLDER`.

Facts go to FOLDER/facts.json. Run in a process of its own, on a screen.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from asking_driver import drive_asking
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from qt_wait import wait

from exporter.bundle import KerascopeError, read_bundle
from scenes.present import Gallery
from viewer.live.by_numpy import NumpyResponder
from viewer.live.fed import fed_of
from viewer.live.reply import Reply
from viewer.live.responder import Status
from viewer.live.whole_pass import whole_pass
from viewer.window.application import make_window, prepare
from viewer.window.docks.pad.dock import PadDock
from viewer.window.playable import Wish
from viewer.window.window import Window

WAIT_SECS = 20.0
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
ACROSS = tuple((0.15 + 0.1 * step, 0.5) for step in range(8))
DOWN = tuple((0.5, 0.15 + 0.1 * step) for step in range(8))
Facts = dict[str, Any]


class Painter:
    """A window and a hand on its pad."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.said: list[str] = []
        self.listen()
        window.activateWindow()
        assert QTest.qWaitForWindowActive(window, 10_000)
        self.until(lambda: window.player.playable is not None)
        window.player.pause()

    def listen(self) -> None:
        """Another bundle brings other parts."""
        self.live = self.window.live
        for signal in (self.window.desk.failed, self.window.desk.told):
            signal.connect(self.said.append)

    @property
    def pad(self) -> PadDock:
        return next(dock for dock in self.window.shelf.docks if isinstance(dock, PadDock))

    def until(self, what: Callable[[], Any]) -> None:
        end_secs = time.perf_counter() + WAIT_SECS
        while not what():
            assert time.perf_counter() < end_secs, f"waited {WAIT_SECS} s; {self.said}; {self.live.answers.status}"
            wait(10)

    def rest(self) -> None:
        """Until the newest drawing was answered and is in the scene."""
        live = self.live
        self.until(lambda: not (live.answers.is_waiting or live.is_due) and live.scene.is_idle)
        self.until(lambda: self.window.chooser.is_idle)

    def draw(self, points: tuple[tuple[float, float], ...], button: Qt.MouseButton = LEFT) -> None:
        sheet = self.pad.drawn.sheet
        box = sheet.box()
        spots = [QPoint(round(box.left() + x * box.width()), round(box.top() + y * box.height())) for x, y in points]
        QTest.mousePress(sheet, button, pos=spots[0])
        for spot in spots[1:]:
            QTest.mouseMove(sheet, spot)
            wait(5)
        QTest.mouseRelease(sheet, button, pos=spots[-1])
        self.rest()

    def words(self) -> str:
        """Everything that can be read in the window: labels, titles, the picture's words, the answers' names."""
        state = self.window.view.state()
        assert state is not None
        labels = [label.text() for label in self.pad.findChildren(QLabel)] + [self.window.windowTitle()]
        rows = [f"{row.name} {row.words}" for pane in (self.pad.drawn, self.pad.attacked) for row in pane.answer.rows]
        named = [pane.answer.accessibleName() for pane in (self.pad.drawn, self.pad.attacked)]
        return "\n".join([*labels, *rows, *named, *(line.text for line in state.hud.words)])


class Model:
    """A responder that stands for a worker: it attacks by turning the picture over, and breaks when it is told to."""

    can_attack = True

    def __init__(self, numpy: NumpyResponder) -> None:
        self._numpy = numpy
        self._attacked: dict[int, np.ndarray] = {}
        self.status = Status("ready", "the model answers")
        self.problem = ""

    def ask(self, fed: np.ndarray) -> int:
        return self._numpy.ask(fed)

    def attack(self, fed: np.ndarray, method: str) -> int:
        turned = np.ascontiguousarray(fed[::-1])
        ticket = self._numpy.ask(turned)
        self._attacked[ticket] = turned
        return ticket

    def poll(self) -> Reply | None:
        reply = self._numpy.poll()
        if reply is None:
            return None
        fed = self._attacked.get(reply.ticket)
        return Reply(reply.ticket, reply.outputs, reply.scores, reply.took_ms, self.problem, fed)

    def close(self) -> None:
        self._numpy.close()


def drive_numpy(painter: Painter, folder: Path) -> Facts:
    """A stroke, the veil, undo, the eraser, pictures, saving."""
    window, live, pad = painter.window, painter.live, painter.pad
    QTest.keyClick(window, Qt.Key.Key_P)
    painter.until(lambda: not pad.visibleRegion().isEmpty() and live.answers.status.kind == "ready")
    facts: Facts = {"status": live.answers.status.words, "attack_enabled": pad.attack.isEnabled()}
    window.player.play()
    facts["played_before"] = window.player.head.is_playing
    painter.draw(ACROSS)
    answered, bundle = live.answer, window.desk.bundle
    expected = whole_pass(bundle, bundle.final_checkpoint.id, fed_of(bundle, live.easel.picture))
    state = window.view.state()
    facts |= {
        "scene": window.chooser.wish.scene,
        "shows_drawing": state.nets[0].capture.input_id.startswith("drawing~"),
        "picture_is_the_sheet's": bool((bundle.image(state.nets[0].capture.input_id) == live.easel.picture).all()),
        "scores_apart": float(np.abs(answered.reply.scores - expected["scores"].ravel()).max()),
        "latency_ms": live.latency_ms,
        "held": window.view.is_held,
        "plays": window.player.head.is_playing,
        "words": painter.words(),
        "top": pad.drawn.answer.rows[0].words,
        "drawn_sum": int(live.easel.picture.sum()),
    }
    QTest.keyClick(window, Qt.Key.Key_Y)
    painter.rest()
    key = window.view.state().nets[0].capture
    facts["veiled_words"] = painter.words()
    facts["veiled_scores"] = list(bundle.capture(key.input_id, key.checkpoint_id).scores)
    try:
        bundle.output(key.input_id, key.checkpoint_id, "scores")
        facts["veiled_output"] = "there"
    except KerascopeError as error:
        facts["veiled_output"] = str(error)
    painter.draw(DOWN)
    facts["still_veiled"] = list(pad.drawn.answer.rows) == []
    QTest.keyClick(window, Qt.Key.Key_Y)
    painter.rest()
    facts["revealed"] = pad.drawn.answer.rows[0].words
    QTest.keyClick(pad.drawn.sheet, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    painter.rest()
    facts["undone_sum"] = int(live.easel.picture.sum())
    painter.draw(ACROSS, RIGHT)
    facts["erased_sum"] = int(live.easel.picture.sum())
    facts["ground_sum"] = int(np.prod(live.easel.shape[:2])) * sum(live.easel.history.now.ground)
    return facts | drive_pictures(painter, folder) | drive_saving(painter, folder)


def drive_pictures(painter: Painter, folder: Path) -> Facts:
    """A file, no file, a copied picture, a camera."""
    window, live = painter.window, painter.live
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / "picture.png")
    (folder / "words.txt").write_text("no picture", encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder / "picture.png"))])
    live.intake.take_data(data)
    painter.until(lambda: live.easel.history.now.under is not None)
    painter.rest()
    facts: Facts = {"dropped": live.easel.picture.tolist()}
    painter.said.clear()
    live.intake.take_file(folder / "words.txt")
    painter.until(lambda: painter.said)
    facts["no_picture"] = painter.said[-1]
    live.clear()
    QGuiApplication.clipboard().setImage(QImage(str(folder / "picture.png")))
    QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    painter.until(lambda: not live.easel.is_empty)
    painter.rest()
    facts["pasted"] = live.easel.picture.tolist()
    steps = len(live.easel.history.before)
    live.intake.camera._source = Film
    live.intake.switch_camera()
    painter.until(lambda: live.easel.picture.max() == 90)
    wait(200)
    live.intake.switch_camera()
    painter.rest()
    facts["camera"] = [int(live.easel.picture.min()), int(live.easel.picture.max())]
    facts["camera_steps"] = len(live.easel.history.before) - steps
    live.intake.camera._source = no_camera
    painter.said.clear()
    live.intake.switch_camera()
    painter.until(lambda: painter.said)
    facts["no_camera"] = painter.said[-1]
    return facts


class Film:
    """A camera that sees grey."""

    def read(self) -> np.ndarray:
        time.sleep(0.03)
        return np.full((48, 64, 3), 90, np.uint8)

    def close(self) -> None:
        pass


def no_camera() -> Film:
    raise KerascopeError("no camera answers")


def drive_saving(painter: Painter, folder: Path) -> Facts:
    """A picture file and a run of the bundle, and the drawing that stays when that is opened anew."""
    live = painter.live
    live.clear()
    painter.draw(ACROSS)
    painter.said.clear()
    live.saving.save_as_png()
    live.saving.save_into_bundle()
    painter.until(lambda: not live.saving.is_going)
    saved = np.asarray(Image.open(next(folder.glob("*-drawing.png"))))
    facts: Facts = {"saved": list(painter.said), "png": bool((saved == live.easel.picture[..., 0]).all())}
    picture = live.easel.picture
    painter.window.mishaps.reopen()
    painter.listen()
    painter.until(lambda: painter.window.player.playable is not None)
    painter.rest()
    facts["kept"] = bool((painter.live.easel.picture == picture).all())
    facts["runs"] = [run.kind for run in painter.window.desk.bundle.manifest.runs]
    return facts


def drive_model(painter: Painter) -> Facts:
    """A model that answers, attacks, makes no numbers, is restarted, and fails for good."""
    window, live = painter.window, painter.live
    made: list[Model] = []

    def make(bundle: Any, model: str | None, checkpoint_id: str) -> Any:
        numpy = NumpyResponder(bundle, checkpoint_id)
        if model is not None:
            made.append(Model(numpy))
        return numpy if model is None else made[-1]

    live.answers._drop()
    live.answers._make, live.answers._model, live.answers._checkpoint_id = make, "model", ""
    painter.pad.show()
    painter.pad.raise_()
    live.answers.open(window.navigator.checkpoint_id)
    painter.until(lambda: made)
    painter.draw(ACROSS)
    pad = painter.pad
    facts: Facts = {"model_status": live.answers.status.words, "model_attacks": pad.attack.isEnabled()}
    drawn_key = window.player.live
    pad.attack.click()
    painter.until(lambda: live.attacked is not None)
    painter.rest()
    facts["attacked_is_turned"] = bool((live.attacked.picture == live.easel.picture[::-1]).all())
    facts["attacked_is_seen"] = pad.attacked.isVisible() and window.player.live != drawn_key
    pad.attack.click()
    painter.rest()
    bundle = window.desk.bundle
    facts["back"] = bool((bundle.image(window.player.live.input_id) == live.easel.picture).all())
    made[-1].problem = "relu puts out NaN"
    painter.said.clear()
    painter.draw(DOWN)
    facts["nan"] = list(painter.said)
    made[-1].status = Status("restarting", "the worker died; it is started again")
    painter.until(lambda: live.answers.status.kind == "restarting")
    facts["restarting"] = pad.status.words.text()
    picture = live.easel.picture
    made[-1].status = Status("failed", "the worker died three times")
    painter.until(lambda: live.answers.status.kind == "ready")
    facts["failed"] = painter.said[-1]
    facts["drawing_stays"] = live.easel.picture is picture
    facts["numpy_follows"] = live.answers.status.words
    return facts


def main(bundle: str, folder: str) -> None:
    prepare()
    opened = read_bundle(Path(bundle))
    window = make_window(opened, Gallery(opened), Wish("flow"), Path(folder))
    window.resize(1210, 700)
    asked = drive_asking(window)
    painter = Painter(window)
    facts = {"asked": asked} | drive_numpy(painter, Path(folder)) | drive_model(painter)
    window.close()
    (Path(folder) / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
