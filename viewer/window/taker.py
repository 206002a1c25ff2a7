"""Takes pictures of what is shown, and recordings of the whole scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from exporter.bundle import KerascopeError
from viewer.window.record_dialog import RecordDialog
from viewer.window.snapshot import free_path, write_picture

if TYPE_CHECKING:
    from viewer.window.parts import Parts
    from viewer.window.recorder import Recorder, Take


class Taker(QObject):
    """Pictures and recordings go to `folder`, under names that are free, unless the person says otherwise."""

    def __init__(self, window: Parts, recorder: Recorder, folder: Path) -> None:
        super().__init__()
        self._window, self._recorder, self.folder = window, recorder, folder
        self._last: Take | None = None

    @property
    def _name(self) -> str:
        return f"{self._window.desk.bundle.path.stem}-{self._window.chooser.wish.scene}"

    def save_picture(self) -> None:
        """Save what is shown, under a free name."""
        self._save(free_path(self.folder, f"{self._name}-{self._window.player.at_secs:.2f}s"))

    def save_picture_as(self) -> None:
        """Ask where to save what is shown."""
        proposed = str(free_path(self.folder, self._name))
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the picture", proposed, "PNG (*.png)")
        if name:
            path = Path(name)
            self._save(path if path.suffix.lower() == ".png" else path.with_name(path.name + ".png"))

    def record(self) -> None:
        """Ask how to record the whole scene, seen as now; while that goes on, give it up."""
        if self._recorder.is_recording:
            self._recorder.cancel()
            return
        window = self._window
        out = free_path(self.folder, self._name, self._last.out.suffix if self._last else ".gif")
        dialog = RecordDialog(window, window.travel.vantage(), out, window.view.size_px, self._last)
        dialog.asked.connect(self.begin_recording)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def begin_recording(self, take: Take) -> None:
        """Record."""
        self._last = take
        self._recorder.start(take)

    def _save(self, path: Path) -> None:
        desk = self._window.desk
        try:
            pixels = self._window.view.render()
            if pixels is not None:
                write_picture(pixels, path)
                desk.told.emit(f"saved {path}")
        except KerascopeError as error:
            desk.failed.emit(str(error))
