"""A child process that is spoken to in lines of JSON, and never waited for."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_HOME = str(Path(__file__).parents[2])
"""Where the package lies, whether it is installed or not."""
_CHUNK_BYTES = 2**16
_LONGEST_BYTES = 2**20
_MOST_LETTERS = 160
_END_SECS = 1.0


class Child:
    """A process with pipes to its stdin, stdout and stderr. For use by one thread.

    It inherits the open file `fd`, where there is one. The file `bell` is listened to beside it. What it says on stderr
    is read, so that it never waits for us, and the last line is kept. Raises `OSError` where it cannot be started.
    """

    def __init__(self, command: Sequence[str], fd: int | None, bell: int, environment: Mapping[str, str]) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self._process = subprocess.Popen(  # type: ignore[call-overload]
            command, **pipes, pass_fds=() if fd is None else (fd,), bufsize=0, env=environment
        )
        self._in, self._out, self._err = self._streams()
        self._to_say = b""
        self._heard, self._told = b"", b""
        self._last = ""
        self._pipes = selectors.DefaultSelector()
        self._bell = bell
        for stream in (self._out, self._err, bell):
            self._pipes.register(stream, selectors.EVENT_READ)

    def _streams(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for stream in (process.stdin, process.stdout, process.stderr):
            os.set_blocking(stream.fileno(), False)
        return process.stdin, process.stdout, process.stderr

    def say(self, **message: object) -> None:
        """Send a message; what the pipe does not take at once goes when it does."""
        self._to_say += json.dumps(message).encode() + b"\n"
        self._send()

    def heard(self, timeout_secs: float | None) -> Iterator[dict[str, Any]]:
        """The messages that have come, after waiting for one, for the bell, or for the time to pass.

        Raises
        ------
        EOFError
            it has ended, or says something that is no message.
        """
        ready = {key.fileobj for key, _ in self._pipes.select(timeout_secs)}
        if self._bell in ready:
            os.read(self._bell, _CHUNK_BYTES)
        if self._in in ready:
            self._send()
        if self._err in ready:
            self._listen_to_stderr()
        if self._out in ready:
            yield from self._messages()

    def end(self) -> str:
        """How it ended, in words; it is killed where it has not. Its last line on stderr is in it."""
        self._process.kill()
        try:
            status = self._process.wait(_END_SECS)
        except subprocess.TimeoutExpired:  # the system itself holds it; it is gone when that lets go
            status = None
        self._listen_to_stderr()
        self._pipes.close()
        for stream in (self._in, self._out, self._err):
            stream.close()
        return _ended(status) + (f": {self._last[:_MOST_LETTERS]}" if self._last else "")

    def _send(self) -> None:
        try:
            while self._to_say:
                self._to_say = self._to_say[os.write(self._in.fileno(), self._to_say) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:  # it has ended: its stdout tells
            self._to_say = b""
        is_waiting = self._in in self._pipes.get_map()
        if self._to_say and not is_waiting:
            self._pipes.register(self._in, selectors.EVENT_WRITE)
        elif is_waiting and not self._to_say:
            self._pipes.unregister(self._in)

    def _messages(self) -> Iterator[dict[str, Any]]:
        more = os.read(self._out.fileno(), _CHUNK_BYTES)
        *lines, self._heard = (self._heard + more).split(b"\n")
        for line in lines:
            yield _message(line)
        if not more:
            raise EOFError("it ended")
        if len(self._heard) > _LONGEST_BYTES:
            raise EOFError("it says what is no message")

    def _listen_to_stderr(self) -> None:
        try:
            more = os.read(self._err.fileno(), _CHUNK_BYTES)
        except BlockingIOError:
            return
        *lines, self._told = (self._told[-_CHUNK_BYTES:] + more).split(b"\n")
        for line in lines:
            self._last = line.decode(errors="replace").strip() or self._last
        if not more and self._err in self._pipes.get_map():
            self._pipes.unregister(self._err)


def environment() -> dict[str, str]:
    """The environment in which a child finds this package."""
    paths = (_HOME, *filter(None, (os.environ.get("PYTHONPATH"),)))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _message(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise EOFError("it says what is no message") from error
    if not isinstance(message, dict):
        raise EOFError("it says what is no message")
    return message


def _ended(status: int | None) -> str:
    if status == -signal.SIGKILL:
        return "it was killed, by somebody or for want of memory"
    if status is not None and status < 0:
        return f"it was ended by signal {-status}"
    return f"it ended with status {status}"
