"""Where scenes are built: a thread of its own, so that the window answers while a large net is laid out."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from exporter.bundle import KerascopeError

if TYPE_CHECKING:
    from viewer.window.playable import Catalogue, Wish


class Workshop(QObject):
    """Builds one wish at a time. `made` brings the wish and its `Playable`, or a line that says why there is none."""

    made = Signal(object, object)

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._thread = ThreadPoolExecutor(1, "scenes")
        self._latest: Future[None] | None = None

    def ask(self, wish: Wish) -> None:
        """Build a wish; an earlier one that has not been begun is dropped."""
        if self._latest is not None:
            self._latest.cancel()
        self._latest = self._thread.submit(self._make, wish)

    def close(self) -> None:
        """Take no more wishes, and wait for the one in work."""
        self._thread.shutdown(cancel_futures=True)

    def _make(self, wish: Wish) -> None:
        try:
            self.made.emit(wish, self._catalogue.build(wish))
        except KerascopeError as error:
            self.made.emit(wish, str(error))
        except Exception as error:  # noqa: BLE001 - a scene with a mistake in it must not end the window
            self.made.emit(wish, f"unexpected {type(error).__name__} in {wish.scene}: {' '.join(str(error).split())}")
