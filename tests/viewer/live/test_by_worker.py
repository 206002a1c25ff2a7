"""A worker that dies, hangs, has no memory left, says nonsense: played by one without a model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import fake_worker
import numpy as np
import pytest
from asked import reply_of, until, wait_for

from exporter.bundle import Bundle, KerascopeError
from viewer.live.by_worker import WorkerResponder
from viewer.live.shared import Shared
from viewer.live.talk import Patience

IMPATIENT = Patience(start_secs=20.0, answer_secs=0.5, attack_secs=0.5, pauses_secs=(0.01, 0.01))
Start = Callable[..., WorkerResponder]


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return tmp_path / "diary.txt"


@pytest.fixture
def start(tiny_bundle: Bundle, diary: Path) -> Iterator[Start]:
    """Starts a responder whose workers live as is said; ends it after the test."""
    begun: list[WorkerResponder] = []

    def started(*lives: str, patience: Patience = IMPATIENT) -> WorkerResponder:
        command = (sys.executable, fake_worker.__file__, str(diary), *lives)
        begun.append(WorkerResponder(tiny_bundle, "model.keras", command=command, patience=patience))
        return begun[-1]

    yield started
    for responder in begun:
        responder.close()


def picture(level: float) -> np.ndarray:
    return np.full((6, 6, 1), level, np.float32)


def lives_of(diary: Path) -> list[int]:
    return [int(line.split()[1]) for line in diary.read_text().splitlines() if line.startswith("life")]


def asked_of(diary: Path) -> list[int]:
    return [int(line.split()[1]) for line in diary.read_text().splitlines() if line.startswith("asked")]


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_answers_with_all_that_captures_keep(start: Start, tiny_bundle: Bundle) -> None:
    responder = start("prints")
    reply = reply_of(responder, responder.ask(picture(0.25)))
    capture = next(tiny_bundle.captures_at("002"))
    assert {name: values.shape for name, values in reply.outputs.items()} == {
        name: ref.shape for name, ref in capture.outputs.items()
    }
    assert (reply.outputs["conv"] == 0.25).all()
    assert not any(values.flags.writeable for values in (*reply.outputs.values(), reply.scores))
    assert reply.scores.tolist() == [0.25] * 3
    assert (reply.problem, reply.fed) == ("", None)
    assert responder.status.kind == "ready"
    assert responder.poll() is None
    first = {name: values.copy() for name, values in reply.outputs.items()}
    reply_of(responder, responder.ask(picture(0.75)))
    assert all((first[name] == values).all() for name, values in reply.outputs.items())  # the memory is another's


def test_an_attack_brings_what_it_made(start: Start) -> None:
    responder = start("good")
    wait_for(responder, "ready")
    assert responder.can_attack
    reply = reply_of(responder, responder.attack(picture(0.5), "fgsm"))
    assert reply.fed is not None
    assert reply.fed.tolist() == picture(1.5).tolist() == reply.outputs["picture"].tolist()
    assert reply.problem == "odd"
    with pytest.raises(KerascopeError, match="expected one of fgsm, got 'cw'"):
        responder.attack(picture(0.5), "cw")


def test_only_the_newest_of_the_waiting_questions_is_asked(start: Start, diary: Path) -> None:
    responder = start("slow")
    wait_for(responder, "ready")
    tickets = [responder.ask(picture(0.0))]
    until(lambda: responder.status.kind == "working")
    tickets += [responder.ask(picture(level)) for level in np.linspace(0.1, 0.9, 9)]
    reply = reply_of(responder, tickets[-1])
    assert reply.scores[0] == pytest.approx(0.9)
    assert asked_of(diary) == [tickets[0], tickets[-1]]


def test_asking_never_waits(start: Start) -> None:
    responder = start("never opens")
    took_secs = []
    for level in np.linspace(0, 1, 200):
        began_secs = time.perf_counter()
        responder.ask(picture(level))
        assert responder.poll() is None
        took_secs.append(time.perf_counter() - began_secs)
    assert np.median(took_secs) < 0.005  # were it to wait for the worker, each would take seconds
    assert responder.status.kind == "starting"


def test_it_is_started_again_and_asked_again(start: Start, diary: Path) -> None:
    lives = {
        "dies": "it was killed, by somebody or for want of memory: the last words of the worker",
        "hangs": "the worker has not answered within 0.2 s",
        "memory": "the worker has too little memory (wanted 8 GB)",
        "garbage": "it was killed",
    }
    responder = start(*lives, "good", patience=Patience(20.0, 0.2, 0.2, (0.1,) * len(lives)))
    ticket = responder.ask(picture(0.25))
    for words in lives.values():
        until(lambda words=words: responder.status.kind == "restarting" and words in responder.status.words)  # type: ignore[misc]
    assert reply_of(responder, ticket).scores[0] == 0.25
    assert asked_of(diary) == [ticket] * (len(lives) + 1)
    assert sum(map(is_there, lives_of(diary))) == 1


def test_a_newer_question_is_asked_in_place_of_the_one_that_hung(start: Start, diary: Path) -> None:
    responder = start("hangs", "good", patience=Patience(20.0, 0.3, 0.3, (0.1,)))
    old = responder.ask(picture(0.25))
    wait_for(responder, "working")
    new = responder.ask(picture(0.5))
    assert reply_of(responder, new).scores[0] == 0.5
    assert asked_of(diary) == [old, new]


def test_killed_from_outside_while_idle(start: Start, diary: Path) -> None:
    responder = start("good")
    reply_of(responder, responder.ask(picture(0.25)))
    os.kill(lives_of(diary)[0], signal.SIGKILL)
    wait_for(responder, "restarting")
    assert reply_of(responder, responder.ask(picture(0.5))).scores[0] == 0.5
    assert len(lives_of(diary)) == 2


def test_it_gives_up_after_a_few_times_in_a_row_and_says_what_to_do(start: Start, diary: Path) -> None:
    responder = start("dies")
    responder.ask(picture(0.25))
    words = wait_for(responder, "failed")
    assert "3 times in a row; close other programs or take a smaller model" in words
    assert len(lives_of(diary)) == 3
    responder.ask(picture(0.5))  # nobody answers, and nothing breaks
    assert responder.poll() is None
    assert not any(map(is_there, lives_of(diary)))


def test_what_will_never_go_is_not_tried_again(start: Start, diary: Path) -> None:
    responder = start("cannot")
    assert wait_for(responder, "failed") == "no such model file"
    assert len(lives_of(diary)) == 1


def test_a_model_that_takes_too_long_to_open(start: Start) -> None:
    responder = start("never opens", patience=Patience(0.3, 0.5, 0.5, ()))
    assert "has not opened the model within 0.3 s" in wait_for(responder, "failed")


def test_a_command_that_is_not_there(tiny_bundle: Bundle) -> None:
    responder = WorkerResponder(tiny_bundle, "model.keras", command=("/no/such/python",))
    assert "the worker cannot be started" in wait_for(responder, "failed")
    responder.close()


def test_values_that_are_no_numbers_are_told_and_shown(start: Start, tiny_bundle: Bundle) -> None:
    responder = start("nan")
    reply = reply_of(responder, responder.ask(picture(0.25)))
    assert reply.problem == "conv puts out 1 of 144 values that are no finite numbers"
    assert np.isnan(reply.scores).all()
    assert np.isnan(reply.outputs["conv"].flat[0])
    assert responder.status.kind == "ready"


def test_a_question_that_is_refused_is_answered_with_the_reason(start: Start, diary: Path) -> None:
    responder = start("refuses")
    reply = reply_of(responder, responder.ask(picture(0.25)))
    assert (reply.outputs, reply.scores.size, reply.problem) == ({}, 0, "it does not like it")
    assert len(lives_of(diary)) == 1


@pytest.mark.parametrize("life", ["good", "hangs", "never opens"])
def test_closing_ends_the_worker_at_once(start: Start, diary: Path, life: str) -> None:
    responder = start(life)
    responder.ask(picture(0.25))
    until(lambda: diary.exists() and (life == "never opens" or asked_of(diary)))
    began_secs = time.perf_counter()
    responder.close()
    assert time.perf_counter() - began_secs < 1.0
    assert not any(map(is_there, lives_of(diary)))
    responder.close()
    responder.ask(picture(0.5))
    assert responder.poll() is None


PARENT = """
import sys, time
from exporter.bundle import read_bundle
from viewer.live.by_worker import WorkerResponder
responder = WorkerResponder(read_bundle(sys.argv[1]), "model.keras", command=[sys.executable, *sys.argv[2:]])
while responder.status.kind != "ready":
    time.sleep(0.01)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks at what a process has mapped, in /proc")
def test_the_worker_ends_when_its_parent_is_killed_and_leaves_no_memory(
    tiny_bundle_path: Path, diary: Path, root: Path
) -> None:
    command = [sys.executable, "-c", PARENT, str(tiny_bundle_path), fake_worker.__file__, str(diary), "good"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        (worker,) = lives_of(diary)
        mapped = Path(f"/proc/{worker}/maps").read_text()
        assert "/dev/shm/" in mapped  # so it is shared memory,
        shared = [line for line in mapped.splitlines() if "/dev/shm/" in line]
        assert all(line.endswith("(deleted)") for line in shared)  # of no name: nothing can stay behind
        parent.send_signal(signal.SIGKILL)
    until(lambda: not is_there(worker), secs=5.0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_expected_is_told_too(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Shared, "outputs", short)
    responder = start("good")
    responder.ask(picture(0.25))
    assert wait_for(responder, "failed") == "nobody looks after the worker any more; open the model again"


def test_another_shape_is_refused(start: Start) -> None:
    with pytest.raises(KerascopeError, match=r"expected the shape \(6, 6, 1\), got \(28, 28, 1\)"):
        start("good").ask(np.zeros((28, 28, 1), np.float32))
