"""A worker that explains and makes images spoken to, from its start to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from viewer.live.book import Book
from viewer.live.child import Child
from viewer.live.responder import Status

READY = "the model answers"


@dataclass(frozen=True)
class Patience:
    """How long a worker may take to open the model, to say anything while it is at work, and to stop what was
    cancelled; and how long is waited before each of the times that it is started again in a row.
    """

    start_secs: float = 300.0
    step_secs: float = 300.0
    grace_secs: float = 2.0
    pauses_secs: tuple[float, ...] = (0.2, 1.0, 4.0)


@dataclass(frozen=True)
class Ended:
    """How a worker's life ended: why (empty: it was just gone), whether another one would fare no better, whether it
    was ended for something that was cancelled, and whether it was of any use.
    """

    words: str
    is_final: bool = False
    is_meant: bool = False
    was_ready: bool = False


class Interview:
    """One worker's life. `tell` is told how it is."""

    def __init__(self, child: Child, book: Book, patience: Patience, tell: Callable[[Status], None]) -> None:
        self._child, self._book, self._patience, self._tell = child, book, patience, tell
        self._is_ready = False
        self._words = READY
        self._until_secs = 0.0
        self._grace_until_secs: float | None = None

    def until_the_end(self, begin: Mapping[str, Any], is_closed: Callable[[], bool]) -> Ended:
        """Speak to it until it ends, says that it must, has taken too long, or nothing more is wanted."""
        self._child.say(**begin)
        self._allow(self._patience.start_secs)
        while not is_closed():
            try:
                for message in self._child.heard(self._left_secs):
                    if (end := self._heard(message)) is not None:
                        return end
            except EOFError:
                return Ended("", was_ready=self._is_ready)
            if (end := self._too_long()) is not None:
                return end
            if self._is_ready:
                self._speak()
        return Ended("")

    @property
    def _left_secs(self) -> float | None:
        """How long it may still take; `None`: there is nothing to wait for."""
        ends = [] if self._grace_until_secs is None else [self._grace_until_secs]
        if not self._is_ready or self._book.is_waited_for:
            ends.append(self._until_secs)
        return max(min(ends) - time.monotonic(), 0.0) if ends else None

    def _allow(self, secs: float) -> None:
        self._until_secs = time.monotonic() + secs

    def _too_long(self) -> Ended | None:
        if self._grace_until_secs is not None and not self._book.has_unwanted:
            self._grace_until_secs = None
        if self._left_secs != 0.0:
            return None
        if not self._is_ready:
            return Ended(f"the worker has not opened the model within {self._patience.start_secs:g} s")
        if self._grace_until_secs is not None:
            return Ended("what was cancelled did not stop", is_meant=True, was_ready=True)
        return Ended(f"the worker has said nothing for {self._patience.step_secs:g} s", was_ready=True)

    def _speak(self) -> None:
        orders = self._book.orders()
        for order in orders:
            self._child.say(**order)
        if orders:
            self._allow(self._patience.step_secs)
        if self._grace_until_secs is None and self._book.has_unwanted:
            self._grace_until_secs = time.monotonic() + self._patience.grace_secs
        self._tell(Status("working" if self._book.is_waited_for else "ready", self._words))

    def _heard(self, message: dict[str, Any]) -> Ended | None:
        self._allow(self._patience.step_secs)
        if "ready" in message:
            self._is_ready, self._words = True, str(message["ready"]) or READY
        elif "cannot" in message:
            return Ended(str(message["cannot"]), is_final=True)
        elif "memory" in message:
            return Ended(f"the worker has too little memory ({message['memory']})", was_ready=self._is_ready)
        else:
            self._book.hear(message)
        return None
