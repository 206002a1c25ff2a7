"""Thumbnails of inputs: read in a thread of their own when they come into sight, of which so many are kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from exporter.bundle import BundleError
from viewer.window.errand import Errand

if TYPE_CHECKING:
    from exporter.bundle import Bundle

SIDE_PX = 88
"""Twice what a row shows, for screens of two pixels a point."""
MOST_KEPT = 600
MOST_WAITING = 64
MOST_POINTS = 120
LINE = "#6FA8DC"


class Thumbnails(QObject):
    """`arrived` tells the id of an input whose picture is there now."""

    arrived = Signal(str)

    def __init__(self, bundle: Bundle, parent: QObject) -> None:
        super().__init__(parent)
        self._bundle = bundle
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._errand = Errand("thumbnails", self)
        self._errand.done.connect(self._on_done)
        self._errand.failed.connect(lambda id_, _line: self._on_done(id_, QImage()))
        self._in_work: str | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, input_id: str) -> QPixmap | None:
        """The picture of an input, empty where it has none; `None` where it has to be read: that is begun."""
        if input_id in self._kept:
            self._kept.move_to_end(input_id)
            return self._kept[input_id]
        if input_id != self._in_work:
            self._waiting[input_id] = None
            self._waiting.move_to_end(input_id)
            while len(self._waiting) > MOST_WAITING:  # what was scrolled by is not waited for
                self._waiting.popitem(last=False)
            self._go_on()
        return None

    def _go_on(self) -> None:
        if self._in_work is None and self._waiting:
            id_, _ = self._waiting.popitem()
            self._in_work = id_
            self._errand.ask(id_, lambda: picture_of(self._bundle, id_, SIDE_PX))

    def _on_done(self, id_: str, image: QImage) -> None:
        self._in_work = None
        self._kept[id_] = QPixmap.fromImage(image) if not image.isNull() else QPixmap()
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self._go_on()
        self.arrived.emit(id_)


def picture_of(bundle: Bundle, input_id: str, side_px: int) -> QImage:
    """An input as a picture within a square; of what is no picture a line through its numbers; empty: nothing to see.

    Cells of a small picture stay cells, a large one is averaged.
    """
    try:
        pixels = bundle.image(input_id)
        if pixels is None:
            return _line_through(fed_to(bundle, input_id), side_px)
    except BundleError:
        return QImage()
    pixels = np.ascontiguousarray(pixels if pixels.shape[2] == 3 else np.repeat(pixels[..., :1], 3, axis=2))
    height, width, _ = pixels.shape
    # A copy: the image would go on to read the array's memory after it is gone.
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    mode = Qt.TransformationMode.FastTransformation if width < side_px else Qt.TransformationMode.SmoothTransformation
    return image.scaled(side_px, side_px, Qt.AspectRatioMode.KeepAspectRatio, mode)


def fed_to(bundle: Bundle, input_id: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The numbers that were fed of an input, in a row, of very many evenly spaced ones; empty where none were kept."""
    name = bundle.manifest.model.inputs[0]
    for checkpoint in reversed(bundle.manifest.checkpoints):
        try:
            values = bundle.output(input_id, checkpoint.id, name).ravel()
        except BundleError:
            continue
        numbers = values[:: max(values.size // MOST_POINTS, 1)].astype(np.float64)
        return numbers[np.isfinite(numbers)]
    return np.zeros(0)


def _line_through(numbers: np.ndarray[tuple[int], np.dtype[np.float64]], side_px: int) -> QImage:
    if not numbers.size:
        return QImage()
    image = QImage(side_px, side_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    low, high = float(numbers.min()), float(numbers.max())
    room = side_px - 12.0
    xs = 6.0 + room * np.arange(numbers.size) / max(numbers.size - 1, 1)
    ys = 6.0 + room * (0.5 if low == high else (high - numbers) / (high - low))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(LINE), 4.0 if numbers.size < 40 else 2.0))
    places = zip(xs.tolist(), np.broadcast_to(ys, xs.shape).tolist(), strict=True)
    painter.drawPolyline([QPointF(x, y) for x, y in places])
    if numbers.size == 1:
        painter.drawPoint(QPointF(side_px / 2, side_px / 2))
    painter.end()
    return image
