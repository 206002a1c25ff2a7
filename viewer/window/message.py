"""The line at the foot of the window: what the scene is, and for a while what has happened or gone wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar

NEWS_MS, ALARM_MS = 6000, 20000
PADDING_PX = 10
HINT = "drag turns, wheel zooms, H lists the keys"
STEP_HINT = "→ steps on, ← back, pointing tells more, H lists the keys"


class MessageBar(QStatusBar):
    """Shows the resting line, or news for a while."""

    @property
    def words(self) -> str:
        """What is told now, in full."""
        return self._words

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self._resting = self._words = self._told = ""
        self._hint = HINT
        self.message = QLabel()
        self.message.setObjectName("message")
        self.message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.addWidget(self.message, 1)
        self._pointed = QLabel(HINT)
        self._pointed.setObjectName("pointed")
        self.addPermanentWidget(self._pointed)
        self._over = QTimer(self, singleShot=True)
        self._over.timeout.connect(self._rest)

    def rest(self, words: str) -> None:
        """What is shown when there is no news."""
        self._resting = words
        if not self._over.isActive():
            self._rest()

    def tell(self, words: str, *, alarming: bool = False) -> None:
        """News, in the colour of alarm where something has failed."""
        self._show(words, alarming)
        self._over.start(ALARM_MS if alarming else NEWS_MS)

    def point(self, words: str) -> None:
        """What is under the pointer, on the right; nothing lets the hint return."""
        self._told = words
        self._pointed.setText(words or self._hint)

    def hint(self, words: str = HINT) -> None:
        """What a hand can do, where nothing is under the pointer."""
        self._hint = words
        self.point(self._told)

    def _rest(self) -> None:
        self._show(self._resting, alarming=False)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """What has no room ends in an ellipsis; all of it is the tip."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room_px = self.message.width() - 2 * PADDING_PX
        self.message.setText(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room_px))

    def _show(self, words: str, alarming: bool) -> None:
        self._words = words
        self._fit()
        self.message.setToolTip(words)
        if bool(self.message.property("alarming")) != alarming:
            self.message.setProperty("alarming", alarming)
            self.message.style().unpolish(self.message)
            self.message.style().polish(self.message)
