"""A talk: the cues that were made or opened, and presenting them with a clicker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from exporter.bundle import KerascopeError
from viewer.cues import Cue, read_cues, write_cues

if TYPE_CHECKING:
    from viewer.window.desk import Desk
    from viewer.window.player import Player
    from viewer.window.travel import Travel

STEP_MS = 600.0


class Talk(QObject):
    """The cues, which of them is shown, and whether they are presented.

    `changed` tells that the cues are others, `moved` that another one is shown, `presenting` that it begins or ends,
    and `blanked` that the screen goes dark or light again.
    """

    changed = Signal()
    moved = Signal(int)
    presenting = Signal(bool)
    blanked = Signal(bool)

    def __init__(self, desk: Desk, travel: Travel, player: Player) -> None:
        super().__init__()
        self._desk, self._travel, self._player = desk, travel, player
        self.cues: tuple[Cue, ...] = ()
        self.path: Path | None = None
        self.at = 0
        self.is_on = False
        self.is_blank = False
        self.is_saved = True
        travel.arrived.connect(self._on_arrived)
        self._plays: bool | None = None

    @property
    def cue(self) -> Cue | None:
        """The one that is shown, or would be."""
        return self.cues[self.at] if self.at < len(self.cues) else None

    def put(self, cues: tuple[Cue, ...], at: int | None = None) -> None:
        """Other cues."""
        self.is_saved = self.is_saved and cues == self.cues
        self.cues = cues
        self.at = min(max(self.at if at is None else at, 0), max(len(cues) - 1, 0))
        self.changed.emit()

    def add(self) -> None:
        """The present view as a cue after the present one."""
        place = self.at + 1 if self.cues else 0
        cue = Cue(f"Cue {len(self.cues) + 1}", self._travel.vantage(), plays=self._player.head.is_playing)
        self.put((*self.cues[:place], cue, *self.cues[place:]), place)

    def change(self, at: int, **changes: object) -> None:
        """Other fields of a cue."""
        self.put((*self.cues[:at], replace(self.cues[at], **changes), *self.cues[at + 1 :]), self.at)

    def retake(self) -> None:
        """The present view for the present cue."""
        if self.cue is not None:
            self.change(self.at, view=self._travel.vantage(), plays=self._player.head.is_playing)

    def remove(self) -> None:
        """Without the present cue."""
        self.put((*self.cues[: self.at], *self.cues[self.at + 1 :]))

    def open(self, path: Path) -> None:
        """The cues of a file; what is wrong with it is told, and nothing changes."""
        try:
            cues = read_cues(path)
            for cue in cues:
                self._travel.check(cue.view)
        except KerascopeError as error:
            self._desk.failed.emit(str(error))
            return
        self.put(cues, 0)
        self.path, self.is_saved = path, True
        self._desk.told.emit(f"{len(cues)} cues from {path.name}; F5 presents them")

    def save(self, path: Path) -> None:
        """Write the cues."""
        try:
            write_cues(path, self.cues)
        except KerascopeError as error:
            self._desk.failed.emit(str(error))
            return
        self.path, self.is_saved = path, True
        self._desk.told.emit(f"saved {path}")

    def start(self) -> None:
        """Present from the first cue."""
        self._start(0)

    def start_here(self) -> None:
        """Present from the present cue."""
        self._start(self.at)

    def show(self, at: int, lasts_ms: float = STEP_MS) -> None:
        """Go to a cue."""
        if not 0 <= at < len(self.cues):
            return
        self.at = at
        self.moved.emit(at)
        cue = self.cues[at]
        self._player.pause()
        self._plays = cue.plays
        self._travel.go_to(cue.view, lasts_ms)

    def next(self) -> None:
        """The next cue; a dark screen is light again first."""
        self._step(1)

    def previous(self) -> None:
        """The cue before."""
        self._step(-1)

    def first(self) -> None:
        """The first cue."""
        self.show(0)

    def last(self) -> None:
        """The last cue."""
        self.show(len(self.cues) - 1)

    def blank(self) -> None:
        """A dark screen, or the picture again."""
        self.is_blank = not self.is_blank
        self.blanked.emit(self.is_blank)

    def leave(self) -> None:
        """Present no more."""
        if self.is_blank:
            self.blank()
        self.is_on = False
        self.presenting.emit(False)

    def _start(self, at: int) -> None:
        if not self.cues:
            self._desk.told.emit("no cues yet: make some in the Cues panel, or open a file there")
            return
        if not self.is_on:
            self.is_on = True
            self.presenting.emit(True)
        self.show(at, 0.0)

    def _step(self, steps: int) -> None:
        if self.is_blank:
            self.blank()
        else:
            self.show(self.at + steps)

    def _on_arrived(self) -> None:
        plays, self._plays = self._plays, None
        if plays is not None:
            (self._player.play if plays else self._player.pause)()
