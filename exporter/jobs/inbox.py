"""What has been said to this process and not been dealt with yet."""

from __future__ import annotations

from collections import deque
from typing import Any

from exporter.live.pipe import Pipe

Message = dict[str, Any]


class Interrupted(Exception):  # noqa: N818 (nothing went wrong)
    """A job is to stop that is being done: `is_paused`, or for good."""

    def __init__(self, *, is_paused: bool) -> None:
        super().__init__()
        self.is_paused = is_paused


class Inbox:
    """Messages in their order."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe, self._said = pipe, pipe.said()
        self._waiting: deque[Message] = deque()

    def next(self) -> Message:
        """The next message; it is waited for."""
        self._look()
        return self._waiting.popleft() if self._waiting else next(self._said)

    def by_now(self) -> list[Message]:
        """All messages that have come."""
        self._look()
        found = list(self._waiting)
        self._waiting.clear()
        return found

    def check(self, number: int) -> None:
        """Raise `Interrupted` where a job that is being done is to stop. That message is taken out."""
        self._look()
        for message in self._waiting:
            if number in (message.get("cancel"), message.get("pause")):
                self._waiting.remove(message)
                raise Interrupted(is_paused="pause" in message)

    def _look(self) -> None:
        self._waiting.extend(self._pipe.said_by_now())
