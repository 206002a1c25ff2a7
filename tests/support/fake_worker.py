"""A worker without a model: `python fake_worker.py DIARY LIFE LIFE ...`, for the tests of what goes wrong.

How its n-th life goes is the n-th LIFE, the last one for all later ones; each life and each question is a line of the
file DIARY. It speaks through the pipe of the real one. To a question it answers that every output and score is the
first value of what was fed. Numpy is left out: to import it takes longer than most of these lives.
"""

from __future__ import annotations

import array
import math
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exporter.live.pipe import Pipe

SLOW_SECS = 0.15


def write_down(diary: Path, line: str) -> int:
    """How many lines there are that begin alike, this one among them."""
    with diary.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    word = line.partition(" ")[0]
    return sum(each.startswith(word) for each in diary.read_text(encoding="utf-8").splitlines())


def fill(memory: mmap.mmap, place: dict[str, Any], value: float, count: int | None = None) -> None:
    """Write a value into the first so many places of an array of float32."""
    values = array.array("f", [value] * (math.prod(place["shape"]) if count is None else count))
    memory[place["offset"] : place["offset"] + 4 * len(values)] = values.tobytes()


def answer(pipe: Pipe, memory: mmap.mmap, told: dict[str, Any], life: str, ticket: int, is_attack: bool) -> None:
    if life == "slow":
        time.sleep(SLOW_SECS)
    start = told["fed"]["offset"]
    (value,) = array.array("f", memory[start : start + 4])
    fill(memory, told["attacked"], value + 1)
    for place in told["outputs"].values():
        fill(memory, place, value)
    fill(memory, told["scores"], math.nan if life == "nan" else value)
    if life == "nan":
        fill(memory, next(iter(told["outputs"].values())), math.nan, count=1)
    pipe.say(answer=ticket, problem="odd" if is_attack else "")


def die() -> None:
    sys.stderr.write("the last words of the worker\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def live(life: str, diary: Path) -> None:
    pipe = Pipe()
    if life == "prints":
        os.write(1, b"a library prints this to stdout\n")
    messages = pipe.said()
    told = next(messages)
    memory = mmap.mmap(told["memory"], told["size_bytes"])
    if life == "cannot":
        pipe.say(cannot="no such model file")
        return
    if life == "never opens":
        time.sleep(60)
    pipe.say(ready="", attacks=["fgsm"])
    for asked in messages:
        ticket = asked.get("ask", asked.get("attack"))
        write_down(diary, f"asked {ticket}")
        if life in ODD:
            ODD[life](pipe, ticket)
        else:
            answer(pipe, memory, told, life, ticket, "attack" in asked)


ODD: dict[str, Callable[[Pipe, int], object]] = {
    "dies": lambda pipe, ticket: die(),
    "hangs": lambda pipe, ticket: time.sleep(60),
    "memory": lambda pipe, ticket: pipe.say(memory="wanted 8 GB"),
    "garbage": lambda pipe, ticket: os.write(pipe._out, b"this is no message\n"),
    "refuses": lambda pipe, ticket: pipe.say(refused=ticket, problem="it does not like it"),
}
"""What a life does in place of an answer."""


def main() -> None:
    diary, lives = Path(sys.argv[1]), sys.argv[2:]
    nth = write_down(diary, f"life {os.getpid()}")
    live(lives[min(nth, len(lives)) - 1], diary)


if __name__ == "__main__":
    main()
