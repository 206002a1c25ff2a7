"""What the scene shows while the pointer is over its picture: asked for in a thread, one place at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from viewer.state import REFERENCE_HEIGHT_PX
from viewer.window.errand import Errand

if TYPE_CHECKING:
    from viewer.state import ViewState
    from viewer.window.playable import Playable
    from viewer.window.player import Player
    from viewer.window.view import SceneView

    Point = tuple[float, float]
    Question = tuple[Playable, float, Point]

FRAME_MS = 16


class Pointing(QObject):
    """The player's state, or what its scene tells of the place that is pointed at.

    A scene may take its time to tell: until it has, what was there before stays, and the window answers meanwhile.
    `changed` says that something else is told, `kept` brings what is told of the place that was clicked, where that is
    about a cell, `failed` a line.
    """

    changed = Signal()
    kept = Signal(object)
    failed = Signal(str)

    def __init__(self, player: Player) -> None:
        super().__init__()
        self._player = player
        self._view: SceneView | None = None
        self._at: Point | None = None
        self._clicked: Point | None = None
        self._told: ViewState | None = None
        self._told_by: Playable | None = None
        self._asked: Question | None = None
        self._is_asking = False
        self._errand = Errand("pointed", self)
        self._errand.done.connect(self._on_told)
        self._errand.failed.connect(self._on_failed)
        self._soon = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._soon.timeout.connect(self._ask)
        player.moved.connect(self._on_moved)

    def follow(self, view: SceneView) -> None:
        """Listen to the hand over a view."""
        self._view = view
        view.hand.pointed.connect(self._on_pointed)

    @property
    def is_idle(self) -> bool:
        """Whether all is told that there is to tell."""
        return not (self._is_asking or self._soon.isActive())

    @property
    def told(self) -> ViewState | None:
        """What the scene tells of the place that is pointed at; `None` where it tells nothing."""
        return self._told if self._told_by is self._player.playable else None

    def state(self) -> ViewState | None:
        """What is to be seen now."""
        return self.told or self._player.state()

    def keep(self, at_px: Point) -> bool:
        """A click at a place of the view; whether the scene can tell of places at all. `kept` follows where it does."""
        playable = self._player.playable
        if playable is None or playable.pointed is None:
            return False
        self._at = self._clicked = self._reference(at_px)
        self._ask()
        return True

    def stop(self) -> None:
        """Ask nothing more."""
        self._soon.stop()
        self._errand.stop()

    def _on_pointed(self, at_px: Point | None) -> None:
        self._at = None if at_px is None else self._reference(at_px)
        self._stir()

    def _on_moved(self) -> None:
        """Whoever steps, or goes to another moment, sees that; the place is told once the pointer moves again."""
        player, asked = self._player, self._asked
        is_gone_to = not player.head.is_playing and (asked is None or asked[1] != player.at_secs)
        if player.head.until_secs is not None or is_gone_to:
            self._at = None
        self._stir()

    def _reference(self, at_px: Point) -> Point:
        """A place of the widget, in logical pixels, where flat things lie: they do not move with the camera."""
        scale = REFERENCE_HEIGHT_PX / max(self._view.widget.height(), 1) if self._view is not None else 1.0
        return at_px[0] * scale, at_px[1] * scale

    def _stir(self) -> None:
        """Ask soon, once a frame; what is left is no longer told at once. A step on its way is not disturbed."""
        playable, is_step = self._player.playable, self._player.head.until_secs is not None
        if self._at is None or is_step or playable is None or playable.pointed is None:
            self._put(None, None)
        elif not self._soon.isActive():
            self._soon.start()

    def _ask(self) -> None:
        """One question at a time: the newest follows once the one before is answered, so that something is told also
        while the pointer moves on.
        """
        playable, at = self._player.playable, self._at
        if self._is_asking or at is None or playable is None or playable.pointed is None:
            return
        question, pointed = (playable, self._player.at_secs, at), playable.pointed
        if question != self._asked or self._clicked is not None:
            self._asked, self._is_asking = question, True
            self._errand.ask(question, lambda: pointed(question[1], question[2]))

    def _on_told(self, question: Question, state: ViewState | None) -> None:
        self._is_asking = False
        playable, _, at = question
        if self._at is not None:
            self._put(state, playable)
        if at == self._clicked:
            self._clicked = None
            if state is not None and state.about is not None:
                self.kept.emit(state)
        self._ask()

    def _on_failed(self, _: object, line: str) -> None:
        """A scene that cannot tell of a place is shown as it is."""
        self._is_asking, self._clicked = False, None
        self._put(None, None)
        self.failed.emit(line)

    def _put(self, state: ViewState | None, playable: Playable | None) -> None:
        if state is None and self._told is None:
            return
        self._told, self._told_by = state, playable
        self.changed.emit()
        if self._view is not None:
            self._view.stir()
