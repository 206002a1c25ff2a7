"""What is under the pointer, in a line at the foot of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from exporter.bundle import KerascopeError
from viewer.inspect.reading import read
from viewer.inspect.words import number

if TYPE_CHECKING:
    from viewer.inspect.pick import Hit
    from viewer.inspect.reading import Reading
    from viewer.window.parts import Parts


class Hover(QObject):
    """Tells title, index and value of what the desk says is hovered."""

    def __init__(self, window: Parts) -> None:
        super().__init__()
        self._window = window
        self._hit: Hit | None = None
        window.desk.hovered.connect(self._on_hovered)
        window.navigator.shown.changed.connect(self._show)

    def _on_hovered(self, hit: Hit | None) -> None:
        self._hit = hit
        self._show()

    def _show(self) -> None:
        hit, window = self._hit, self._window
        if hit is None:
            window.words.point("")
            return
        state = window.view.state()
        key = state.nets[hit.net].capture if state is not None and hit.net < len(state.nets) else None
        if key is None:
            return
        try:
            window.words.point(hover_line(read(window.desk.bundle, key, hit)))
        except KerascopeError:
            window.words.point(hit.place.layer)


def hover_line(reading: Reading) -> str:
    """A reading in a few words."""
    parts = [reading.title, reading.index, "" if reading.value is None else number(reading.value)]
    return "   ".join(part for part in parts if part)
