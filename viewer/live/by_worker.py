"""Answers of the model itself: a child process holds it, and TensorFlow, and is looked after by a thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from viewer.forward.node import Array
from viewer.live.bell import Bell
from viewer.live.child import Child, environment
from viewer.live.desk import Desk
from viewer.live.reply import Reply
from viewer.live.responder import Status
from viewer.live.shared import Shared, plan_of
from viewer.live.talk import End, Patience, Talk

COMMAND = (sys.executable, "-P", "-m", "exporter.live")
"""Without the current folder: a user's module of the same name may lie in it."""
_REMEDY = "close other programs or take a smaller model, then open it again"
_CLOSING_SECS = 2.0


class WorkerResponder:
    """Answers by the model itself (see `Responder`).

    The worker may die, hang or run out of memory: it is started again, a few times in a row, and asked the last
    question again; `status` says so.

    Parameters
    ----------
    bundle : whose layers it answers for.
    model : a file, a folder or a name, as `kerascope export` takes it.
    checkpoint_id : whose weights the model is to have; `None`: the last one.
    imports, unsafe : as `kerascope export` takes them.
    command : what is started.

    Raises
    ------
    KerascopeError
        the network takes no picture, or there is too little memory to share.
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
        plan = plan_of(bundle, checkpoint.id)
        self._begin = {
            "bundle": str(bundle.path.resolve()),
            "checkpoint": checkpoint.id,
            "model": model,
            "imports": list(imports),
            "unsafe": unsafe,
            **plan.told(),
        }
        self._input = bundle.manifest.model.inputs[0]
        self._command, self._patience = command, patience or Patience()
        self._shared, self._bell = Shared(plan), Bell()
        self._desk = Desk(plan.fed.shape, Status("starting", "the model is being opened"), self._bell.ring)
        self._attacks: tuple[str, ...] = ()
        self._thread = threading.Thread(target=self._look_after, name="worker-responder", daemon=True)
        self._thread.start()

    @property
    def status(self) -> Status:
        """How it is at this moment."""
        return self._desk.status

    @property
    def can_attack(self) -> bool:
        """Whether `attack` can be asked: known when the model is open."""
        return bool(self._attacks)

    @property
    def attacks(self) -> tuple[str, ...]:
        """The names of the attacks that can be asked."""
        return self._attacks

    def ask(self, fed: Array) -> int:
        """The ticket of a question (see `Responder.ask`)."""
        return self._desk.ask(fed)

    def attack(self, fed: Array, method: str) -> int:
        """The ticket of a question about `fed` attacked (see `Responder.attack`)."""
        if method not in self._attacks:
            expected = f"one of {', '.join(self._attacks)}" if self._attacks else "a model that can be attacked"
            raise KerascopeError("this attack cannot be made live", expected=expected, got=repr(method))
        return self._desk.ask(fed, method)

    def poll(self) -> Reply | None:
        """The newest answer that has not been handed out, `None` where there is none."""
        return self._desk.poll()

    def close(self) -> None:
        """End the worker, at once."""
        self._desk.close()
        self._thread.join(_CLOSING_SECS)
        if not self._thread.is_alive():
            self._bell.close()

    def _look_after(self) -> None:
        """One worker after the other; whatever happens, the status never tells of one that is not there."""
        try:
            self._one_after_the_other()
        finally:
            self._shared.close()
            if not self._desk.is_closed and self.status.kind != "failed":
                self._desk.status = Status("failed", "nobody looks after the worker any more; open the model again")

    def _one_after_the_other(self) -> None:
        """Until nothing more is wanted, or none is of use."""
        failures = 0
        while True:
            end = self._life()
            if self._desk.is_closed:
                break
            self._desk.put_back()
            failures = 1 if end.has_answered else failures + 1
            if end.is_final or failures > len(self._patience.pauses_secs):
                words = end.words if end.is_final else f"{end.words}, {failures} times in a row; {_REMEDY}"
                self._desk.status = Status("failed", words)
                break
            self._desk.status = Status("restarting", f"{end.words}; it is started again")
            if self._desk.closed_within(self._patience.pauses_secs[failures - 1]):
                break

    def _life(self) -> End:
        """How a worker's life ended, from its start."""
        try:
            child = Child(self._command, self._shared.fd, self._bell.fd, environment())
        except OSError as error:
            return End(f"the worker cannot be started: {error}", is_final=True)
        talk = Talk(child, self._shared, self._desk, self._patience, self._input)
        try:
            end = talk.until_the_end(self._begin, self._can_be_asked)
        finally:
            how = child.end()
        if end.words:
            return end
        return End(f"the worker is gone: {how}", has_answered=end.has_answered)

    def _can_be_asked(self, attacks: Sequence[str]) -> None:
        self._attacks = tuple(attacks)
