"""The drawing of the what-if panel: the places that go in, with the window of one cell, and the cells that come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.forward.windows import Axis
from viewer.inspect.whatif import by
from viewer.window.docks.whatif.part import shown_cells, shown_places
from viewer.window.look import Look, colour, look_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.inspect.whatif import Toy
    from viewer.state import Theme

    Cell = tuple[int, int]

HEAD_PX, GAP_PX, FOOT_PX = 36.0, 14.0, 4.0
LARGEST_PX, INPUT_PART = 22.0, 0.62
ONE = Axis(1, 1, 1, 1, 0, 1)
"""What stands for the rows of a layer that has columns only."""
STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


class Drawing(QWidget):
    """The last two axes of a toy. Pointing at a cell of the output, or the arrow keys, marks its window; `chosen` tells
    which that is.
    """

    chosen = Signal(object)

    def __init__(self, theme: Callable[[], Theme]) -> None:
        super().__init__()
        self._theme = theme
        self._axes: tuple[Axis, Axis] | None = None
        self._is_along_one = False
        self.cell: Cell = (0, 0)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("point at a cell of the output: its window is marked in the input")

    def show_toy(self, toy: Toy | None) -> None:
        """Another layer; `None`, one that cannot be, is not drawn. The cell stays, where there is such a one."""
        self._axes = None
        if toy is not None:
            rows, columns = (ONE, *toy.axes)[-2:]
            self._axes, self._is_along_one = (rows, columns), toy.rank == 1
            self.cell = min(self.cell[0], rows.count - 1), min(self.cell[1], columns.count - 1)
        self.setVisible(toy is not None)
        self.updateGeometry()
        self.update()

    def choose(self, cell: Cell) -> None:
        """Mark the window of another cell, the nearest that there is."""
        if self._axes is None:
            return
        rows, columns = self._axes
        cell = min(max(cell[0], 0), rows.count - 1), min(max(cell[1], 0), columns.count - 1)
        if cell != self.cell:
            self.cell = cell
            self.chosen.emit(cell)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """As high as both grids are at this width."""
        if self._axes is None:
            return QSize(200, 0)
        box, out = self._input_box(), self._output_box()
        return QSize(200, round(max(box.bottom(), out.bottom()) + FOOT_PX))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """None of it is cut off."""
        return QSize(120, self.sizeHint().height())

    def heightForWidth(self, _: int) -> int:  # noqa: N802
        """Follows the width."""
        return self.sizeHint().height()

    def resizeEvent(self, _: object) -> None:  # noqa: N802
        """Another width is another height."""
        self.updateGeometry()

    def cell_at(self, at: QPointF | QPoint) -> Cell | None:
        """The cell of the output at a place of the widget."""
        if self._axes is None:
            return None
        box, (rows, columns) = self._output_box(), self._shown_cells()
        if not box.contains(QPointF(at)):
            return None
        row = int((at.y() - box.top()) / box.height() * len(rows))
        column = int((at.x() - box.left()) / box.width() * len(columns))
        return rows[min(row, len(rows) - 1)], columns[min(column, len(columns) - 1)]

    def middle_of(self, cell: Cell) -> QPoint:
        """Where a cell of the output is on the widget."""
        return self._cell_box(self._output_box(), self._shown_cells(), cell).center().toPoint()

    def event(self, event: QEvent) -> bool:
        """The arrows are its own while it has the focus, and not the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in STEPS:
            event.accept()
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The cell under the pointer is marked."""
        cell = self.cell_at(event.position())
        if cell is not None:
            self.choose(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """The arrows go from cell to cell."""
        if event.key() not in STEPS:
            super().keyPressEvent(event)
            return
        down, right = STEPS[Qt.Key(event.key())]
        self.choose((self.cell[0] + down, self.cell[1] + right))

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """Both grids with their heads."""
        if self._axes is None:
            return
        painter, look = QPainter(self), look_of(self._theme())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places, cells = self._shown_places(), self._shown_cells()
        sizes = [axis.size for axis in self._axes]
        self._head(painter, look, self._input_box(), "input", sizes, places)
        self._head(painter, look, self._output_box(), "output", [axis.count for axis in self._axes], cells)
        self._paint_input(painter, look, places)
        self._paint_output(painter, look, cells)

    def _shown_places(self) -> tuple[range, range]:
        assert self._axes is not None
        rows, columns = (shown_places(axis, at) for axis, at in zip(self._axes, self.cell, strict=True))
        return rows, columns

    def _shown_cells(self) -> tuple[range, range]:
        assert self._axes is not None
        rows, columns = (shown_cells(axis.count, at) for axis, at in zip(self._axes, self.cell, strict=True))
        return rows, columns

    def _input_box(self) -> QRectF:
        rows, columns = self._shown_places()
        side = min((self.width() - GAP_PX) * INPUT_PART / len(columns), LARGEST_PX)
        return QRectF(0.5, HEAD_PX, side * len(columns) - 1, side * len(rows) - 1)

    def _output_box(self) -> QRectF:
        rows, columns = self._shown_cells()
        beside = self._input_box()
        room = (self.width() - GAP_PX) * (1 - INPUT_PART)
        side = min(room / len(columns), beside.width() / len(self._shown_places()[1]))
        return QRectF(self.width() - room, HEAD_PX, side * len(columns) - 1, side * len(rows) - 1)

    @staticmethod
    def _cell_box(box: QRectF, shown: tuple[range, range], first: Cell, size: Cell = (1, 1)) -> QRectF:
        """Where `size` cells from the cell `first` on lie, also beyond what is shown."""
        rows, columns = shown
        high, wide = box.height() / len(rows), box.width() / len(columns)
        left, top = box.left() + (first[1] - columns.start) * wide, box.top() + (first[0] - rows.start) * high
        return QRectF(left, top, size[1] * wide, size[0] * high)

    def _head(
        self, painter: QPainter, look: Look, box: QRectF, what: str, sizes: list[int], shown: tuple[range, range]
    ) -> None:
        """What a grid is, and which part of it is shown where that is not all."""
        told = sizes[1:] if self._is_along_one else sizes
        parts = [range(max(part.start, 0), min(part.stop, size)) for part, size in zip(shown, sizes, strict=True)]
        painter.setPen(colour(look.text))
        painter.drawText(QPointF(box.left(), box.top() - 21), f"{what} {by(tuple(told))}")
        if any(len(part) < size for part, size in zip(parts, sizes, strict=True)):
            own = parts[1:] if self._is_along_one else parts
            painter.setPen(colour(look.dim))
            words = ", ".join(f"{part.start}…{part.stop - 1}" for part in own)
            painter.drawText(QPointF(box.left(), box.top() - 6), words)

    def _paint_input(self, painter: QPainter, look: Look, shown: tuple[range, range]) -> None:
        box = self._input_box()
        assert self._axes is not None
        painter.save()
        painter.setClipRect(box.adjusted(-1, -1, 1, 1))
        self._paint_places(painter, look, box, shown)
        taps = [set(axis.places(at).tolist()) for axis, at in zip(self._axes, self.cell, strict=True)]
        painter.setPen(Qt.PenStyle.NoPen)
        filled = colour(look.accent)
        filled.setAlphaF(0.75)
        painter.setBrush(filled)
        for row in sorted(taps[0]):
            for column in sorted(taps[1]):
                painter.drawRect(self._cell_box(box, shown, (row, column)).adjusted(1, 1, -1, -1))
        self._paint_windows(painter, look, box, shown)
        painter.restore()

    def _paint_places(self, painter: QPainter, look: Look, box: QRectF, shown: tuple[range, range]) -> None:
        """The places of the input filled, those of padding hatched, a line between them."""
        assert self._axes is not None
        sizes = [axis.size for axis in self._axes]
        real, hatched = QBrush(colour(look.raised)), QBrush(colour(look.dim), Qt.BrushStyle.BDiagPattern)
        painter.setPen(QPen(colour(look.line), 1.0))
        for row in shown[0]:
            for column in shown[1]:
                is_real = 0 <= row < sizes[0] and 0 <= column < sizes[1]
                painter.setBrush(real if is_real else hatched)
                painter.drawRect(self._cell_box(box, shown, (row, column)))

    def _paint_windows(self, painter: QPainter, look: Look, box: QRectF, shown: tuple[range, range]) -> None:
        """A frame round the window, a dashed one where the next windows begin, a stride further."""
        assert self._axes is not None
        rows, columns = self._axes
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour(look.text), 1.2, Qt.PenStyle.DashLine))
        for step in ((1, 0), (0, 1)):
            there = self.cell[0] + step[0], self.cell[1] + step[1]
            if there[0] < rows.count and there[1] < columns.count:
                painter.drawRect(self._window_box(box, shown, there))
        painter.setPen(QPen(colour(look.accent), 2.5))
        painter.drawRect(self._window_box(box, shown, self.cell))

    def _window_box(self, box: QRectF, shown: tuple[range, range], cell: Cell) -> QRectF:
        assert self._axes is not None
        first = tuple(int(axis.places(at)[0]) for axis, at in zip(self._axes, cell, strict=True))
        size = tuple((axis.taps - 1) * axis.dilation + 1 for axis in self._axes)
        return self._cell_box(box, shown, (first[0], first[1]), (size[0], size[1]))

    def _paint_output(self, painter: QPainter, look: Look, shown: tuple[range, range]) -> None:
        box = self._output_box()
        painter.setPen(QPen(colour(look.line), 1.0))
        for row in shown[0]:
            for column in shown[1]:
                painter.setBrush(colour(look.accent if (row, column) == self.cell else look.raised))
                painter.drawRect(self._cell_box(box, shown, (row, column)))
