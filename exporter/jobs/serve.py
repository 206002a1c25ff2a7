"""The process from its first message to its end."""

from __future__ import annotations

from typing import Any

from exporter.backend import tf
from exporter.bundle import KerascopeError
from exporter.explain.contract import Map
from exporter.jobs.explained import Explaining
from exporter.jobs.forming import Forming, goal_told
from exporter.jobs.inbox import Inbox, Interrupted, Message
from exporter.jobs.pictures import map_told
from exporter.jobs.studio import Studio, opened
from exporter.live.pipe import Pipe


class Jobs:
    """All jobs of a window. Images form in turns, a step each; an explanation is done at once, between two steps."""

    def __init__(self, studio: Studio, pipe: Pipe, inbox: Inbox) -> None:
        self._studio, self._pipe, self._inbox = studio, pipe, inbox
        self._kept: dict[int, Explaining | Forming] = {}
        self._going: list[int] = []
        self._asked: dict[int, Message] = {}
        self._to_keep: set[int] = set()

    @property
    def are_going(self) -> bool:
        """Whether there is a step to take."""
        return bool(self._going)

    def take(self, message: Message) -> None:
        """Do what a message says."""
        if "job" in message:
            number = message["job"]
            self._asked[number] = message
            self._studio.look()
            self._guarded(number, lambda: self._begin(number, message))
        elif "pause" in message:
            self._pause(message["pause"])
        elif "resume" in message:
            self._resume(message["resume"])
        elif "keep" in message:
            self._keep(message["keep"])
        elif "cancel" in message:
            self._forget(message["cancel"])
            self._pipe.say(cancelled=message["cancel"])

    def step(self) -> None:
        """A step of the image whose turn it is."""
        number = self._going.pop(0)
        job = self._kept[number]
        assert isinstance(job, Forming)
        self._guarded(number, lambda: self._advance(number, job))

    def _begin(self, number: int, message: Message) -> None:
        if message["kind"] == "explain":
            self._explain(number, message)
            return
        forming = Forming(self._studio, message)
        self._kept[number] = forming
        self._going.append(number)
        self._pipe.say(begun=number, of=forming.count, **goal_told(forming.goal))

    def _advance(self, number: int, job: Forming) -> None:
        if job.step():
            self._pipe.say(job=number, **job.told())
            self._going.append(number)
            return
        told = {"step": job.number, "of": job.count}
        self._pipe.say(job=number, **told, **job.picture())
        self._pipe.say(done=number, problem=job.problem, scores=job.scores(), details={})
        if number in self._to_keep:
            self._keep(number)

    def _explain(self, number: int, message: Message) -> None:
        asked = Explaining.of(self._studio, message)
        self._pipe.say(begun=number, of=0, layer=asked.asked.layer, channel=asked.asked.channel)

        def tick(done: int, total: int) -> None:
            self._pipe.say(job=number, step=done, of=total)
            self._inbox.check(number)

        try:
            found, maps, details = asked.run(self._studio, tick)
        except Interrupted as interrupted:
            self._pipe.say(**{"paused" if interrupted.is_paused else "cancelled": number})
            if not interrupted.is_paused:
                self._forget(number)
            return
        self._kept[number] = found
        for each in maps:
            self._pipe.say(job=number, map=each.layer, map_kind=each.kind, **map_told(each.values))
        self._pipe.say(done=number, problem=_nothing(maps[0]), details=details, **{"class": found.asked.class_})

    def _pause(self, number: int) -> None:
        if number in self._going:
            self._going.remove(number)
        self._pipe.say(paused=number)

    def _resume(self, number: int) -> None:
        """An image goes on; an explanation begins again."""
        if isinstance(self._kept.get(number), Forming) and number not in self._going:
            self._going.append(number)
        elif number in self._asked and number not in self._kept:
            self.take(self._asked[number])

    def _keep(self, number: int) -> None:
        """Write a job into the bundle; an image that is still forming, when it is done."""
        if number in self._going:
            self._to_keep.add(number)
            return
        self._to_keep.discard(number)
        job = self._kept.get(number)
        try:
            if job is None:
                raise KerascopeError("there is nothing to keep")
            run_id = job.keep(self._studio) if isinstance(job, Explaining) else job.keep()
            self._pipe.say(kept=number, run=run_id)
        except KerascopeError as error:
            self._pipe.say(not_kept=number, problem=str(error))

    def _forget(self, number: int) -> None:
        self._kept.pop(number, None)
        self._asked.pop(number, None)
        self._to_keep.discard(number)
        if number in self._going:
            self._going.remove(number)

    def _guarded(self, number: int, work: Any) -> None:
        """Do something for a job; a mistake in one is told, and ends no other."""
        try:
            work()
        except KerascopeError as error:
            self._refuse(number, str(error))
        except (MemoryError, tf.errors.ResourceExhaustedError):
            raise
        except Exception as error:  # noqa: BLE001 - what a library may raise is not known
            self._refuse(number, f"unexpected {type(error).__name__}: {' '.join(str(error).split())[:300]}")

    def _refuse(self, number: int, line: str) -> None:
        self._forget(number)
        self._pipe.say(refused=number, problem=line)


def _nothing(found: Map) -> str:
    return "" if found.values.any() else "the map is 0 everywhere: nothing in the picture moves what was asked about"


def serve(pipe: Pipe) -> None:
    """Do jobs until the process that asks is gone.

    Raises
    ------
    KerascopeError
        the model cannot be opened, or is not the one that the bundle was made of.
    MemoryError
        there is too little.
    """
    inbox = Inbox(pipe)
    try:
        studio = opened(inbox.next())
        pipe.say(ready=studio.words)
        jobs = Jobs(studio, pipe, inbox)
        while True:
            for message in inbox.by_now() if jobs.are_going else [inbox.next()]:
                jobs.take(message)
            if jobs.are_going:
                jobs.step()
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError(str(error).partition("\n")[0]) from error
