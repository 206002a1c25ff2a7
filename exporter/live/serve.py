"""The worker from its first message to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exporter.attacks import Victim
from exporter.backend import tf
from exporter.bundle import KerascopeError, read_bundle
from exporter.live.answering import Answering
from exporter.live.attacked import METHODS, attacked, victim_or_none
from exporter.live.matched import match
from exporter.live.memory import Memory
from exporter.live.pipe import Pipe
from exporter.matching import check_layers
from exporter.models import open_model


@dataclass(frozen=True)
class Worker:
    """A model that is ready to answer. `words` are what the user should know of it."""

    answering: Answering
    memory: Memory
    victim: Victim | None
    words: str

    def done(self, asked: Mapping[str, Any]) -> dict[str, object]:
        """The message that answers one; what it tells of lies in the memory then."""
        ticket = asked.get("ask", asked.get("attack"))
        try:
            problem = self._attack(asked["method"]) if "attack" in asked else ""
            fed = self.memory.attacked if "attack" in asked else self.memory.fed
            self.memory.write(*self.answering.answer(fed))
        except KerascopeError as error:
            return {"refused": ticket, "problem": str(error)}
        return {"answer": ticket, "problem": problem}

    def _attack(self, method: str) -> str:
        if self.victim is None:
            raise KerascopeError("the model cannot be attacked", expected="one that puts out a class vector")
        self.memory.attacked[:], problem = attacked(self.victim, self.memory.fed, method)
        return problem


def opened(told: Mapping[str, Any]) -> Worker:
    """The worker that the first message asks for.

    Raises
    ------
    KerascopeError
        the model cannot be opened, or is not the one that the bundle was made of.
    """
    bundle = read_bundle(told["bundle"])
    model = open_model(told["model"], imports=told["imports"], unsafe=told["unsafe"])
    check_layers(bundle, model)
    memory = Memory(told)
    answering = Answering(model, memory.outputs)
    answering.begin(memory.fed.shape)
    words = match(bundle, told["checkpoint"], model, answering)
    return Worker(answering, memory, victim_or_none(bundle, model), words)


def serve(pipe: Pipe) -> None:
    """Answer until the process that asks is gone.

    Raises
    ------
    KerascopeError
        the model cannot be opened, or is not the one that the bundle was made of.
    MemoryError
        there is too little.
    """
    messages = pipe.said()
    try:
        worker = opened(next(messages))
        pipe.say(ready=worker.words, attacks=METHODS if worker.victim is not None else ())
        for asked in messages:
            pipe.say(**worker.done(asked))
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError(str(error).partition("\n")[0]) from error
