"""Somebody answers while the worker starts, and the order of the answers holds."""

from __future__ import annotations

import numpy as np
import pytest

from exporter.bundle import Bundle, KerascopeError
from viewer.live import stand_in
from viewer.live.by_numpy import NumpyResponder
from viewer.live.reply import Reply
from viewer.live.responder import Status
from viewer.live.stand_in import Relay, stand_in_for


class Played:
    """A responder that answers when it is told to; its tickets are its own."""

    def __init__(self, kind: str, name: str, first: int) -> None:
        self.status, self.can_attack, self.is_closed = Status(kind, name), name == "worker", False  # type: ignore[arg-type]
        self.name, self.ticket, self.asked, self.replies = name, first, [], []

    def ask(self, fed: np.ndarray) -> int:
        self.ticket += 1
        self.asked.append((self.ticket, float(fed[0])))
        return self.ticket

    def attack(self, fed: np.ndarray, method: str) -> int:
        if not self.can_attack:
            raise KerascopeError("no")
        return self.ask(fed)

    def answer(self) -> None:
        ticket, value = self.asked[-1]
        self.replies.append(Reply(ticket, {"by": np.array(self.name)}, np.float32([value]), 1.0))

    def poll(self) -> Reply | None:
        return self.replies.pop() if self.replies else None

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def worker() -> Played:
    return Played("starting", "worker", 100)


@pytest.fixture
def other() -> Played:
    return Played("ready", "numpy", 0)


@pytest.fixture
def relay(worker: Played, other: Played) -> Relay:
    return Relay(worker, other)


def fed(value: float) -> np.ndarray:
    return np.float32([value])


def test_numpy_answers_while_the_worker_starts_and_not_after(relay: Relay, worker: Played, other: Played) -> None:
    assert relay.status == Status("starting", "worker; numpy answers meanwhile")
    first = relay.ask(fed(0.5))
    other.answer()
    reply = relay.poll()
    assert reply is not None
    assert (reply.ticket, reply.scores.tolist(), str(reply.outputs["by"])) == (first, [0.5], "numpy")
    worker.status = Status("ready", "worker")
    worker.answer()  # it answers what was asked last
    again = relay.poll()
    assert again is not None
    assert (again.ticket, str(again.outputs["by"])) == (first, "worker")
    second = relay.ask(fed(0.75))
    assert second > first
    assert [value for _, value in other.asked] == [0.5]
    assert relay.status == Status("ready", "worker")


def test_no_answer_comes_after_a_newer_one(relay: Relay, worker: Played, other: Played) -> None:
    relay.ask(fed(0.1))
    other.answer()
    worker.status = Status("ready")
    newer = relay.ask(fed(0.2))
    worker.answer()
    reply = relay.poll()
    assert reply is not None
    assert reply.ticket == newer
    assert relay.poll() is None


def test_a_stand_in_that_failed_is_not_asked(relay: Relay, worker: Played, other: Played) -> None:
    other.status = Status("failed", "it differs")
    relay.ask(fed(0.1))
    assert other.asked == []
    assert relay.status == Status("starting", "worker")


def test_a_worker_that_failed_for_good_is_told(relay: Relay, worker: Played) -> None:
    worker.status = Status("failed", "no such model file")
    assert relay.status == worker.status


def test_only_the_worker_attacks_and_both_are_closed(relay: Relay, worker: Played, other: Played) -> None:
    assert relay.can_attack
    ticket = relay.attack(fed(0.3), "fgsm")
    worker.answer()
    reply = relay.poll()
    assert reply is not None
    assert reply.ticket == ticket
    assert other.asked == []
    relay.close()
    assert worker.is_closed
    assert other.is_closed


def test_without_a_stand_in_the_worker_is_alone(worker: Played) -> None:
    relay = Relay(worker, None)
    relay.ask(fed(0.5))
    assert relay.poll() is None
    assert relay.status == worker.status
    relay.close()


def test_who_stands_in_is_small_and_covered(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    found = stand_in_for(tiny_bundle, "002")
    assert isinstance(found, NumpyResponder)
    found.close()
    for name in ("MOST_PARAMETERS", "MOST_BYTES"):
        with monkeypatch.context() as context:
            context.setattr(stand_in, name, -1)
            assert stand_in_for(tiny_bundle, "002") is None

    def cannot(*_: object) -> None:
        raise KerascopeError("not covered")

    monkeypatch.setattr(stand_in, "NumpyResponder", cannot)
    assert stand_in_for(tiny_bundle, "002") is None
