"""Answers without TensorFlow: the network computed in numpy from its bundle, in a thread of its own."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.checks import output_name
from exporter.bundle.errors import KerascopeError
from viewer.forward.node import Array
from viewer.live.reply import Reply, problem_of
from viewer.live.responder import Status
from viewer.live.whole_pass import check_covered, whole_pass


@dataclass(frozen=True)
class _Question:
    ticket: int
    fed: Array
    asked_at_secs: float


class NumpyResponder:
    """Answers from the bundle (see `Responder`). Raises `KerascopeError` with the layers that it does not cover."""

    can_attack = False

    def __init__(self, bundle: Bundle, checkpoint_id: str | None = None) -> None:
        self._bundle = bundle
        self._checkpoint_id = checkpoint_id or bundle.final_checkpoint.id
        check_covered(bundle, self._checkpoint_id)
        self._turn = threading.Condition()
        self._waiting: _Question | None = None
        self._reply: Reply | None = None
        self._status = Status("ready", "computed in numpy from the bundle")
        self._tickets = 0
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name="numpy-responder", daemon=True)
        self._thread.start()

    @property
    def status(self) -> Status:
        """How it is at this moment."""
        with self._turn:
            return self._status

    def ask(self, fed: Array) -> int:
        """The ticket of a question (see `Responder.ask`)."""
        with self._turn:
            self._tickets += 1
            self._waiting = _Question(self._tickets, np.array(fed, np.float32), time.perf_counter())
            self._turn.notify()
            return self._tickets

    def attack(self, fed: Array, method: str) -> int:
        """Raises `KerascopeError`: gradients need the model."""
        del fed, method
        raise KerascopeError("numpy cannot attack", expected="the model, for its gradient", remedy="pass --model")

    def poll(self) -> Reply | None:
        """The newest answer that has not been handed out, `None` where there is none."""
        with self._turn:
            reply, self._reply = self._reply, None
            return reply

    def close(self) -> None:
        """End the thread after what it is computing."""
        with self._turn:
            self._is_closed = True
            self._turn.notify()

    def _serve(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._waiting is not None or self._is_closed)
                question, self._waiting = self._waiting, None
                if self._is_closed or question is None:
                    return
                self._status = Status("working", self._status.words)
            reply = self._answered(question)
            with self._turn:
                self._reply = reply
                self._status = Status("ready", self._status.words)

    def _answered(self, question: _Question) -> Reply:
        outputs, problem = {}, ""
        try:
            outputs = whole_pass(self._bundle, self._checkpoint_id, question.fed)
            problem = problem_of(outputs.items())
        except KerascopeError as error:
            problem = str(error)
        first = output_name(self._bundle.manifest.model.outputs[0])
        scores = np.asarray(outputs.get(first, np.zeros(0)), np.float32).ravel()
        return Reply(question.ticket, outputs, scores, (time.perf_counter() - question.asked_at_secs) * 1e3, problem)
