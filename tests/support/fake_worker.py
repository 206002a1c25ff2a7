"""A worker without a model: `python fake_worker.py DIARY LIFE LIFE ...`, for the tests of what goes wrong.

How its n-th life goes is the n-th LIFE, the last one for all later ones; each life and each question is a line of the
file DIARY. It speaks as the real one, through its own pipe and memory. To a question it answers that every output and
score is the mean of what was fed.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from exporter.live.memory import Memory
from exporter.live.pipe import Pipe

SLOW_SECS = 0.15


def write_down(diary: Path, line: str) -> int:
    """How many lines there are that begin alike, this one among them."""
    with diary.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    word = line.split()[0]
    return sum(each.startswith(word) for each in diary.read_text(encoding="utf-8").splitlines())


def answer(pipe: Pipe, memory: Memory, life: str, ticket: int, is_attack: bool) -> None:
    mean = memory.fed.mean()
    memory.attacked[:] = memory.fed + 1
    for place in memory.outputs.values():
        place[...] = mean
    memory.scores[:] = np.nan if life == "nan" else mean
    if life == "nan":
        next(iter(memory.outputs.values())).flat[0] = np.nan
    pipe.say(answer=ticket, problem="odd" if is_attack else "")


def live(life: str, diary: Path) -> None:
    pipe = Pipe()
    if life == "prints":
        print("a library prints this to stdout", flush=True)
    messages = pipe.said()
    memory = Memory(next(messages))
    if life == "cannot":
        pipe.say(cannot="no such model file")
        return
    if life == "never opens":
        time.sleep(60)
    pipe.say(ready="", attacks=["fgsm"])
    for asked in messages:
        ticket = asked.get("ask", asked.get("attack"))
        write_down(diary, f"asked {ticket}")
        if life == "dies":
            print("the last words of the worker", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if life == "hangs":
            time.sleep(60)
        if life == "memory":
            pipe.say(memory="wanted 8 GB")
            return
        if life == "garbage":
            os.write(pipe._out, b"this is no message\n")
            continue
        if life == "refuses":
            pipe.say(refused=ticket, problem="it does not like it")
            continue
        if life == "slow":
            time.sleep(SLOW_SECS)
        answer(pipe, memory, life, ticket, "attack" in asked)


def main() -> None:
    diary, lives = Path(sys.argv[1]), sys.argv[2:]
    nth = write_down(diary, f"life {os.getpid()}")
    live(lives[min(nth, len(lives)) - 1], diary)


if __name__ == "__main__":
    main()
