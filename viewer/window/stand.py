"""What stands in the middle of the window: one scene or two side by side, and under them the caption of a talk."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

CAPTION_PART = 0.036
SMALLEST_CAPTION_PX = 18
HEAD_PX = 38


class Stand(QWidget):
    """A row of panes, each with a head that is shown where there are two, over a caption."""

    def __init__(self, scene: QWidget) -> None:
        super().__init__()
        self.setObjectName("stand")
        self._row = QHBoxLayout()
        self._row.setSpacing(1)
        self._title = QLabel()
        self._title.setObjectName("paneTitle")
        self._title.setFixedHeight(HEAD_PX)
        self._title.hide()
        self._row.addWidget(_pane(self._title, scene), 1)
        self._beside: QWidget | None = None
        self.caption = QLabel()
        self.caption.setObjectName("talkCaption")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.caption.setWordWrap(True)
        self.caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.caption.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row, 1)
        column.addWidget(self.caption)

    def put_beside(self, head: QWidget, scene: QWidget, title: str) -> None:
        """A second scene on the right, under its head; `title` is that of the first."""
        self.take_away()
        head.setFixedHeight(HEAD_PX)
        self._beside = _pane(head, scene)
        self._row.addWidget(self._beside, 1)
        self._title.setText(title)
        self._title.show()

    def take_away(self) -> None:
        """Only the first scene."""
        self._title.hide()
        if self._beside is not None:
            self._row.removeWidget(self._beside)
            self._beside.deleteLater()
            self._beside = None

    def show_caption(self, words: str | None) -> None:
        """Words in large type, with room for two lines whatever they are, so that the picture keeps its size."""
        self.caption.setVisible(words is not None)
        self.caption.setText(words or "")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """The type is as large as the window is."""
        super().resizeEvent(event)
        size_px = max(round(self.height() * CAPTION_PART), SMALLEST_CAPTION_PX)
        self.caption.setStyleSheet(f"font-size: {size_px}px;")
        self.caption.setFixedHeight(round(size_px * 3.4))


def _pane(head: QWidget, scene: QWidget) -> QWidget:
    pane = QWidget()
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(head)
    column.addWidget(scene, 1)
    return pane
