"""Work that takes longer than the hand should wait: done in a thread of its own, the newest only."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from exporter.bundle import KerascopeError

if TYPE_CHECKING:
    from collections.abc import Callable


class Errand(QObject):
    """Does one thing at a time. `done` brings what was asked and what came of it, `failed` a line why nothing did.

    An earlier question that has not been begun is dropped; one in work is finished, but its answer is not brought.
    """

    done = Signal(object, object)
    failed = Signal(object, str)

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._name = name
        self._thread: ThreadPoolExecutor | None = None
        self._latest: Future[None] | None = None
        self._number = 0
        parent.destroyed.connect(self.stop)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is waited for."""
        return self._latest is None or self._latest.done()

    def ask(self, question: object, work: Callable[[], object]) -> None:
        """Do `work` for a question."""
        self.drop()
        self._thread = self._thread or ThreadPoolExecutor(1, self._name)
        self._latest = self._thread.submit(self._do, self._number, question, work)

    def drop(self) -> None:
        """Nobody waits for an answer any more."""
        self._number += 1
        if self._latest is not None:
            self._latest.cancel()

    def stop(self) -> None:
        """Take no more questions."""
        self.drop()
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)

    def _do(self, number: int, question: object, work: Callable[[], object]) -> None:
        try:
            result = work()
        except KerascopeError as error:
            self._tell(number, question, str(error))
        except Exception as error:  # noqa: BLE001 - a mistake in one answer must not end the window
            self._tell(number, question, f"unexpected {type(error).__name__}: {' '.join(str(error).split())}")
        else:
            if number == self._number:
                self.done.emit(question, result)

    def _tell(self, number: int, question: object, line: str) -> None:
        if number == self._number:
            self.failed.emit(question, line)
