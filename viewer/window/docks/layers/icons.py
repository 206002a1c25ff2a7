"""Signs as icons in the colours of the theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from viewer.window.docks.layers.glyphs import SIDE, glyph_of


def paint_glyph(painter: QPainter, name: str, box: QRectF, colour: QColor, width_px: float = 1.2) -> None:
    """Draw a sign into a box, in lines of one colour."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, width_px, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    for line in glyph_of(name):
        points = [QPointF(box.left() + x * box.width() / SIDE, box.top() + y * box.height() / SIDE) for x, y in line]
        painter.drawPolyline(points)
    painter.restore()


@cache
def glyph_icon(name: str, code: str) -> QIcon:
    """A sign as an icon in a colour `#RRGGBB`."""
    icon = QIcon()
    for scale in (1, 2):
        side = round(SIDE) * scale
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_glyph(painter, name, QRectF(0, 0, side, side), QColor(code), 1.2 * scale)
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        icon.addPixmap(pixmap)
    return icon
