"""Lets things go wrong round a real window and writes down what it did: `mishap_driver.py FOLDER`, on a screen.

Pictures go to FOLDER/shots.npz, facts to FOLDER/facts.json, as those of `window_driver`.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from qt_wait import wait
from tiny_bundle import make_tiny_bundle
from window_driver import Driver

from exporter.bundle.npz_write import NpzWriter
from viewer import letters, typeset
from viewer.stage import Stage
from viewer.window.application import prepare
from viewer.window.playable import Wish

Facts = dict[str, Any]
LARGEST_PX = 2**24 - 1


def opened(path: Path, folder: Path) -> Driver:
    """A window on a bundle, at rest."""
    driver = Driver(path, Wish("flow"), folder)
    driver.until(lambda: bool(driver.frames_ms))
    driver.window.player.pause()
    driver.window.player.scrub_to(2.0)
    driver.rest()
    return driver


def lose_context(driver: Driver, facts: Facts) -> None:
    """By errors while drawing, and by a window that Qt takes apart and puts together."""
    view, window, draw = driver.view, driver.window, Stage.draw_to_window
    failures = [RuntimeError("the context was lost")]

    def fails(stage: Stage, *args: Any, **options: Any) -> None:
        if failures:
            raise failures.pop()
        draw(stage, *args, **options)

    Stage.draw_to_window = fails  # type: ignore[method-assign, assignment]
    view.stir()
    driver.rest()
    facts["told_once"] = window.words.words
    driver.shoot("drawn anew")
    failures += [RuntimeError("no context at all")] * 2
    view.stir()
    driver.until(lambda: bool(window.words.message.property("alarming")))
    facts["told_twice"] = window.words.words
    view.stir()
    driver.rest()
    driver.shoot("drawn in the end")
    Stage.draw_to_window = draw  # type: ignore[method-assign]
    made: list[object] = []
    view._canvas.events.initialize.connect(lambda _: made.append(0))
    pane = view.widget.parentWidget().layout()
    view.widget.setParent(None)
    view.widget.show()
    wait(200)
    pane.addWidget(view.widget, 1)
    driver.rest()
    facts["contexts_made"] = len(made)
    driver.shoot("in another context")


def shrink(driver: Driver, facts: Facts) -> None:
    """To one pixel, with a hand that goes on, and back."""
    view = driver.view
    view.widget.setMinimumSize(0, 0)
    view.widget.setFixedSize(1, 1)
    wait(250)
    facts["smallest_px"] = view.size_px
    QTest.mousePress(view.widget, Qt.MouseButton.LeftButton, pos=QPoint(0, 0))
    QTest.mouseMove(view.widget, QPoint(1, 1))
    QTest.mouseRelease(view.widget, Qt.MouseButton.LeftButton, pos=QPoint(0, 0))
    view.zoom_in()
    driver.window.taker.save_picture()
    facts["told_of_one_pixel"] = driver.window.words.words
    wait(100)
    view.widget.setMaximumSize(LARGEST_PX, LARGEST_PX)
    view.widget.setMinimumSize(320, 200)
    wait(250)
    driver.key(Qt.Key.Key_R)
    driver.rest()
    driver.shoot("large again")


def told(driver: Driver, does: Callable[[], object]) -> str:
    """The alarm that follows."""
    driver.window.words.tell("")
    does()
    driver.until(lambda: bool(driver.window.words.message.property("alarming")))
    return str(driver.window.words.words)


def damage(driver: Driver, path: Path, facts: Facts) -> None:
    """A file that is cut off while its input is scrubbed to, and a place where no picture can be saved."""
    window = driver.window
    window.desk.bundle.close()
    file = path / "inputs/clean-1.npz"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    facts["told_of_damage"] = told(driver, lambda: window.chooser.want(input_id="clean-1"))
    window.chooser.want(input_id="attack-3")
    driver.rest()
    driver.shoot("another input")
    file.write_bytes(whole)
    window.chooser.want(input_id="clean-1")
    driver.rest()
    driver.shoot("mended")
    window.chooser.want(input_id=None)
    driver.rest()
    window.taker.folder = path / "manifest.json"
    facts["told_of_saving"] = told(driver, window.taker.save_picture)


def replace_and_delete(driver: Driver, path: Path, facts: Facts) -> None:
    """Under an open window."""
    window = driver.window
    facts["title"] = window.windowTitle()
    make_tiny_bundle(path, overwrite=True, seed=11)
    facts["told_of_replacement"] = told(driver, window.mishaps.look)
    facts["title_when_replaced"] = window.windowTitle()
    driver.shoot("replaced")
    window.desk.bundle.close()
    facts["told_of_reading"] = told(driver, lambda: window.chooser.want(checkpoint_id="001"))
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    driver.view = window.view
    driver.until(lambda: window.player.playable is not None and window.chooser.is_idle)
    facts["title_anew"] = window.windowTitle()
    window.player.pause()
    window.player.scrub_to(2.0)
    driver.rest()
    driver.shoot("opened anew")
    shutil.rmtree(path)
    facts["told_of_deletion"] = told(driver, window.mishaps.look)
    driver.drag(QPoint(60, 20))
    driver.key(Qt.Key.Key_R)
    driver.shoot("deleted")
    window.words.tell("")
    facts["told_of_nothing"] = told(driver, window.mishaps.reopen)
    facts["is_visible"] = window.isVisible()
    window.close()


def spoil(path: Path, file: str, *keys: str) -> None:
    """Put NaN and infinity into arrays of a file, in which nothing else changes."""
    with np.load(path / file) as stored:
        arrays = {key: stored[key].copy() for key in stored.files}
    for key in keys:
        arrays[key].reshape(-1)[::2], arrays[key].reshape(-1)[1] = np.nan, np.inf
    (path / file).unlink()
    with NpzWriter(path / file, file, shown=path / file) as writer:
        for key, values in arrays.items():
            writer.add(key, values)


def show_no_numbers(folder: Path) -> tuple[Facts, dict[str, np.ndarray]]:
    """A checkpoint full of NaN, in a window without the package's fonts."""
    path = make_tiny_bundle(folder / "spoilt.bundle")
    spoil(path, "weights/001.npz", "conv/kernel", "scores/kernel")
    spoil(path, "inputs/clean-0.npz", "001/conv", "001/relu", "001/scores")
    letters.files = lambda _: folder / "nowhere"  # type: ignore[attr-defined, assignment]
    for cached in (letters._content, letters.font_of, typeset._font, typeset._legible, typeset.width_of):
        cached.cache_clear()
    facts: Facts = {}
    driver = Driver(path, Wish("flow"), folder)
    facts["told_of_fonts"] = driver.window.words.words
    driver.until(lambda: bool(driver.frames_ms))
    driver.window.player.pause()
    driver.window.player.scrub_to(2.0)
    driver.rest()
    driver.shoot("other letters")
    facts["told_of_nan"] = told(
        driver, lambda: driver.window.chooser.want(input_id="clean-0", checkpoint_id="001", scene="flow")
    )
    driver.rest()
    driver.shoot("NaN")
    driver.window.close()
    return facts, driver.shots


def main(place: str) -> None:
    folder = Path(place)
    prepare()
    path, facts = make_tiny_bundle(folder / "own.bundle"), {}
    driver = opened(path, folder)
    driver.shoot("at first")
    lose_context(driver, facts)
    shrink(driver, facts)
    damage(driver, path, facts)
    replace_and_delete(driver, path, facts)
    more, shots = show_no_numbers(folder)
    np.savez(folder / "shots.npz", **driver.shots, **shots)
    (folder / "facts.json").write_text(json.dumps(facts | more), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
