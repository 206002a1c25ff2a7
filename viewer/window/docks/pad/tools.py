"""The tools of the drawing pad: pencil, eraser, how wide, which colour, undo, clear, and the ground."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from viewer.window.docks.layers.icons import glyph_icon
from viewer.window.look import look_of

if TYPE_CHECKING:
    from viewer.state import Theme

Colour = tuple[int, ...]
THINNEST, WIDEST = 2, 40
"""Of the brush, in hundredths of the sheet's height."""
SWATCHES: tuple[tuple[str, Colour], ...] = (
    ("black", (0, 0, 0)),
    ("white", (255, 255, 255)),
    ("grey", (128, 128, 128)),
    ("red", (214, 48, 49)),
    ("orange", (240, 140, 30)),
    ("yellow", (250, 214, 40)),
    ("green", (46, 160, 67)),
    ("blue", (40, 100, 220)),
    ("brown", (121, 78, 45)),
    ("pink", (238, 145, 170)),
)
SWATCH_PX = 16


class Tools(QWidget):
    """What the hand holds. `erases` and `brush` (a part of the sheet's height) are what is chosen; `changed` tells."""

    changed = Signal()
    undone = Signal()
    cleared = Signal()
    inverted = Signal()
    coloured = Signal(object)

    def __init__(self, channels: int, brush: float) -> None:
        super().__init__()
        self.pencil, self.eraser = _tool("draw"), _tool("erase; so does the right button of the mouse")
        self.undo, self.clear = _tool("undo the last stroke"), _tool("an empty sheet")
        self.invert = _tool("the opposite ground: white on black, or black on white")
        self.breadth = QSlider(Qt.Orientation.Horizontal)
        self.swatches: dict[Colour, QToolButton] = {}
        self._arrange(channels)
        self.breadth.setRange(THINNEST, WIDEST)
        self.breadth.setValue(round(100 * brush))
        self.breadth.setMinimumWidth(48)
        self.breadth.setToolTip("how wide the pencil and the eraser are")
        self.breadth.valueChanged.connect(lambda _: self.changed.emit())
        for button, signal in ((self.undo, self.undone), (self.clear, self.cleared), (self.invert, self.inverted)):
            button.clicked.connect(signal)
        for button in (self.pencil, self.eraser):
            button.clicked.connect(self.changed)

    @property
    def erases(self) -> bool:
        """Whether the eraser is taken."""
        return self.eraser.isChecked()

    @property
    def brush(self) -> float:
        """The brush's width as a part of the sheet's height."""
        return self.breadth.value() / 100

    def show_colour(self, colour: Colour) -> None:
        """The colour that is taken, where it is one of those."""
        for each, button in self.swatches.items():
            button.setChecked(each == colour)

    def show_theme(self, theme: Theme) -> None:
        """Signs in the theme's colours."""
        code = look_of(theme).text
        for button, name in (
            (self.pencil, "pencil"),
            (self.eraser, "eraser"),
            (self.undo, "undo"),
            (self.clear, "bin"),
            (self.invert, "opposite"),
        ):
            button.setIcon(glyph_icon(name, code))
        line = look_of(theme).dim
        for colour, button in self.swatches.items():
            button.setIcon(_swatch(QColor(*colour), QColor(line)))

    def _arrange(self, channels: int) -> None:
        chosen = QButtonGroup(self)
        for button in (self.pencil, self.eraser):
            button.setCheckable(True)
            chosen.addButton(button)
        self.pencil.setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(2)
        for part in (self.pencil, self.eraser, self.breadth, self.invert, self.undo, self.clear):
            row.addWidget(part, 1 if part is self.breadth else 0)
        column.addLayout(row)
        if channels == 3:
            column.addLayout(self._swatch_row())

    def _swatch_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(1)
        for name, colour in SWATCHES:
            button = _tool(name)
            button.setObjectName("swatch")
            button.setCheckable(True)
            button.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
            button.clicked.connect(partial(self._choose, colour))
            self.swatches[colour] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _choose(self, colour: Colour) -> None:
        self.pencil.setChecked(True)
        self.show_colour(colour)
        self.coloured.emit(colour)


def _tool(tip: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setObjectName("padTool")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _swatch(colour: QColor, line: QColor) -> QIcon:
    pixmap = QPixmap(2 * SWATCH_PX, 2 * SWATCH_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(line, 2))
    painter.setBrush(colour)
    painter.drawRoundedRect(2, 2, 2 * SWATCH_PX - 4, 2 * SWATCH_PX - 4, 6, 6)
    painter.end()
    return QIcon(pixmap)
