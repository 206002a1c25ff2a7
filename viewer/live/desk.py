"""Where questions wait and answers lie, between a window and the thread that sees to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exporter.bundle.errors import KerascopeError
from viewer.forward.node import Array
from viewer.live.reply import Reply
from viewer.live.responder import Status


@dataclass(frozen=True, eq=False)
class Question:
    """What a network is to answer to; with a `method` to what that attack makes of it."""

    ticket: int
    fed: Array
    method: str
    asked_at_secs: float

    @property
    def age_ms(self) -> float:
        """How long ago it was asked."""
        return (time.perf_counter() - self.asked_at_secs) * 1e3


class Desk:
    """The newest question, the one that is being answered, and the newest answer. Safe to use from several threads.

    `shape` is that of what is fed; `wake` is called when there is something new for the thread that answers.
    """

    def __init__(self, shape: tuple[int, ...], status: Status, wake: Callable[[], None]) -> None:
        self._shape, self._wake = shape, wake
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._status = status
        self._tickets = 0
        self._waiting: Question | None = None
        self._taken: Question | None = None
        self._reply: Reply | None = None

    @property
    def status(self) -> Status:
        """How the responder is."""
        with self._lock:
            return self._status

    @status.setter
    def status(self, status: Status) -> None:
        with self._lock:
            self._status = status

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is wanted."""
        return self._end.is_set()

    def closed_within(self, secs: float) -> bool:
        """Whether it is closed, after waiting for that so long at most."""
        return self._end.wait(secs)

    def ask(self, fed: Array, method: str = "") -> int:
        """The ticket of a question, which replaces the one that waits. Raises `KerascopeError`: another shape."""
        if fed.shape != self._shape:
            what = "the network cannot be fed this"
            raise KerascopeError(what, expected=f"the shape {self._shape}", got=f"{fed.shape}")
        own = np.array(fed, np.float32)
        own.flags.writeable = False
        with self._lock:
            self._tickets += 1
            self._waiting = Question(self._tickets, own, method, time.perf_counter())
            ticket = self._tickets
        self._wake()
        return ticket

    def take(self) -> Question | None:
        """The question that waits, which is being answered from now on."""
        with self._lock:
            if self._waiting is not None:
                self._taken, self._waiting = self._waiting, None
                return self._taken
            return None

    def put_back(self) -> None:
        """Nobody answers the question that was taken: it waits again, unless a newer one does."""
        with self._lock:
            self._waiting, self._taken = self._waiting or self._taken, None

    def answer(self, reply: Reply) -> None:
        """The answer to the question that was taken."""
        with self._lock:
            self._taken, self._reply = None, reply

    def poll(self) -> Reply | None:
        """The newest answer that has not been handed out, `None` where there is none."""
        with self._lock:
            reply, self._reply = self._reply, None
            return reply

    def close(self) -> None:
        """Nothing more is wanted."""
        with self._lock:
            self._end.set()
            self._waiting = self._reply = None
        self._wake()
