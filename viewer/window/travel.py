"""From one view of the bundle to another, whatever has to be built for it on the way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from viewer.study import Vantage
from viewer.window.history import History, began

if TYPE_CHECKING:
    from viewer.window.parts import Parts


class Travel(QObject):
    """Where the window is, how it gets elsewhere, and the way back. `themed` asks for another theme."""

    themed = Signal(str)
    arrived = Signal()

    def __init__(self, window: Parts) -> None:
        super().__init__()
        self._window = window
        self._goal: tuple[Vantage, float, bool] | None = None
        self._history: History | None = None
        window.desk.changed.connect(lambda _before, _after: self.note())
        window.view.looked.connect(self.note)

    def vantage(self) -> Vantage:
        """The present view, complete."""
        window, wish = self._window, self._window.chooser.wish
        return Vantage(
            scene=wish.scene,
            at_secs=window.player.at_secs,
            input_id=wish.input_id,
            checkpoint_id=wish.checkpoint_id,
            fold=wish.fold,
            theme=wish.theme,
            offset=window.view.offset,
            study=window.desk.study,
        )

    def go_to(self, vantage: Vantage, lasts_ms: float = 0.0, *, keeps_time: bool = False) -> None:
        """Show that view as soon as it is built; the camera takes `lasts_ms` where the scene is the same."""
        window = self._window
        self._goal = vantage, lasts_ms, keeps_time
        if vantage.theme != window.chooser.wish.theme:
            self.themed.emit(vantage.theme)
        wanted = {
            "scene": vantage.scene,
            "theme": vantage.theme,
            "input_id": vantage.input_id,
            "checkpoint_id": vantage.checkpoint_id,
            "fold": vantage.fold,
            "opened": vantage.study.opened,
            "closed": vantage.study.closed,
        }
        if any(getattr(window.chooser.wish, name) != value for name, value in wanted.items()):
            window.chooser.want(**wanted)
        window.desk.put(vantage.study)
        if window.chooser.shown == window.chooser.wish:
            self.arrive()

    def arrive(self) -> None:
        """What was asked for is shown: the time and the camera follow."""
        if self._goal is not None:
            (vantage, lasts_ms, keeps_time), self._goal = self._goal, None
            if not keeps_time:
                self._window.player.scrub_to(vantage.at_secs)
            if lasts_ms:
                self._window.view.glide_to(vantage.offset, lasts_ms)
            else:
                self._window.view.put_offset(vantage.offset)
            self.arrived.emit()
        self.note()

    def give_up(self) -> None:
        """What was asked for cannot be shown."""
        self._goal = None

    def note(self) -> None:
        """Remember the present view, unless it is only on the way to another."""
        if self._goal is not None or self._window.view.is_flying or self._window.chooser.shown is None:
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
            self._window.words.tell(nothing)
            return
        self._history = history
        stays = history.present.scene == self._window.chooser.wish.scene
        at_secs = self._window.player.at_secs if stays else 0.0
        self.go_to(replace(history.present, at_secs=at_secs), keeps_time=True)
