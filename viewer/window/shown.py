"""What the scene really shows now: where nobody has chosen, the scene does, and it changes while it plays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from viewer.state import CaptureKey, ViewState
    from viewer.window.player import Player

PAUSE_MS = 60


def keys_of(state: ViewState | None) -> tuple[CaptureKey, ...]:
    """The captures that a state shows, each once and as the network answers whole; the last one is what it is about:
    of a clean and an attacked net the attacked one.
    """
    keys: dict[CaptureKey, None] = {}
    for net in state.nets if state is not None else ():
        if net.quantity == "activation":
            is_other = net.toward is not None and net.blend >= 0.5
            key = net.toward if is_other and net.toward is not None else net.capture
            keys[replace(key, mutes=())] = None
    return tuple(keys)


class Shown(QObject):
    """Watches the player. `changed` tells, a few times a second at most, that other captures are shown (`keys`)."""

    changed = Signal()

    def __init__(self, player: Player) -> None:
        super().__init__(player)
        self._player = player
        self.keys: tuple[CaptureKey, ...] = ()
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self.look)
        player.moved.connect(self._stir)

    @property
    def main(self) -> CaptureKey | None:
        """What the scene is about; `None` before there is one."""
        return self.keys[-1] if self.keys else None

    def look(self) -> None:
        """See what is shown, now."""
        keys = keys_of(self._player.state())
        if keys != self.keys:
            self.keys = keys
            self.changed.emit()

    def _stir(self) -> None:
        if not self._soon.isActive():
            self._soon.start()
