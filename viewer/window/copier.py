"""Copies what is seen as code, and saves the pinned value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from exporter.bundle import KerascopeError
from viewer.window.code import frame_command, numpy_line, stored_at, values_of, view_command

if TYPE_CHECKING:
    from viewer.inspect.pick import Hit
    from viewer.window.code import Stored
    from viewer.window.parts import Parts


class Copier(QObject):
    """Puts lines on the clipboard: of the pinned place, else of what is under the pointer."""

    def __init__(self, window: Parts) -> None:
        super().__init__()
        self._window, self._desk = window, window.desk
        self._hovered: Hit | None = None
        self._desk.hovered.connect(self._on_hovered)

    def copy_numpy(self) -> None:
        """The line that loads the value with numpy."""
        stored = self._stored()
        if stored is not None:
            self._copy(numpy_line(self._desk.bundle, stored))

    def copy_view(self) -> None:
        """The command that opens a window with this view."""
        self._copy(view_command(self._desk.bundle.path, self._window.travel.vantage()))

    def copy_frame(self) -> None:
        """The command that draws this picture into a file."""
        vantage = self._window.travel.vantage()
        self._copy(frame_command(self._desk.bundle.path, vantage, self._window.view.size_px))

    def save_values_as(self) -> None:
        """Ask where to save the value (of a map or a layer all its values) as `.npy`."""
        stored = self._stored()
        if stored is None:
            return
        proposed = (
            f"{stored.ref.key}{stored.index}".replace("/", "-").translate(str.maketrans("[], ", "----")).strip("-")
        )
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the values", f"{proposed}.npy", "numpy (*.npy)")
        if name:
            self.save_values(Path(name if name.endswith(".npy") else f"{name}.npy"))

    def save_values(self, path: Path) -> None:
        """Save the value as `.npy`; where that fails, what was there is still there."""
        stored = self._stored()
        if stored is None:
            return
        unfinished = path.with_name(f".{path.name}.part")
        try:
            with unfinished.open("wb") as stream:
                np.save(stream, values_of(self._desk.bundle, stored), allow_pickle=False)
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            self._desk.failed.emit(str(KerascopeError("the values cannot be saved", got=error.strerror, path=path)))
            return
        self._desk.told.emit(f"saved {path}")

    def _stored(self) -> Stored | None:
        key, study, hit = self._window.navigator.shown.main, self._desk.study, self._hovered
        what = study.pinned or study.pinned_edge or (None if hit is None else hit.edge or hit.place)
        if key is None or what is None:
            self._desk.told.emit("nothing to copy: click a unit, a cell, a map or an edge first")
            return None
        try:
            return stored_at(self._desk.bundle, key, what)
        except KerascopeError as error:
            self._desk.failed.emit(str(error))
            return None

    def _copy(self, line: str) -> None:
        QGuiApplication.clipboard().setText(line)
        self._desk.told.emit(f"copied: {line}")

    def _on_hovered(self, hit: Hit | None) -> None:
        # Off the scene, as on the way to a button, the last one stays.
        self._hovered = hit or self._hovered
