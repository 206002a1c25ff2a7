"""Questions that take a while: which pixels, what does it look for. A process of their own holds the model."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from typing import Any

from exporter.bundle import Bundle
from viewer.live.asked import Ask, Progress
from viewer.live.bell import Bell
from viewer.live.book import Book
from viewer.live.child import Child, environment
from viewer.live.interview import Ended, Interview, Patience
from viewer.live.responder import Status

COMMAND = (sys.executable, "-P", "-m", "exporter.jobs")
"""Without the current folder: a user's module of the same name may lie in it."""
NOT_YET = "the model is opened with the first question"
_CLOSING_SECS = 2.0


class Asker:
    """Asks a model for explanations and images, in the background: nothing here waits. For use by one thread.

    The worker is started with the first question. It may die, hang or run out of memory: it is started again when it is
    wanted, and what it was at goes on from the last picture; `status` says so. Several questions may be under way.

    Parameters
    ----------
    bundle : that the model was exported to.
    model : a file, a folder or a name, as `kerascope export` takes it.
    checkpoint_id : whose weights the model is to have; `None`: the last one.
    imports, unsafe : as `kerascope export` takes them.
    command : what is started.
    """

    def __init__(
        self,
        bundle: Bundle,
        model: str,
        checkpoint_id: str | None = None,
        *,
        imports: Sequence[str] = (),
        unsafe: bool = False,
        command: Sequence[str] = COMMAND,
        patience: Patience | None = None,
    ) -> None:
        checkpoint = bundle.final_checkpoint if checkpoint_id is None else bundle.checkpoint(checkpoint_id)
        self.checkpoint_id = checkpoint.id
        self._begin: dict[str, Any] = {
            "bundle": str(bundle.path.resolve()),
            "checkpoint": checkpoint.id,
            "model": model,
            "imports": list(imports),
            "unsafe": unsafe,
        }
        self._command, self._patience = command, patience or Patience()
        self._bell, self._stirred, self._end = Bell(), threading.Event(), threading.Event()
        self._book = Book(self._wake)
        self._status = Status("starting", NOT_YET)
        self._thread: threading.Thread | None = None

    @property
    def status(self) -> Status:
        """How the worker is at this moment."""
        return self._status

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._end.is_set()

    def ask(self, ask: Ask) -> int:
        """The ticket of a question."""
        if self._thread is None and not self._end.is_set():
            self._status = Status("starting", "the model is being opened")
            self._thread = threading.Thread(target=self._look_after, name="asker", daemon=True)
            self._thread.start()
        return self._book.ask(ask)

    def pause(self, ticket: int) -> None:
        """Let it rest. Nothing happens where it is not under way."""
        self._book.pause(ticket)

    def resume(self, ticket: int) -> None:
        """Go on with it from where it was. Nothing happens where it does not rest."""
        self._book.resume(ticket)

    def cancel(self, ticket: int) -> None:
        """End it, at once, whatever the worker is doing; what has come of it stays."""
        self._book.cancel(ticket)

    def keep(self, ticket: int) -> None:
        """Write what has come of it into the bundle on disk, as a run. Nothing happens where there is nothing."""
        self._book.keep(ticket)

    def forget(self, ticket: int) -> None:
        """Nobody wants anything of it any more."""
        self._book.forget(ticket)

    def poll(self) -> tuple[Progress, ...]:
        """The newest of every question of which there is something new since the last time; quick where there is
        nothing.
        """
        return self._book.poll()

    def close(self) -> None:
        """End the worker, at once; it can be closed twice. A bundle that it writes to then stays as it was."""
        self._end.set()
        self._wake()
        if self._thread is not None:
            self._thread.join(_CLOSING_SECS)
        if self._thread is None or not self._thread.is_alive():
            self._bell.close()

    def _wake(self) -> None:
        self._stirred.set()
        self._bell.ring()

    def _tell(self, status: Status) -> None:
        self._status = status

    def _look_after(self) -> None:
        """One worker after the other, each when it is wanted."""
        try:
            self._one_after_the_other()
        except Exception as error:
            line = f"unexpected {type(error).__name__}: nobody looks after the worker any more; open the bundle again"
            self._book.lose(line, is_final=True)
            self._status = Status("failed", line)
            raise

    def _one_after_the_other(self) -> None:
        failures = 0
        while self._is_wanted():
            end = self._life()
            if self._end.is_set():
                break
            self._book.lose(end.words, is_final=end.is_final, is_meant=end.is_meant)
            if end.is_meant or end.is_final:
                failures = 0
                self._status = Status("failed", end.words) if end.is_final else Status("starting", NOT_YET)
                continue
            pauses = self._patience.pauses_secs
            failures = 1 if end.was_ready else min(failures + 1, len(pauses))
            when = "again" if self._book.is_wanted else "with the next question"
            self._status = Status("restarting", f"{end.words}; it is started {when}")
            if self._end.wait(pauses[failures - 1]):
                break

    def _is_wanted(self) -> bool:
        """Whether there is something to do, after waiting for that; not where it is closed."""
        while not (self._end.is_set() or self._book.is_wanted):
            self._stirred.wait()
            self._stirred.clear()
        return not self._end.is_set()

    def _life(self) -> Ended:
        """How a worker's life ended, from its start."""
        try:
            child = Child(self._command, None, self._bell.fd, environment())
        except OSError as error:
            return Ended(f"the worker cannot be started: {error}", is_final=True)
        try:
            end = Interview(child, self._book, self._patience, self._tell).until_the_end(self._begin, self._end.is_set)
        finally:
            how = child.end()
        return end if end.words else Ended(f"the worker is gone: {how}", was_ready=end.was_ready)
