"""What goes wrong round a window, told in it: a bundle that is gone, replaced or added to, no fonts, NaN."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from exporter.bundle import KerascopeError
from viewer.oddities import oddity
from viewer.typeset import font_problem

if TYPE_CHECKING:
    from exporter.bundle import Bundle
    from viewer.state import CaptureKey
    from viewer.window.parts import Parts
    from viewer.window.playable import Playable

WATCH_MS = 1500
REOPENS = "Ctrl L"


class Mishaps(QObject):
    """Watches a window's bundle. `reopening` asks to open the bundle anew, as it is now.

    What has been read of a bundle stays when it is gone or replaced; the window's title says so for as long as it is.
    """

    reopening = Signal(object)
    _found = Signal(str)

    def __init__(self, window: Parts) -> None:
        super().__init__(window)
        self._window, self._bundle = window, window.desk.bundle
        self._told = ""
        self._thread = ThreadPoolExecutor(1, "oddities")
        self._found.connect(self._warn)
        self._watching = QTimer(self, interval=WATCH_MS)
        self._watching.timeout.connect(self.look)
        self._watching.start()
        window.chooser.built.connect(self._on_built)
        if problem := font_problem():
            self._warn(problem)

    def look(self) -> None:
        """See whether the bundle is still the one that was opened, and say it once where it is not."""
        change = self._bundle.change()
        what, line = "", ""
        if change is not None:
            what, line = "not as it was opened", f"{change.what}: what has been read stays; {REOPENS} opens it anew"
        elif self._bundle.has_more():
            what, line = "added to", f"the bundle was added to; {REOPENS} shows all of it"
        if line != self._told:
            self._told = line
            name = self._bundle.path.name
            self._window.setWindowTitle(f"{name} ({what}) – Kerascope" if what else f"{name} – Kerascope")
            if line:
                self._warn(line)

    def reopen(self) -> None:
        """Open what is in the bundle's place now."""
        self.reopening.emit(self._bundle.path)

    def close(self) -> None:
        """Watch no longer."""
        self._watching.stop()
        self._window.chooser.built.disconnect(self._on_built)
        self._thread.shutdown(cancel_futures=True)

    def _warn(self, line: str) -> None:
        self._window.words.tell(line, alarming=True)

    def _on_built(self, playable: Playable, *_: object) -> None:
        """Look through the numbers of what is shown, beside the drawing."""
        nets = playable.state_at(0.0).nets
        keys = tuple(key for net in nets for key in (net.capture, net.toward) if key is not None)
        self._thread.submit(self._look_through, self._bundle, keys)

    def _look_through(self, bundle: Bundle, keys: tuple[CaptureKey, ...]) -> None:
        try:
            line = oddity(bundle, keys)
        except KerascopeError:
            return  # whoever draws it says so
        if line:
            self._found.emit(line)
