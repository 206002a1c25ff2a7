"""Wakes a thread that waits for files."""

from __future__ import annotations

import contextlib
import socket
import threading


class Bell:
    """Something to wait for among files, which any thread can ring.

    Attributes
    ----------
    fd : the file that can be read when it was rung.
    """

    def __init__(self) -> None:
        self._heard, self._rung = socket.socketpair()
        self._rung.setblocking(False)
        self._lock = threading.Lock()
        self.fd = self._heard.fileno()

    def ring(self) -> None:
        """Wake who waits; nothing happens where it was rung often already, or is closed."""
        with self._lock, contextlib.suppress(OSError):
            self._rung.send(b"!")

    def close(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self._heard.close()
            self._rung.close()
