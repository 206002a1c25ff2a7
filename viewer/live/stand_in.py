"""A worker takes seconds to start: meanwhile numpy answers in its place, where that is quick."""

from __future__ import annotations

from exporter.bundle import Bundle
from exporter.bundle.errors import KerascopeError
from viewer.forward.node import Array
from viewer.live.by_numpy import NumpyResponder
from viewer.live.reply import Reply
from viewer.live.responder import Responder, Status
from viewer.live.shared import plan_of

MOST_PARAMETERS = 5_000_000
MOST_BYTES = 32 * 2**20
"""Networks with more of one or the other would keep the processors from what is being waited for."""
_READY = ("ready", "working")


def stand_in_for(bundle: Bundle, checkpoint_id: str) -> Responder | None:
    """Numpy in the place of a worker; `None` where it does not cover the network, or would take long."""
    try:
        is_small = plan_of(bundle, checkpoint_id).size_bytes <= MOST_BYTES
        if bundle.manifest.model.parameters > MOST_PARAMETERS or not is_small:
            return None
        return NumpyResponder(bundle, checkpoint_id)
    except KerascopeError:
        return None


class Relay:
    """Answers of a worker, and those of a stand-in while the worker starts or starts again (see `Responder`).

    Whoever answers, tickets are in the order of the questions, and no answer is handed out after a newer one. What was
    asked last is asked of the worker too, and answered again when that is ready.
    """

    def __init__(self, worker: Responder, stand_in: Responder | None) -> None:
        self._worker, self._stand_in = worker, stand_in
        self._tickets: dict[tuple[str, int], int] = {}
        self._count = 0

    @property
    def status(self) -> Status:
        """How the worker is; where somebody answers in its place, that is said."""
        status = self._worker.status
        if status.kind in ("starting", "restarting") and self._is_stood_in_for:
            return Status(status.kind, f"{status.words}; numpy answers meanwhile")
        return status

    @property
    def can_attack(self) -> bool:
        """Whether `attack` can be asked: of the worker alone."""
        return self._worker.can_attack

    def ask(self, fed: Array) -> int:
        """The ticket of a question (see `Responder.ask`)."""
        self._note("worker", self._worker.ask(fed))
        if self._stand_in is not None and self._worker.status.kind not in _READY and self._is_stood_in_for:
            self._tickets["stand-in", self._stand_in.ask(fed)] = self._count
        return self._count

    def attack(self, fed: Array, method: str) -> int:
        """The ticket of a question about `fed` attacked (see `Responder.attack`)."""
        self._note("worker", self._worker.attack(fed, method))
        return self._count

    def poll(self) -> Reply | None:
        """The newest answer that has not been handed out, `None` where there is none."""
        found = self._found("worker", self._worker.poll())
        if found is None and self._stand_in is not None:
            found = self._found("stand-in", self._stand_in.poll())
        return found

    def close(self) -> None:
        """End both."""
        self._worker.close()
        if self._stand_in is not None:
            self._stand_in.close()

    @property
    def _is_stood_in_for(self) -> bool:
        return self._stand_in is not None and self._stand_in.status.kind != "failed"

    def _note(self, who: str, ticket: int) -> None:
        self._count += 1
        self._tickets[who, ticket] = self._count

    def _found(self, who: str, reply: Reply | None) -> Reply | None:
        """A reply under the ticket that was given for its question, unless a newer one was handed out."""
        ticket = None if reply is None else self._tickets.get((who, reply.ticket))
        if reply is None or ticket is None:
            return None
        self._tickets = {key: each for key, each in self._tickets.items() if each >= ticket}
        return Reply(ticket, reply.outputs, reply.scores, reply.took_ms, reply.problem, reply.fed)
