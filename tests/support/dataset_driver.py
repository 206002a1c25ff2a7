"""Uses the dock of a data set in the real window by Qt's events and says what came of it: `dataset_driver.py FOLDER`.

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
from clouded_bundle import made_pictures, principal
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from qt_wait import wait
from surveyed_bundle import add_embedding, add_neighbours, add_survey
from tiny_bundle import make_tiny_bundle
from window_driver import place_of

from exporter.bundle import Bundle, KerascopeError, read_bundle
from scenes.present import Gallery
from viewer.camera import project
from viewer.learned.read import survey_of
from viewer.learned.spread import shown_places
from viewer.live.fed import fed_of
from viewer.live.whole_pass import whole_pass
from viewer.state import REFERENCE_HEIGHT_PX
from viewer.study import Place
from viewer.window.application import make_window, prepare
from viewer.window.docks.dataset.dock import EXCITES, DataSetDock
from viewer.window.docks.dataset.tiles import ROW, TileList
from viewer.window.playable import Wish

WAIT_SECS = 20.0
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
Facts = dict[str, Any]


def surveyed(path: Path) -> Bundle:
    """The tiny bundle with a survey whose relu layer was looked at, an embedding and neighbours by both."""
    make_tiny_bundle(path)
    pictures, true = made_pictures()
    add_survey(path, pictures, true, layers=("conv", "relu", "scores"), top=4)
    flat = pictures.reshape(len(pictures), -1) / 255.0
    add_embedding(path, principal(flat, 2))
    add_neighbours(path, flat, 3, id_="pixels")
    add_neighbours(path, flat[:, ::2], 3, id_="conv@002", layer="conv", checkpoint="002")
    return read_bundle(path)


class User:
    """A window on a survey, and somebody who looks at it."""

    def __init__(self, bundle: Bundle, folder: Path) -> None:
        self.bundle, self.survey = bundle, survey_of(bundle)
        self.window = make_window(bundle, Gallery(bundle), Wish("embedding"), folder)
        self.window.resize(1240, 760)
        self.said: list[str] = []
        for signal in (self.window.desk.failed, self.window.desk.told):
            signal.connect(self.said.append)
        self.window.activateWindow()
        assert QTest.qWaitForWindowActive(self.window, 10_000)
        self.until(lambda: self.window.player.playable is not None)
        self.window.player.pause()
        self.window.player.scrub_to(self.window.player.playable.stops_secs[1])
        self.rest()

    @property
    def dock(self) -> DataSetDock:
        return next(dock for dock in self.window.shelf.docks if isinstance(dock, DataSetDock))

    def until(self, what: Callable[[], Any]) -> None:
        end_secs = time.perf_counter() + WAIT_SECS
        while not what():
            assert time.perf_counter() < end_secs, f"waited {WAIT_SECS} s; {self.said}; {self.window.words.words}"
            wait(5)

    def rest(self) -> None:
        """Until everything is shown that was asked for."""
        wait(20)
        live = self.window.live
        self.until(lambda: self.dock.is_idle and self.window.chooser.is_idle)
        self.until(lambda: not (live.answers.is_waiting or live.is_due) and live.scene.is_idle)
        wait(20)

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key)
        self.rest()

    def place(self, row: int) -> QPoint:
        """Where the middle of a thumbnail is on the widget."""
        state, widget = self.window.view.state(), self.window.view.widget
        points, _, _ = shown_places(self.bundle, self.survey, state.clouds[0])
        aspect = widget.width() / widget.height()
        ((x, y),) = project(state.camera, points[row : row + 1], aspect) * widget.height() / REFERENCE_HEIGHT_PX
        return QPoint(round(x), round(y))

    def top_row(self) -> int:
        """A row whose thumbnail nothing hides."""
        found = range(self.survey.images)
        return next(row for row in found if row != 5 and self.dock.thumbs.image_at(self._at(row))[1] == row)

    def _at(self, row: int) -> tuple[float, float]:
        at = self.place(row)
        return float(at.x()), float(at.y())

    def tips(self, tiles: TileList) -> list[str]:
        return [tiles.item(at).toolTip() for at in range(tiles.count())]

    def scores(self) -> tuple[list[float], list[float]]:
        """What the network is said to say of the image in the net, and what it does."""
        loading = self.dock.loading
        answer = self.window.live.answer
        plain = whole_pass(self.bundle, "002", fed_of(self.bundle, loading.picture))["scores"]
        return answer.reply.scores.tolist(), plain.tolist()


def drive_cloud(user: User) -> Facts:
    """Hover, colour, click a thumbnail, and go back."""
    window, dock, view = user.window, user.dock, user.window.view
    facts: Facts = {"hidden_at_first": dock.isHidden()}
    user.key(Qt.Key.Key_E)
    facts["shown_by_key"], facts["told"] = dock.isVisible(), dock.told.text()
    row = facts["row"] = user.top_row()
    QTest.mouseMove(view.widget, user.place(row))
    user.until(lambda: dock.thumbs.hovered is not None)
    facts["hovered"], facts["hover_line"] = dock.thumbs.hovered, window.words._pointed.text()
    dock.colour_by.chosen.emit("wrong")
    user.rest()
    cloud = view.state().clouds[0]
    facts["coloured"] = cloud.colour_by, cloud.colour_to, window.vantage().study.colour_by
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    user.rest()
    facts["uncoloured"] = view.state().clouds[0].colour_by
    facts["at_before"] = window.player.at_secs
    QTest.mouseClick(view.widget, LEFT, pos=user.place(row))
    user.until(lambda: dock.loading.known is not None)
    user.rest()
    main = window.navigator.shown.main
    facts["loaded"], facts["scene"] = dock.loading.known.row, window.chooser.wish.scene
    shown = window.desk.bundle.input(window.player.live.input_id)
    facts["shown"] = shown.label, shown.true_class, main is not None
    words = " ".join(line.text for line in view.state().hud.words)
    facts["scene_words"], facts["said"] = words, dock.loaded.said.text()
    facts["scores"] = user.scores()
    facts["near"] = [user.tips(tiles) for tiles in dock.near.rows]
    other = dock.near.rows[1].item(0)
    dock.near.rows[1].itemActivated.emit(other)
    user.rest()
    facts["second"] = dock.loading.known.row
    user.key(Qt.Key.Key_Escape)
    user.rest()
    facts["back"] = window.chooser.wish.scene, window.player.at_secs, dock.loading.known is None, window.player.live
    facts["pad_is_empty"] = window.live.easel.is_empty
    return facts


def on_a_channel(user: User, title: str) -> QPoint:
    """A place near the middle of a plate where one of its channels is."""
    view, middle = user.window.view, place_of(user.window.view, title)
    for away in range(2, 40):
        at = middle + QPoint(0, away)
        hit = view.hit_at((float(at.x()), float(at.y())))
        if hit is not None and hit.edge is None and hit.place.layer == title and hit.place.channel is not None:
            return at
    raise AssertionError(title)


def drive_patches(user: User) -> Facts:
    """Click a channel, a layer that was not looked at, and load what excites a channel."""
    window, dock = user.window, user.dock
    window.chooser.want(scene="flow")
    user.rest()
    window.player.pause()
    user.window.view.stir()
    wait(200)
    facts: Facts = {}
    window.pointer.menu.close()
    QTest.mouseClick(window.view.widget, RIGHT, pos=on_a_channel(user, "relu"))
    user.until(window.pointer.menu.isVisible)
    lines = {action.text(): action for action in window.pointer.menu.actions()}
    facts["menu"] = list(lines)
    window.pointer.menu.close()
    dock.close()
    lines[EXCITES].trigger()
    user.rest()
    facts["menu_opened"] = dock.isVisible(), dock.patches.title.text()
    window.desk.set(pinned=Place("relu", 0, 1, (2, 2)))
    user.rest()
    facts["title"], facts["patches"] = dock.patches.title.text(), user.tips(dock.patches.tiles)
    items = [dock.patches.tiles.item(at) for at in range(dock.patches.tiles.count())]
    facts["rows"], facts["values"] = [item.data(ROW) for item in items], [item.text() for item in items]
    window.desk.set(pinned=Place("pool", 0, 1))
    user.rest()
    facts["not_surveyed"] = dock.patches.note.text(), dock.patches.tiles.count()
    dock.patches.layer.chosen.emit("relu")
    user.rest()
    dock.patches.channel.setValue(1)
    user.rest()
    facts["by_hand"] = dock.patches.title.text()
    dock.patches.tiles.setCurrentRow(2)
    QTest.mouseClick(dock.patches.load, LEFT)
    user.until(lambda: dock.loading.known is not None)
    user.rest()
    facts["loaded_patch"] = dock.loading.known.row, window.chooser.wish.scene
    window.chooser.want(input_id="clean-1")
    user.until(lambda: not dock.loading.can_go_back)
    user.rest()
    facts["other_input"] = window.chooser.wish.scene, window.chooser.wish.input_id, dock.loading.known is None
    facts["unanswered"] = drive_unanswered(user)
    facts["lines"] = [line for line in user.said if "\n" in line]
    return facts


def drive_unanswered(user: User) -> list[Any]:
    """Nobody can answer: a line, and what was shown before."""
    answers, loading = user.window.live.answers, user.dock.loading

    def refuse(*_: Any) -> Any:
        raise KerascopeError("numpy does not cover this network")

    answers._make, answers._checkpoint_id = refuse, ""
    user.said.clear()
    loading.load(user.survey, 3)
    user.until(lambda: user.said and loading.known is None)
    user.until(lambda: user.window.chooser.is_idle)
    return [user.said[-1], user.window.chooser.wish.scene, loading.known is None, loading.can_go_back]


def main(place: str) -> None:
    folder = Path(place)
    prepare()
    user = User(surveyed(folder / "surveyed.bundle"), folder)
    facts = drive_cloud(user) | drive_patches(user)
    bare = make_tiny_bundle(folder / "bare.bundle")
    user.window.open_bundle(bare)
    said: list[str] = []
    user.window.desk.told.connect(said.append)
    QTest.keyClick(user.window, Qt.Key.Key_E)
    facts |= {"bare_docks": [type(dock).__name__ for dock in user.window.shelf.docks], "bare_said": said}
    user.window.close()
    (folder / "facts.json").write_text(json.dumps(facts, default=_plain), encoding="utf-8")


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else str(value)


if __name__ == "__main__":
    main(sys.argv[1])
