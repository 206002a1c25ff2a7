"""Answers without TensorFlow: the network computed in numpy from its bundle, in a thread of its own."""

from __future__ import annotations

import threading

import numpy as np

from exporter.bundle import Bundle
from exporter.bundle.checks import output_name
from exporter.bundle.errors import KerascopeError
from viewer.forward.node import Array
from viewer.live.desk import Desk, Question
from viewer.live.fed import fed_shape
from viewer.live.reply import Reply, problem_of
from viewer.live.responder import Status
from viewer.live.whole_pass import check_covered, distrusted, whole_pass

_WORDS = "computed in numpy from the bundle, without TensorFlow"
_REMEDY = "pass --model and install TensorFlow"


class NumpyResponder:
    """Answers from the bundle (see `Responder`).

    Raises
    ------
    KerascopeError
        it does not cover a layer (which ones is said), or the network takes no picture. What shows only in the values
        that were stored makes it `failed`.
    """

    can_attack = False

    def __init__(self, bundle: Bundle, checkpoint_id: str | None = None) -> None:
        self._bundle = bundle
        self._checkpoint_id = checkpoint_id or bundle.final_checkpoint.id
        check_covered(bundle, self._checkpoint_id)
        self._called = threading.Event()
        self._desk = Desk(
            fed_shape(bundle), Status("starting", "numpy is compared with what was stored"), self._called.set
        )
        self._thread = threading.Thread(target=self._serve, name="numpy-responder", daemon=True)
        self._thread.start()

    @property
    def status(self) -> Status:
        """How it is at this moment."""
        return self._desk.status

    def ask(self, fed: Array) -> int:
        """The ticket of a question (see `Responder.ask`)."""
        return self._desk.ask(fed)

    def attack(self, fed: Array, method: str) -> int:
        """Raises `KerascopeError`: an attack needs the model."""
        del fed, method
        raise KerascopeError("numpy cannot attack", expected="the model, for its gradient", remedy=_REMEDY)

    def poll(self) -> Reply | None:
        """The newest answer that has not been handed out, `None` where there is none."""
        return self._desk.poll()

    def close(self) -> None:
        """End the thread, after what it is computing."""
        self._desk.close()

    def _serve(self) -> None:
        try:
            doubt = distrusted(self._bundle, self._checkpoint_id)
        except (KerascopeError, MemoryError) as error:
            doubt = _line(error)
        if doubt:
            self._desk.status = Status("failed", f"{doubt}; {_REMEDY}")
            return
        self._desk.status = Status("ready", _WORDS)
        while not self._desk.is_closed:
            self._called.wait()
            self._called.clear()
            while question := self._desk.take():
                self._desk.status = Status("working", _WORDS)
                self._desk.answer(self._answered(question))
                self._desk.status = Status("ready", _WORDS)

    def _answered(self, question: Question) -> Reply:
        outputs, problem = {}, ""
        try:
            outputs = whole_pass(self._bundle, self._checkpoint_id, question.fed)
            problem = problem_of(outputs.items())
        except (KerascopeError, MemoryError) as error:
            problem = _line(error)
        first = output_name(self._bundle.manifest.model.outputs[0])
        scores = np.asarray(outputs.get(first, np.zeros(0)), np.float32).ravel()
        return Reply(question.ticket, outputs, scores, question.age_ms, problem)


def _line(error: KerascopeError | MemoryError) -> str:
    return str(error) if isinstance(error, KerascopeError) else f"there is too little memory ({error})"
