"""Lines of JSON from and to the process that started this one."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import threading
from collections.abc import Iterator
from typing import Any

_LOOK_SECS = 1.0
_CHUNK_BYTES = 2**16


class Pipe:
    """What comes in on stdin and goes out on stdout, which from now on is for nothing else.

    What others print goes to stderr. When stdin is closed or the parent is gone the whole process ends at once: nothing
    is left to be tidied up.
    """

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)
        self._parent = os.getppid()
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="pipe", daemon=True).start()

    def said(self) -> Iterator[dict[str, Any]]:
        """Each message when it comes; without end."""
        while True:
            yield json.loads(self._lines.get())

    def said_by_now(self) -> Iterator[dict[str, Any]]:
        """The messages that have come; none is waited for."""
        with contextlib.suppress(queue.Empty):
            while True:
                yield json.loads(self._lines.get_nowait())

    def say(self, **message: object) -> None:
        """Send a message."""
        waiting = memoryview(json.dumps(message).encode() + b"\n")
        while waiting:
            waiting = waiting[os.write(self._out, waiting) :]

    def _listen(self) -> None:
        begun = b""
        while os.getppid() == self._parent:
            if not select.select([0], [], [], _LOOK_SECS)[0]:
                continue
            more = os.read(0, _CHUNK_BYTES)
            if not more:
                break
            *lines, begun = (begun + more).split(b"\n")
            for line in lines:
                self._lines.put(line)
        os._exit(0)
