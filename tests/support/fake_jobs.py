"""A worker that explains and makes images without a model: `python fake_jobs.py DIARY LIFE LIFE ...`.

How its n-th life goes is the n-th LIFE, the last one for all later ones; each life, and each job with the step that it
begins with, is a line of the file DIARY. A picture is one pixel, as bright as the number of its step; the map of an
explanation is 1, 2, 3, 4. The life `patient` stays at a step until it was paused. Numpy is left out: to import it takes
longer than most of these lives.
"""

from __future__ import annotations

import array
import base64
import os
import struct
import sys
import time
import zlib
from pathlib import Path
from typing import Any

from fake_worker import die, write_down

from exporter.live.pipe import Pipe

STEPS = 12
STEP_SECS = 0.01
ODD_STEP = 4
"""The step at which lives go wrong."""
MAP = (1.0, 2.0, 3.0, 4.0)
DEAD, BROKEN = "the gradient is 0 everywhere", "the loss is no finite number: the last good picture is kept"


def png(level: int) -> str:
    """A picture of one grey pixel."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes([0, level]))
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return base64.b64encode(content).decode()


class Life:
    """One life of the worker."""

    def __init__(self, life: str, diary: Path) -> None:
        self.life, self.diary, self.pipe = life, diary, Pipe()
        self.going: dict[int, int] = {}
        self.steps: dict[int, int] = {}
        self.rested: set[int] = set()

    def live(self) -> None:
        messages = self.pipe.said()
        next(messages)
        if self.life == "cannot":
            self.pipe.say(cannot="no such model file")
            return
        self.pipe.say(ready="")
        while True:
            for message in self.pipe.said_by_now() if self.going else [next(messages)]:
                self.take(message)
            for number in list(self.going):
                self.step(number)

    def take(self, message: dict[str, Any]) -> None:
        if "job" in message:
            self.begin(message)
        elif "pause" in message:
            self.going.pop(message["pause"], None)
            self.rested.add(message["pause"])
            self.pipe.say(paused=message["pause"])
        elif "resume" in message:
            self.going[message["resume"]] = self.steps[message["resume"]]
        elif "keep" in message:
            write_down(self.diary, f"keep {message['keep']}")
            if self.life == "dies keeping":
                die()
            self.pipe.say(kept=message["keep"], run="filter-7")
        elif "cancel" in message:
            self.going.pop(message["cancel"], None)
            self.pipe.say(cancelled=message["cancel"])

    def begin(self, message: dict[str, Any]) -> None:
        number, first = message["job"], message.get("first", 0)
        write_down(self.diary, f"job {number} {first}")
        if self.life == "refuses":
            self.pipe.say(refused=number, problem="no such channel")
            return
        if message["kind"] == "explain":
            self.pipe.say(begun=number, of=0, layer=None, channel=None)
            values = base64.b64encode(array.array("f", MAP).tobytes()).decode()
            self.pipe.say(job=number, map="picture", map_kind="heat", shape=[2, 2], values=values)
            self.pipe.say(done=number, problem="", details={}, **{"class": 2})
            return
        channel = 3 if message["channel"] is None else message["channel"]
        self.pipe.say(begun=number, of=STEPS, layer=message["layer"], channel=channel, **{"class": message["class"]})
        self.going[number] = self.steps[number] = first

    def step(self, number: int) -> None:
        step = self.steps[number]
        if self.life == "patient" and step == ODD_STEP and number not in self.rested:
            time.sleep(STEP_SECS)
            return
        if step == ODD_STEP and self.life in ("dies", "hangs", "memory", "dead", "nan"):
            self.go_wrong(number, step)
            return
        time.sleep(STEP_SECS)
        self.pipe.say(job=number, step=step, of=STEPS, loss=float(step), picture=png(step))
        self.steps[number] = step + 1
        if step == STEPS:
            self.end(number, "")

    def go_wrong(self, number: int, step: int) -> None:
        if self.life == "dies":
            die()
        elif self.life == "hangs":
            time.sleep(60)
        elif self.life == "memory":
            self.pipe.say(memory="wanted 8 GB")
            sys.exit()
        self.end(number, DEAD if self.life == "dead" else BROKEN)

    def end(self, number: int, problem: str) -> None:
        del self.going[number]
        self.pipe.say(done=number, problem=problem, scores=[0.1, 0.7, 0.2], details={})


def main() -> None:
    diary, lives = Path(sys.argv[1]), sys.argv[2:]
    nth = write_down(diary, f"life {os.getpid()}")
    Life(lives[min(nth, len(lives)) - 1], diary).live()


if __name__ == "__main__":
    main()
