"""Keeps what the window should remember: reads it at the start, writes it when a bundle is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QByteArray

from exporter.bundle import KerascopeError
from viewer.window.memory import Memory, read_memory, write_memory

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.bundle import Bundle
    from viewer.state import Theme
    from viewer.study import Language, Vantage
    from viewer.window.parts import Parts


class Keeper:
    """Without a folder it keeps nothing. `problem` is a line where the memory cannot be read or written, else empty."""

    def __init__(self, folder: Path | None, *, fresh: bool = False) -> None:
        self._folder = folder
        self._memory = Memory()
        self.problem = ""
        if folder is not None and not fresh:
            try:
                self._memory = read_memory(folder)
            except KerascopeError as error:
                self.problem = str(error)

    def view_of(self, bundle: Bundle) -> Vantage | None:
        """Where this bundle was looked at from."""
        return self._memory.view_of(bundle)

    @property
    def theme(self) -> Theme:
        """The theme that was last seen."""
        return self._memory.theme

    @property
    def language(self) -> Language:
        """The language of lessons that was chosen last."""
        return self._memory.language

    def restore_place(self, window: Parts) -> None:
        """The window's place and size as they were, where there were any."""
        if self._memory.geometry:
            window.restoreGeometry(_decoded(self._memory.geometry))

    def restore_docks(self, window: Parts) -> bool:
        """The docks as they were; whether there were any."""
        return bool(self._memory.docks) and window.restoreState(_decoded(self._memory.docks))

    def keep(self, window: Parts, *, has_docks: bool) -> None:
        """Remember the window as it is now; its docks only where none had to make room."""
        if self._folder is None:
            return
        memory = self._memory
        if not window.isFullScreen():
            docks = _encoded(window.saveState()) if has_docks else memory.docks
            memory = replace(memory, geometry=_encoded(window.saveGeometry()), docks=docks)
        if window.chooser.shown is not None:
            memory = memory.with_view(window.desk.bundle, window.travel.vantage())
        self._memory = memory
        try:
            write_memory(self._folder, memory)
        except KerascopeError as error:
            self.problem = str(error)


def _encoded(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")


def _decoded(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
