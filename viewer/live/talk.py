"""A worker spoken to, from its start to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viewer.live.child import Child
from viewer.live.desk import Desk, Question
from viewer.live.reply import Reply, problem_of
from viewer.live.responder import Status
from viewer.live.shared import Shared

_READY = "the model answers"


@dataclass(frozen=True)
class Patience:
    """How long a worker may take to open the model, to answer and to attack; and how long is waited before each of the
    times that it is started again in a row.
    """

    start_secs: float = 300.0
    answer_secs: float = 30.0
    attack_secs: float = 180.0
    pauses_secs: tuple[float, ...] = (0.2, 1.0, 4.0)


@dataclass(frozen=True)
class End:
    """How a worker's life ended: why (empty: it was just gone), whether another one would fare no better, and whether
    this one was of any use.
    """

    words: str
    is_final: bool = False
    has_answered: bool = False


class Talk:
    """One worker's life."""

    def __init__(self, child: Child, shared: Shared, desk: Desk, patience: Patience, input_name: str) -> None:
        self._child, self._shared, self._desk, self._patience = child, shared, desk, patience
        self._input = input_name
        self._is_ready = self._has_answered = False
        self._words = _READY
        self._asked: Question | None = None
        self._until_secs = 0.0

    def until_the_end(self, begin: Mapping[str, Any], when_ready: Callable[[Sequence[str]], None]) -> End:
        """Speak to it until it ends, says that it must, has taken too long, or nothing more is wanted.

        `begin` is the first message; `when_ready` is told which attacks can be asked.
        """
        self._child.say(memory=self._shared.fd, **begin)
        self._allow(self._patience.start_secs)
        while not self._desk.is_closed:
            try:
                for message in self._child.heard(self._left_secs):
                    if end := self._heard(message, when_ready):
                        return end
            except EOFError:
                return End("", has_answered=self._has_answered)
            if self._left_secs == 0.0:
                return End(self._too_long(), has_answered=self._has_answered)
            if self._is_ready and self._asked is None:
                self._ask_next()
        return End("")

    @property
    def _left_secs(self) -> float | None:
        """How long it may still take; `None`: there is nothing to wait for."""
        if self._is_ready and self._asked is None:
            return None
        return max(self._until_secs - time.monotonic(), 0.0)

    def _allow(self, secs: float) -> None:
        self._until_secs = time.monotonic() + secs

    def _too_long(self) -> str:
        if not self._is_ready:
            return f"the worker has not opened the model within {self._patience.start_secs:g} s"
        return f"the worker has not answered within {self._limit_secs:g} s"

    @property
    def _limit_secs(self) -> float:
        is_attack = self._asked is not None and self._asked.method
        return self._patience.attack_secs if is_attack else self._patience.answer_secs

    def _ask_next(self) -> None:
        question = self._asked = self._desk.take()
        if question is None:
            return
        self._shared.put(question.fed)
        if question.method:
            self._child.say(attack=question.ticket, method=question.method)
        else:
            self._child.say(ask=question.ticket)
        self._allow(self._limit_secs)
        self._desk.status = Status("working", self._words)

    def _heard(self, message: Mapping[str, Any], when_ready: Callable[[Sequence[str]], None]) -> End | None:
        if "ready" in message:
            self._is_ready, self._words = True, str(message["ready"]) or _READY
            when_ready([str(each) for each in message.get("attacks", ())])
            self._desk.status = Status("ready", self._words)
        elif "cannot" in message:
            return End(str(message["cannot"]), is_final=True)
        elif "memory" in message:
            words = f"the worker has too little memory ({message['memory']})"
            return End(words, has_answered=self._has_answered)
        elif self._asked is not None and self._asked.ticket in (message.get("answer"), message.get("refused")):
            self._answered(self._asked, str(message.get("problem", "")), is_refused="refused" in message)
        return None

    def _answered(self, question: Question, problem: str, *, is_refused: bool) -> None:
        """Copy the answer out of the memory, which the next one needs."""
        outputs = {} if is_refused else self._shared.outputs()
        fed = self._shared.attacked if question.method and not is_refused else None
        scores = self._shared.scores[: 0 if is_refused else None]
        if not is_refused:
            outputs = {self._input: question.fed if fed is None else fed, **outputs}
            problem = "; ".join(filter(None, (problem, problem_of(outputs.items()))))
            self._has_answered = True
        self._desk.answer(Reply(question.ticket, outputs, scores, question.age_ms, problem, fed))
        self._asked = None
        self._desk.status = Status("ready", self._words)
