"""Asks how to record: where to, how large, how many frames a second. What was chosen last comes first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from viewer.window.recorder import WALKED_ROUND, Take

if TYPE_CHECKING:
    from viewer.study import Vantage

FORMATS = {
    "GIF": ".gif",
    "MP4": ".mp4",
    "WebP": ".webp",
    "Web page to walk round in": ".html",
    "3-D model (glTF)": ".glb",
}
SIZES_PX = ((960, 540), (640, 360), (1280, 720), (1920, 1080))
FASTEST_FPS = 60


class RecordDialog(QDialog):
    """`asked` brings the `Take` that was asked for."""

    asked = Signal(object)

    def __init__(self, parent: QWidget, view: Vantage, out: Path, size_px: tuple[int, int], last: Take | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Record the scene")
        self._view = view
        self.format, self.shape, self.fps, self.place = QComboBox(), QComboBox(), QSpinBox(), QLineEdit(str(out))
        self.format.addItems(list(FORMATS))
        self.format.setCurrentText(next((name for name, suffix in FORMATS.items() if suffix == out.suffix), "GIF"))
        sizes = dict.fromkeys((*((last.size_px,) if last else ()), *SIZES_PX, size_px))
        for width, height in sizes:
            words = f"{width} × {height}" + (", as in the window" if (width, height) == size_px else "")
            self.shape.addItem(words, (width, height))
        self.fps.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.fps.setRange(1, FASTEST_FPS)
        self.fps.setValue(last.fps if last else 25)
        self._arrange()
        self._suit(self.format.currentText())
        self.format.currentTextChanged.connect(self._rename)
        self.format.currentTextChanged.connect(self._suit)

    def take(self) -> Take:
        """What is chosen now."""
        width, height = self.shape.currentData()
        return Take(self._view, Path(self.place.text()).expanduser(), (int(width), int(height)), self.fps.value())

    def accept(self) -> None:
        """Ask for it, and go."""
        self.asked.emit(self.take())
        super().accept()

    def _arrange(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(20, 18, 20, 16)
        form.setSpacing(10)
        choose = QToolButton()
        choose.setText("…")
        choose.clicked.connect(self._choose)
        place = QHBoxLayout()
        place.addWidget(self.place, 1)
        place.addWidget(choose)
        self.place.setMinimumWidth(360)
        form.addRow("Format", self.format)
        form.addRow("Size", self.shape)
        form.addRow("Frames a second", self.fps)
        form.addRow("File", place)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.button(kinds.Ok).setText("Record")
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)

    def _rename(self, kind: str) -> None:
        self.place.setText(str(Path(self.place.text()).with_suffix(FORMATS[kind])))

    def _suit(self, kind: str) -> None:
        """Ask only for what the format has."""
        is_film = FORMATS[kind] not in WALKED_ROUND
        self.shape.setEnabled(is_film)
        self.fps.setEnabled(is_film)

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Record into", self.place.text())
        if name:
            self.place.setText(name)
