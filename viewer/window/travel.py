"""From one view of the bundle to another, whatever has to be built for it on the way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from exporter.bundle import KerascopeError
from viewer.foreign import check_view
from viewer.study import Vantage
from viewer.window.history import History, began
from viewer.window.playable import subject_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from viewer.window.chooser import Chooser
    from viewer.window.desk import Desk
    from viewer.window.player import Player
    from viewer.window.view import SceneView


class Travel(QObject):
    """Where the window is, how it gets elsewhere, and the way back. `themed` asks for another theme."""

    themed = Signal(str)
    arrived = Signal()

    def __init__(self, desk: Desk, view: SceneView, chooser: Chooser, player: Player, scenes: Collection[str]) -> None:
        super().__init__()
        self._desk, self._view, self._chooser, self._player = desk, view, chooser, player
        self._scenes = scenes
        self._goal: tuple[Vantage, float, bool] | None = None
        self._history: History | None = None
        desk.changed.connect(lambda _before, _after: self.note())
        view.looked.connect(self.note)

    def vantage(self) -> Vantage:
        """The present view, complete."""
        wish = self._chooser.wish
        return Vantage(
            scene=wish.scene,
            at_secs=self._player.at_secs,
            input_id=wish.input_id,
            checkpoint_id=wish.checkpoint_id,
            fold=wish.fold,
            theme=wish.theme,
            offset=self._view.offset,
            study=self._desk.study,
            **subject_of(wish),
        )

    def go_to(self, vantage: Vantage, lasts_ms: float = 0.0, *, keeps_time: bool = False) -> None:
        """Show that view as soon as it is built, or tell why that cannot be; the camera takes `lasts_ms`."""
        chooser = self._chooser
        try:
            self.check(vantage)
        except KerascopeError as error:
            self._desk.failed.emit(str(error))
            return
        self._goal = vantage, lasts_ms, keeps_time
        if vantage.theme != chooser.wish.theme:
            self.themed.emit(vantage.theme)
        wanted = {
            "scene": vantage.scene,
            "theme": vantage.theme,
            "input_id": vantage.input_id,
            "checkpoint_id": vantage.checkpoint_id,
            "fold": vantage.fold,
            "opened": vantage.study.opened,
            "closed": vantage.study.closed,
            **subject_of(vantage),
        }
        if any(getattr(chooser.wish, name) != value for name, value in wanted.items()):
            chooser.want(**wanted)
        self._desk.put(vantage.study)
        if chooser.shown == chooser.wish:
            self.arrive()

    def expect(self, vantage: Vantage) -> None:
        """What has been asked for already is this: the time and the camera follow once it is there."""
        self._goal = vantage, 0.0, False

    def check(self, vantage: Vantage) -> None:
        """Refuse what cannot be shown.

        Raises
        ------
        KerascopeError
            There is no such scene, or it is a view of another bundle.
        """
        if vantage.scene not in self._scenes:
            raise KerascopeError("no such scene", expected=" or ".join(self._scenes), got=repr(vantage.scene))
        check_view(vantage, self._desk.bundle.manifest)

    def arrive(self) -> None:
        """What was asked for is shown: the time and the camera follow."""
        if self._goal is not None:
            (vantage, lasts_ms, keeps_time), self._goal = self._goal, None
            if not keeps_time:
                self._player.scrub_to(vantage.at_secs)
            if lasts_ms:
                self._view.glide_to(vantage.offset, lasts_ms)
            else:
                self._view.put_offset(vantage.offset)
            self.arrived.emit()
        self.note()

    def give_up(self) -> None:
        """What was asked for cannot be shown."""
        self._goal = None

    def note(self) -> None:
        """Remember the present view, unless it is only on the way to another."""
        if self._goal is not None or self._view.is_flying or self._chooser.shown is None:
            return
        now = self.vantage()
        self._history = began(now) if self._history is None else self._history.noted(now, time.perf_counter())

    def undo(self) -> None:
        """Back to the view before the last change."""
        self._back_or_forth("nothing to undo", self._history.undone() if self._history else None)

    def redo(self) -> None:
        """Forth to the view that was undone last."""
        self._back_or_forth("nothing to redo", self._history.redone() if self._history else None)

    def _back_or_forth(self, nothing: str, history: History | None) -> None:
        if history is None or history is self._history:
            self._desk.told.emit(nothing)
            return
        self._history = history
        stays = history.present.scene == self._chooser.wish.scene
        at_secs = self._player.at_secs if stays else 0.0
        self.go_to(replace(history.present, at_secs=at_secs), keeps_time=True)
