"""The image that is in the net: what it is, what the network says of it, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viewer.inspect.attack import class_name
from viewer.window.docks.action import action_button
from viewer.window.docks.inspector.rows import Line
from viewer.window.docks.pad.canvas import image_of
from viewer.window.docks.pad.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewer.inspect.samples import ScoreKind
    from viewer.window.dataset.loading import Loading

SIDE_PX = 84
HINT = "Double click a picture above, or click one in the scene “embedding”: it goes into the net."


class LoadedPane(QWidget):
    """Shows what `loading` has brought into the net."""

    def __init__(self, loading: Loading, kind: ScoreKind, names: Sequence[str]) -> None:
        super().__init__()
        self._loading, self._kind, self._names = loading, kind, names
        self.picture, self.hint = QLabel(), Line("quiet")
        self.name, self.truth, self.said = Line("inspectAnswer"), Line("quiet"), Line()
        self.back = action_button("Back", "what was shown before (Esc)")
        words, row = QVBoxLayout(), QHBoxLayout()
        for part in (self.name, self.truth, self.said, self.back):
            words.addWidget(part)
        words.addStretch(1)
        row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.hint)
        self.back.clicked.connect(loading.go_back)
        loading.changed.connect(self.refresh)
        self._shown: object = None
        self.refresh()

    def _answer(self) -> str:
        """What the network says of the image, and whether that is wrong."""
        known, scores = self._loading.known, self._loading.answer
        rows = [] if scores is None else rows_of(scores, self._kind, self._names, 1)
        if not rows or known is None:
            return ""
        is_class = known.true_class is not None and self._kind != "values"
        is_wrong = is_class and rows[0].name != class_name(self._names, known.true_class)
        return f"the network says {rows[0].name}, {rows[0].words}{': wrong' if is_wrong else ''}"

    def refresh(self) -> None:
        """Everything shows what is."""
        known = self._loading.known
        self.hint.say(HINT if known is None else "")
        self.picture.setVisible(known is not None)
        self.back.setVisible(self._loading.can_go_back)
        self.name.say("" if known is None else known.name)
        is_told = known is not None and known.true_class is not None
        self.truth.say(f"true class: {class_name(self._names, known.true_class)}" if known and is_told else "")
        self.said.say(self._answer())
        if known is not None and self._shown is not self._loading.picture:
            self._shown = self._loading.picture
            image = image_of(self._loading.picture)
            is_small = max(image.width(), image.height()) < SIDE_PX
            mode = Qt.TransformationMode.FastTransformation if is_small else Qt.TransformationMode.SmoothTransformation
            keep = Qt.AspectRatioMode.KeepAspectRatio
            self.picture.setPixmap(QPixmap.fromImage(image.scaled(SIDE_PX, SIDE_PX, keep, mode)))
            self.picture.setAccessibleName(known.name)
