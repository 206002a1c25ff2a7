"""Questions that take a while, to a worker that dies, hangs, has no memory left: played by one without a model."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import fake_jobs
import pytest
from asked import until
from fake_jobs import BROKEN, DEAD, MAP, ODD_STEP, STEPS

from exporter.bundle import Bundle
from viewer.live.asked import Ask, Progress
from viewer.live.asking import NOT_YET, Asker
from viewer.live.interview import Patience

PATIENT = Patience(start_secs=20.0, step_secs=20.0, grace_secs=0.1, pauses_secs=(0.01, 0.01))
IMPATIENT = replace(PATIENT, step_secs=0.8)
FILTER = Ask("synthesise", "filter", "clean-0", layer="conv")
Start = Callable[..., "Session"]


class Session:
    """An asker and the newest of all that came of its questions."""

    def __init__(self, asker: Asker, diary: Path) -> None:
        self.asker, self.diary = asker, diary
        self.now: dict[int, Progress] = {}

    def look(self) -> None:
        self.now |= {each.ticket: each for each in self.asker.poll()}

    def until(self, ticket: int, what: Callable[[Progress], bool], secs: float = 10.0) -> Progress:
        def found() -> Progress | None:
            self.look()
            now = self.now.get(ticket)
            return now if now is not None and what(now) else None

        return until(found, secs=secs)

    def until_stage(self, ticket: int, stage: str) -> Progress:
        return self.until(ticket, lambda now: now.stage == stage)

    def lines(self, word: str) -> list[list[str]]:
        text = self.diary.read_text() if self.diary.exists() else ""
        return [line.split()[1:] for line in text.splitlines() if line.startswith(word)]

    @property
    def living(self) -> int:
        """How many workers there are."""
        return sum(map(is_there, (int(pid) for (pid,) in self.lines("life"))))


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def start(tiny_bundle: Bundle, tmp_path: Path) -> Iterator[Start]:
    begun: list[Asker] = []

    def started(*lives: str, patience: Patience = PATIENT) -> Session:
        diary = tmp_path / "diary.txt"
        command = (sys.executable, fake_jobs.__file__, str(diary), *lives)
        begun.append(Asker(tiny_bundle, "model.keras", command=command, patience=patience))
        return Session(begun[-1], diary)

    yield started
    for asker in begun:
        asker.close()


def test_an_image_forms_an_explanation_is_found_and_both_are_kept(start: Start) -> None:
    session = start("good")
    assert session.asker.status.words == NOT_YET
    assert session.lines("life") == [], "no worker before a question"
    image, pixels = session.asker.ask(FILTER), session.asker.ask(Ask("explain", "saliency", "clean-0"))
    found = session.until_stage(pixels, "done")
    assert (found.ask.class_, found.maps[0].layer, found.maps[0].values.ravel().tolist()) == (2, "picture", [*MAP])
    assert session.until(image, lambda now: now.step > 0).picture is not None
    formed = session.until_stage(image, "done")
    assert formed.losses == tuple(map(float, range(STEPS + 1)))
    assert (formed.step, formed.of, formed.picture.tolist()) == (STEPS, STEPS, [[[STEPS]]])
    assert formed.ask.channel == 3, "what the question left open is said"
    assert formed.scores == (0.1, 0.7, 0.2)
    session.asker.keep(image)
    assert session.until(image, lambda now: bool(now.run_id)).run_id == "filter-7"
    session.asker.keep(image)
    assert len(session.lines("keep")) == 1, "once is enough"
    assert len(session.lines("life")) == 1
    session.asker.close()
    assert session.living == 0


def test_paused_nothing_comes_and_resumed_it_goes_on_from_there(start: Start) -> None:
    session = start("good")
    ticket = session.asker.ask(FILTER)
    session.until(ticket, lambda now: now.step >= 2)
    session.asker.pause(ticket)
    session.until_stage(ticket, "paused")
    time.sleep(0.1)  # the step in work is finished
    session.look()
    rests_at = session.now[ticket].step
    time.sleep(0.15)
    assert session.asker.poll() == ()
    session.asker.resume(ticket)
    formed = session.until_stage(ticket, "done")
    assert formed.losses == tuple(map(float, range(STEPS + 1))), "no step twice, none left out"
    assert rests_at < STEPS
    assert session.lines("job") == [[str(ticket), "0"]]


def test_cancelling_works_at_once_also_in_the_middle_of_a_step_that_never_ends(start: Start) -> None:
    session = start("hangs", "good")
    ticket = session.asker.ask(FILTER)
    session.until(ticket, lambda now: now.step == ODD_STEP - 1)
    began_secs = time.perf_counter()
    session.asker.cancel(ticket)
    assert session.until_stage(ticket, "cancelled").picture is not None, "what has come of it stays"
    assert time.perf_counter() - began_secs < 1.0
    until(lambda: session.living == 0)
    assert len(session.lines("life")) == 1, "none is started before it is wanted"
    other = session.asker.ask(FILTER)
    assert session.until_stage(other, "done").step == STEPS
    assert session.now[ticket].stage == "cancelled"


def test_no_worker_is_ended_for_what_rests(start: Start) -> None:
    session = start("hangs")
    found = session.asker.ask(Ask("explain", "saliency", "clean-0"))
    session.until_stage(found, "done")
    busy = session.asker.ask(FILTER)
    session.until(busy, lambda now: now.step == ODD_STEP - 1)
    session.asker.forget(found)
    time.sleep(0.3)  # three times the grace
    assert session.living == 1
    session.look()
    assert session.now[busy].stage == "going"


def test_another_question_goes_on_from_its_last_picture_when_a_cancelled_one_ends_the_worker(start: Start) -> None:
    session = start("hangs", "good")
    one, two = session.asker.ask(FILTER), session.asker.ask(FILTER)
    session.until(one, lambda now: now.step == ODD_STEP - 1)
    time.sleep(0.1)  # the turn of the other one
    session.look()
    last = session.now[two].step
    session.asker.cancel(one)
    formed = session.until_stage(two, "done")
    assert last > 0
    assert session.lines("job")[-1] == [str(two), str(last)]
    assert (formed.step, formed.picture.tolist()) == (STEPS, [[[STEPS]]])


@pytest.mark.parametrize(
    ("life", "words"),
    [("dies", "the last words of the worker"), ("hangs", "said nothing for 0.8 s"), ("memory", "wanted 8 GB")],
)
def test_a_worker_that_breaks_is_started_again_and_goes_on_from_the_last_picture(
    start: Start, life: str, words: str
) -> None:
    session = start(life, "good", patience=IMPATIENT if life == "hangs" else PATIENT)
    ticket = session.asker.ask(FILTER)
    until(lambda: session.asker.status.kind == "restarting" and words in session.asker.status.words)
    formed = session.until_stage(ticket, "done")
    assert session.lines("job") == [[str(ticket), "0"], [str(ticket), str(ODD_STEP - 1)]]
    assert formed.picture.tolist() == [[[STEPS]]]
    assert formed.losses == tuple(map(float, range(STEPS + 1))), "no step twice, none left out"


def test_what_breaks_every_worker_is_given_up_and_said(start: Start) -> None:
    session = start("dies")
    ticket = session.asker.ask(FILTER)
    refused = session.until_stage(ticket, "refused")
    assert "3 times in a row" in refused.words
    assert refused.picture is not None
    assert len(session.lines("life")) == 3


def test_what_stops_early_says_why(start: Start) -> None:
    session = start("dead")
    assert session.until_stage(session.asker.ask(FILTER), "done").words == DEAD
    other = start("nan")
    stopped = other.until_stage(other.asker.ask(FILTER), "done")
    assert (stopped.words, stopped.step, stopped.picture.tolist()) == (BROKEN, ODD_STEP - 1, [[[ODD_STEP - 1]]])


def test_a_model_that_cannot_be_opened_and_a_question_that_is_refused(start: Start) -> None:
    session = start("cannot", "refuses")
    assert session.until_stage(session.asker.ask(FILTER), "refused").words == "no such model file"
    until(lambda: session.asker.status.kind == "failed")
    assert session.until_stage(session.asker.ask(FILTER), "refused").words == "no such channel", "it is tried again"


def test_a_worker_that_ends_while_it_keeps_is_told_of(start: Start) -> None:
    session = start("dies keeping", "good")
    ticket = session.asker.ask(FILTER)
    session.until_stage(ticket, "done")
    session.asker.keep(ticket)
    lost = session.until(ticket, lambda now: not now.is_keeping and bool(now.words))
    assert "the bundle is whole" in lost.words
    session.asker.keep(ticket)
    assert session.until(ticket, lambda now: bool(now.run_id)).run_id == "filter-7", "it is made again first"
    assert session.lines("job") == [[str(ticket), "0"]] * 2


def test_closed_there_is_no_worker_and_nothing_breaks(start: Start) -> None:
    session = start("hangs")
    ticket = session.asker.ask(FILTER)
    session.until(ticket, lambda now: now.step > 0)
    session.asker.close()
    assert session.living == 0
    session.asker.pause(ticket)
    session.asker.cancel(ticket)
    session.asker.ask(FILTER)
    session.asker.close()
