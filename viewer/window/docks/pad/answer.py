"""The answer beside a drawing: the likeliest classes with their bars, or a veil over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.window.look import colour, look_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from viewer.state import Theme
    from viewer.window.docks.pad.rows import Row
    from viewer.window.look import Look

FIRST_PX, ROW_PX, BAR_PX = 40.0, 27.0, 5.0
FIRST_SIZE_PX, SIZE_PX = 21, 13
MARGIN_PX = 2.0


class AnswerList(QWidget):
    """Rows from the likeliest on, the first one large; with a veil a question mark and `hint` instead.

    What is veiled is not kept: nothing of it can be read, by an eye or by a program that reads windows.
    """

    def __init__(self, theme: Callable[[], Theme], most: int) -> None:
        super().__init__()
        self._theme, self._most = theme, most
        self._rows: list[Row] = []
        self._hint = ""
        self._is_veiled = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> Sequence[Row]:
        """What can be read."""
        return self._rows

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room for all rows, also where there are none yet: nothing moves while one draws."""
        return QSize(120, round(FIRST_PX + (self._most - 1) * ROW_PX + 4))

    def show_rows(self, rows: Sequence[Row], hint: str = "") -> None:
        """An answer; without rows `hint` says why there is none."""
        self._put(list(rows), hint, is_veiled=False)

    def show_veil(self, hint: str) -> None:
        """A question mark."""
        self._put([], hint, is_veiled=True)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802
        """All rows, or the veil."""
        look, painter = look_of(self._theme()), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._rows:
            self._draw_hint(painter, look)
            return
        top = 0.0
        for at, row in enumerate(self._rows):
            high = FIRST_PX if at == 0 else ROW_PX
            self._draw_row(painter, look, row, QRectF(MARGIN_PX, top, self.width() - 2 * MARGIN_PX, high), at == 0)
            top += high

    def _put(self, rows: list[Row], hint: str, *, is_veiled: bool) -> None:
        if (rows, hint, is_veiled) != (self._rows, self._hint, self._is_veiled):
            self._rows, self._hint, self._is_veiled = rows, hint, is_veiled
            self.setAccessibleName(", ".join(f"{row.name} {row.words}" for row in rows[:1]) or hint)
            self.update()

    def _draw_row(self, painter: QPainter, look: Look, row: Row, box: QRectF, is_first: bool) -> None:
        font = QFont(self.font())
        font.setPixelSize(FIRST_SIZE_PX if is_first else SIZE_PX)
        font.setWeight(QFont.Weight.DemiBold if is_first else QFont.Weight.Normal)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        words_px = metrics.horizontalAdvance(row.words)
        line = QRectF(box.left(), box.top(), box.width(), box.height() - BAR_PX - 4)
        painter.setPen(colour(look.text if is_first else look.dim))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, row.words)
        name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, box.width() - words_px - 8)
        painter.setPen(colour(look.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, name)
        track = QRectF(box.left(), line.bottom() + 1, box.width(), BAR_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(look.raised))
        painter.drawRoundedRect(track, BAR_PX / 2, BAR_PX / 2)
        painter.setBrush(colour(look.accent if is_first else look.faint))
        track.setWidth(max(box.width() * row.part, BAR_PX if row.part > 0 else 0.0))
        painter.drawRoundedRect(track, BAR_PX / 2, BAR_PX / 2)

    def _draw_hint(self, painter: QPainter, look: Look) -> None:
        box = QRectF(self.rect()).adjusted(MARGIN_PX, 0, -MARGIN_PX, 0)
        font = QFont(self.font())
        if self._is_veiled:
            font.setPixelSize(44)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(colour(look.accent))
            painter.drawText(box.adjusted(0, 4, 0, 0), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, "?")
            box.adjust(0, 66, 0, 0)
        font.setPixelSize(SIZE_PX)
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(colour(look.dim))
        wrapped = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(box, wrapped, self._hint)
