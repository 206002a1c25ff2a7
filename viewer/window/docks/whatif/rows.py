"""The rows of the what-if panel: one number for each axis of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygon
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QStyle, QStyleOptionSpinBox, QWidget

if TYPE_CHECKING:
    from viewer.inspect.whatif import Sizes

MOST = 9999


class Number(QSpinBox):
    """One number. Its arrows have the colour of its words, as in the lists to choose from."""

    def __init__(self) -> None:
        super().__init__()
        # 0 may be typed, and is explained: to stop a person without a word teaches nothing.
        self.setRange(0, MOST)
        self.setMinimumWidth(48)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """As Qt does, and the arrows."""
        super().paintEvent(event)
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().text().color(), 1.3))
        for part, way in ((QStyle.SubControl.SC_SpinBoxUp, 1), (QStyle.SubControl.SC_SpinBoxDown, -1)):
            middle = self.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, part, self).center()
            x, y = middle.x(), middle.y()
            painter.drawPolyline(QPolygon([QPoint(x - 3, y + way), QPoint(x, y - 2 * way), QPoint(x + 3, y + way)]))


class Numbers(QWidget):
    """A number for each axis; `changed` tells them when a person has changed one. Where all axes are set alike only the
    first is shown.
    """

    changed = Signal(object)

    def __init__(self, names: tuple[str, ...] = ("depth", "rows", "columns")) -> None:
        super().__init__()
        self.boxes = tuple(Number() for _ in names)
        self._rank, self._are_alike = len(names), False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for name, box in zip(names, self.boxes, strict=True):
            box.setToolTip(name)
            box.valueChanged.connect(self._on_changed)
            row.addWidget(box)

    def put(self, values: Sizes, *, are_alike: bool) -> None:
        """Show numbers, one for each axis."""
        self._rank, self._are_alike = len(values), are_alike
        skipped = len(self.boxes) - len(values)
        for at, box in enumerate(self.boxes):
            with QSignalBlocker(box):
                box.setValue(values[at - skipped] if at >= skipped else 1)
            box.setVisible(at == skipped if are_alike else at >= skipped)

    @property
    def values(self) -> Sizes:
        """The numbers that are shown."""
        own = self.boxes[len(self.boxes) - self._rank :]
        return (own[0].value(),) * self._rank if self._are_alike else tuple(box.value() for box in own)

    def _on_changed(self, _: int) -> None:
        self.changed.emit(self.values)
