"""How a row of the inputs looks: the picture, what it is called, what the network says of it, and a mark if wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from viewer.window.docks.inputs.model import IS_SHOWN, SAMPLE, STEPS, Index
from viewer.window.docks.inputs.rows import answer_of
from viewer.window.look import Look, colour, look_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QPixmap

    from viewer.inspect.samples import Sample
    from viewer.state import Theme

ROW_PX, PICTURE_PX, GAP_PX = 54, 44, 8
MARK_PX, LINE_PX = 16, 18
MUTED = 0.35


class RowPainter(QStyledItemDelegate):
    """Paints rows. `pictures` gives the picture of an input, or `None` until it is there."""

    def __init__(
        self,
        names: Sequence[str],
        pictures: Callable[[str], QPixmap | None],
        theme: Callable[[], Theme],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._names, self._pictures, self._theme = names, pictures, theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 (Qt's name)
        """All rows are as high as the picture needs."""
        return QSize(120, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One row."""
        look, sample = look_of(self._theme()), index.data(SAMPLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(option.rect)
        self._ground(painter, option, look, int(index.data(IS_SHOWN)))
        picture = QRect(box.left() + 6, box.top() + (ROW_PX - PICTURE_PX) // 2, PICTURE_PX, PICTURE_PX)
        painter.setOpacity(MUTED if sample.reason else 1.0)
        self._picture(painter, picture, sample, look)
        words = box.adjusted(PICTURE_PX + 6 + GAP_PX, 0, -6, 0)
        if sample.is_wrong or sample.is_flipped:
            _cross(painter, QPointF(words.right() - MARK_PX / 2, box.center().y()), colour(look.alarm))
            words.adjust(0, 0, -MARK_PX - 4, 0)
        painter.setOpacity(1.0)
        self._words(painter, words, index, sample, look)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, look: Look, is_shown: int) -> None:
        """Chosen, under the pointer or neither; a bar at the left where it is shown, thin where one of its steps is."""
        state = option.state
        box = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_shown == 2:
            painter.setBrush(colour(look.chosen))
            painter.drawRoundedRect(box, 4, 4)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(colour(look.raised))
            painter.drawRoundedRect(box, 4, 4)
        if is_shown:
            painter.setBrush(colour(look.accent))
            painter.drawRoundedRect(
                QRectF(box.left(), box.top() + 4, 3 if is_shown == 2 else 2, box.height() - 8), 1, 1
            )

    def _picture(self, painter: QPainter, box: QRect, sample: Sample, look: Look) -> None:
        pixmap = self._pictures(sample.input_id)
        if pixmap is None or pixmap.isNull():
            painter.setPen(QPen(colour(look.line), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            return
        size = pixmap.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        inside = QRect(box.center() - QPointF(size.width() / 2, size.height() / 2).toPoint(), size)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(inside, pixmap)

    def _words(self, painter: QPainter, box: QRect, index: Index, sample: Sample, look: Look) -> None:
        """The label above, the answer below; of a closed group how many steps it holds."""
        font = QFont(painter.font())
        font.setPixelSize(13)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        steps = int(index.data(STEPS))
        upper, lower = (
            QRect(box.left(), box.top() + 8, box.width(), 18),
            QRect(box.left(), box.top() + 27, box.width(), 18),
        )
        if steps:
            count = f"+{steps:,}"
            painter.setPen(colour(look.dim))
            painter.drawText(upper, Qt.AlignmentFlag.AlignRight, count)
            upper.adjust(0, 0, -metrics.horizontalAdvance(count) - 6, 0)
        painter.setPen(colour(look.faint if sample.reason else look.text))
        painter.drawText(upper, Qt.AlignmentFlag.AlignLeft, _fitted(metrics, str(index.data()), upper))
        is_alarming = sample.is_wrong or sample.is_flipped
        painter.setPen(colour(look.faint if sample.reason else look.alarm if is_alarming else look.dim))
        painter.drawText(lower, Qt.AlignmentFlag.AlignLeft, _fitted(metrics, answer_of(self._names, sample), lower))


def _fitted(metrics: QFontMetrics, words: str, box: QRect) -> str:
    return metrics.elidedText(words, Qt.TextElideMode.ElideRight, box.width())


def _cross(painter: QPainter, centre: QPointF, code: object) -> None:
    """A small cross: the shape says it too, not the colour alone."""
    painter.setPen(QPen(code, 2.2))  # type: ignore[call-overload]
    for dy in (-4, 4):
        painter.drawLine(centre + QPointF(-4, dy), centre + QPointF(4, -dy))
