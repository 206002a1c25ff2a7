"""The cells round one as a small picture, with numbers where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.colour import apply_map
from viewer.window.docks.words import number_words
from viewer.window.look import look_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from viewer.state import Theme

CELL_PX, MOST_LETTERS = 38, 7
FEWEST, MOST = 0.1, 1000.0
MOST_CELLS = 5


class PatchPicture(QWidget):
    """A part of a map, its cells coloured as in the picture; the one in question has a frame."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = "dark"
        self._values: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._at = (0, 0)
        self._scale = 1.0
        self._power = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_patch(self, values: NDArray[np.float32], at: tuple[int, int], scale: float) -> None:
        """Values (rows, columns), where in them the cell is, and the size of value that has the full colour."""
        is_other_size = values.shape != self._values.shape
        self._values, self._at, self._scale = values, at, scale or 1.0
        self._power = shared_power(values)
        if is_other_size:
            self.updateGeometry()
        self.update()

    @property
    def unit(self) -> str:
        """What the numbers in the cells are multiplied with; empty for one."""
        return number_words(10.0**self._power, 1).removeprefix("1 × ") if self._power else ""

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """So many cells of one size."""
        rows, columns = self._values.shape
        return QSize(columns * CELL_PX + 2, rows * CELL_PX + 2)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """Cells, their numbers, and the frame."""
        if not self._values.size:
            return
        painter = QPainter(self)
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        colours = apply_map((self._values / self._scale).astype(np.float32), self.theme, "activation")
        for (row, column), value in np.ndenumerate(self._values):
            box = QRectF(1 + column * CELL_PX, 1 + row * CELL_PX, CELL_PX - 1, CELL_PX - 1)
            red, green, blue = (float(part) for part in colours[row, column])
            painter.fillRect(box, QColor.fromRgbF(red, green, blue))
            is_light = 0.3 * red + 0.6 * green + 0.1 * blue > 0.5
            painter.setPen(QColor("#10192B" if is_light else "#EAF1FF"))
            words = number_words(float(value) / 10.0**self._power, 2)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words if len(words) < MOST_LETTERS else "≈ 0")
        painter.setPen(QPen(QColor(look_of(self.theme).text), 2))
        row, column = self._at
        painter.drawRect(QRectF(1 + column * CELL_PX, 1 + row * CELL_PX, CELL_PX - 1, CELL_PX - 1))


def shared_power(values: NDArray[np.float32]) -> int:
    """The power of ten, in steps of three, by which values are divided so that the largest needs few digits.

    >>> shared_power(np.array([0.002, -0.015])), shared_power(np.array([3.0])), shared_power(np.zeros(2))
    (-3, 0, 0)
    """
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0.0 or FEWEST <= largest < MOST:
        return 0
    return 3 * int(np.floor(np.log10(largest) / 3))


def patch_of(
    cells: NDArray[np.float32], at: tuple[int, int], most: int = MOST_CELLS
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """At most `most` x `most` of the cells (rows, columns) round `at`, cut at the borders, and where in them it is."""
    half = most // 2
    row, column = at
    top, left = max(row - half, 0), max(column - half, 0)
    return cells[top : row + half + 1, left : column + half + 1], (row - top, column - left)
