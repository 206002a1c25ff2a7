"""Who answers to a drawing: the model in a process of its own, or numpy; opened, asked and polled without waiting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from exporter.bundle import KerascopeError
from viewer.live.by_numpy import NumpyResponder
from viewer.live.by_worker import WorkerResponder
from viewer.live.responder import Status
from viewer.live.stand_in import Relay, stand_in_for
from viewer.window.errand import Errand

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from exporter.bundle import Bundle
    from viewer.live.reply import Reply
    from viewer.live.responder import Responder
    from viewer.window.live.sheet import Named

    Make = Callable[[Bundle, str | None, str], Responder]

BUSY_MS, IDLE_MS = 3, 150
MOST_OPEN = 64
BY_MODEL = "TensorFlow in a process of its own"
WITHOUT_MODEL = "attacking needs the model: kerascope view {bundle} --model MODEL"


@dataclass(frozen=True, eq=False)
class Question:
    """A picture (H, W, C) uint8, what is fed for it, when the hand did it (`time.perf_counter`), and how it is to be
    attacked first; empty: not at all. `is_aside` is what nobody has drawn just now; `known` what the picture is.
    """

    picture: NDArray[np.uint8]
    fed: NDArray[np.float32]
    began_secs: float
    method: str = ""
    is_aside: bool = False
    known: Named | None = None


def make_responder(bundle: Bundle, model: str | None, checkpoint_id: str) -> Responder:
    """The model in a process of its own where there is one, and numpy while that starts; else numpy alone.

    Raises
    ------
    KerascopeError
        Neither can be had.
    """
    if model is not None:
        return Relay(WorkerResponder(bundle, model, checkpoint_id), stand_in_for(bundle, checkpoint_id))
    return NumpyResponder(bundle, checkpoint_id)


class Answers(QObject):
    """Asks one responder at a time. `replied` brings a question and its reply, `changed` tells another `status`.

    A model that fails for good is followed by numpy, where that covers the network; `failed` says so in a line.
    """

    replied = Signal(object, object)
    changed = Signal()
    failed = Signal(str)

    def __init__(self, bundle: Bundle, model: str | None, parent: QObject, make: Make = make_responder) -> None:
        super().__init__(parent)
        self._bundle, self._model, self._make = bundle, model, make
        self._checkpoint_id = ""
        self._responder: Responder | None = None
        self._asked: dict[int, Question] = {}
        self._first: Question | None = None
        self._round = 0
        self._told = Status("starting")
        self._errand = Errand("responder", self)
        self._errand.done.connect(lambda _id, responder: self._on_made(responder))
        self._errand.failed.connect(lambda _id, line: self._on_refused(line))
        self._timer = QTimer(self, interval=IDLE_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    @property
    def status(self) -> Status:
        """Who answers and how that is; `failed` with the reason where nobody can."""
        return self._told

    @property
    def checkpoint_id(self) -> str:
        """The checkpoint that answers; empty before `open`."""
        return self._checkpoint_id

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is to come."""
        return bool(self._asked) or self._first is not None

    @property
    def barred_attack(self) -> str:
        """Why what is drawn cannot be attacked; empty where it can."""
        if self._responder is None:
            return self._told.words or "nobody answers yet"
        return "" if self._responder.can_attack else WITHOUT_MODEL.format(bundle=self._bundle.path.name)

    def open(self, checkpoint_id: str) -> None:
        """Let somebody answer for a checkpoint; nothing where that is so already."""
        if checkpoint_id != self._checkpoint_id:
            self._drop()
            self._checkpoint_id = checkpoint_id
            self._tell(Status("starting", "getting ready to answer"))
            self._begin()
            self._timer.start()

    def ask(self, question: Question) -> None:
        """Ask; a question that has not been begun gives way to this one."""
        if self._responder is None:
            self._first = question
            return
        try:
            responder = self._responder
            ticket = responder.attack(question.fed, question.method) if question.method else responder.ask(question.fed)
        except KerascopeError as error:
            self.failed.emit(str(error))
            return
        while len(self._asked) >= MOST_OPEN:
            self._asked.pop(next(iter(self._asked)))
        self._asked[ticket] = question
        self._timer.setInterval(BUSY_MS)

    def close(self) -> None:
        """Ask nobody any more."""
        self._round += 1
        self._timer.stop()
        self._errand.stop()
        self._drop()

    def _begin(self) -> None:
        self._round += 1
        self._errand.ask(self._checkpoint_id, partial(self._made, self._round, self._model))

    def _made(self, round_: int, model: str | None) -> Responder:
        responder = self._make(self._bundle, model, self._checkpoint_id)
        if round_ != self._round:
            responder.close()  # another one was asked for meanwhile: nobody would close this one
        return responder

    def _on_made(self, responder: Responder) -> None:
        self._responder = responder
        self._look()
        if self._first is not None:
            first, self._first = self._first, None
            self.ask(first)

    def _on_refused(self, line: str) -> None:
        """No model answers: numpy may. Where that cannot either, its reason is what there is to say."""
        self._drop(keep_first=True)
        if self._model is None:
            self._timer.stop()
            self._tell(Status("failed", line))
            self.failed.emit(line)
            return
        self._model = None
        self.failed.emit(f"{line}; numpy answers from the bundle, where it can")
        self._tell(Status("restarting", "numpy gets ready in place of the model"))
        self._begin()

    def _look(self) -> None:
        """What has come, and how the responder is."""
        responder = self._responder
        if responder is None:
            return
        reply = responder.poll()
        while reply is not None:
            self._bring(reply)
            reply = responder.poll()
        status = responder.status
        if status.kind == "failed":
            newest = list(self._asked.values())[-1:]
            self._first = newest[0] if newest and not newest[0].method else self._first
            self._on_refused(status.words)
            return
        self._timer.setInterval(BUSY_MS if self._asked else IDLE_MS)
        self._tell(Status(status.kind, f"{BY_MODEL}: {status.words}" if self._model is not None else status.words))

    def _bring(self, reply: Reply) -> None:
        """Those asked before this one were passed over."""
        question = self._asked.get(reply.ticket)
        for ticket in [ticket for ticket in self._asked if ticket <= reply.ticket]:
            del self._asked[ticket]
        if question is not None:
            self.replied.emit(question, reply)

    def _drop(self, *, keep_first: bool = False) -> None:
        self._asked.clear()
        if not keep_first:
            self._first = None
        if self._responder is not None:
            responder, self._responder = self._responder, None
            responder.close()

    def _tell(self, status: Status) -> None:
        # A responder works for milliseconds at a time: that flicker is no news.
        if (status.words, _lasting(status)) != (self._told.words, _lasting(self._told)):
            self._told = status
            self.changed.emit()


def _lasting(status: Status) -> str:
    return "ready" if status.kind == "working" else status.kind
