"""The room of a talk: the whole screen, the caption in large type, and the dark screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from viewer.window.parts import Parts
    from viewer.window.stand import Stand


class Podium(QObject):
    """Shows the window as a talk needs it, and as it was afterwards."""

    def __init__(self, window: Parts, stand: Stand, show_bars: Callable[[bool], None]) -> None:
        super().__init__()
        self._window, self._stand, self._show_bars = window, stand, show_bars
        self._talk = talk = window.talk
        self._was_full = self._had_bars = False
        self.dark = QWidget(window)
        self.dark.setObjectName("dark")
        self.dark.hide()
        talk.presenting.connect(self._on_presenting)
        talk.moved.connect(self._show_caption)
        talk.changed.connect(self._show_caption)
        talk.blanked.connect(self._blank)

    def _on_presenting(self, is_on: bool) -> None:
        window = self._window
        if is_on:
            self._was_full, self._had_bars = window.isFullScreen(), window.top.isVisible()
            window.help.hide()
            self._show_bars(False)
            window.showFullScreen()
        else:
            if not self._was_full:
                window.showNormal()
            self._show_bars(self._had_bars)
        self._show_caption()

    def _show_caption(self) -> None:
        """Room for captions where any cue has one: the picture is as large for all of them."""
        talk = self._talk
        has_captions = any(cue.caption for cue in talk.cues)
        words = talk.cue.caption if talk.cue is not None else ""
        self._stand.show_caption(words if talk.is_on and has_captions else None)

    def _blank(self, is_blank: bool) -> None:
        self.dark.setGeometry(self._window.rect())
        self.dark.setVisible(is_blank)
        self.dark.raise_()
