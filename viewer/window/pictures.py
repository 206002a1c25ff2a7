"""Small pictures: inputs as icons, and the symbols on buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap, QPolygonF

from exporter.bundle import BundleError

if TYPE_CHECKING:
    from exporter.bundle import Bundle

ICON_PX = 40


def input_icon(bundle: Bundle, input_id: str) -> QIcon:
    """The picture of an input as an icon; an empty one where it is no picture or cannot be read."""
    try:
        pixels = bundle.image(input_id)
    except BundleError:
        return QIcon()
    if pixels is None:
        return QIcon()
    pixels = np.ascontiguousarray(pixels if pixels.shape[2] == 3 else np.repeat(pixels[..., :1], 3, axis=2))
    height, width, _ = pixels.shape
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    # Cells of a small picture stay cells; a large one is averaged.
    mode = Qt.TransformationMode.FastTransformation if width < ICON_PX else Qt.TransformationMode.SmoothTransformation
    return QIcon(QPixmap.fromImage(image.scaled(ICON_PX, ICON_PX, Qt.AspectRatioMode.KeepAspectRatio, mode)))


def play_icon(colour: QColor, is_playing: bool) -> QIcon:
    """A triangle, or two bars while it plays."""
    pixmap = QPixmap(64, 64)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if is_playing:
        for left in (19.0, 36.0):
            painter.drawRoundedRect(QRectF(left, 16.0, 9.0, 32.0), 2.0, 2.0)
    else:
        painter.drawPolygon(QPolygonF([QPointF(22, 14), QPointF(50, 32), QPointF(22, 50)]))
    painter.end()
    return QIcon(pixmap)
