"""Kills a process that writes a bundle (SIGKILL) at one line of the writer after the other, and tells what is left.

Run as a script: `kill_everywhere.py create|overwrite|append STRIDE FOLDER [no-exchange]`. It prints one line per kill:
what a reader finds then (`none`, `old`, `new`, or `BROKEN: ...`), and, after the next run of the same command, what the
folder holds. Kills that leave the same bytes under the same names are looked at once. POSIX only.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from plain_bundle import names_in, plain_manifest, write_plain

from exporter.bundle import BundleError, BundleWriter, durable, npz_write, read_bundle, validate_bundle, write

OLD, NEW = np.arange(5), np.arange(700)
WATCHED = {module.__file__ for module in (write, durable, npz_write)}


def kill_at(moment: int) -> Callable[[FrameType, str, Any], Any]:
    """A trace function that kills this process at the `moment`-th line of the writer."""
    left = moment

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace


def change(path: Path, command: str) -> None:
    """What the killed process is about to do, in full."""
    if command != "append":
        write_plain(path, {"k": NEW}, overwrite=command == "overwrite")
        return
    old = {"k": read_bundle(path).manifest.checkpoints[0].weights["a/k"]}
    with BundleWriter.append(path) as writer:
        more = writer.write("weights/001.npz", {"m": NEW})
        more |= writer.write("derived/m.npz", {"n": NEW})
        writer.commit(plain_manifest({**old, **more}))


def state(path: Path) -> str:
    """What a reader finds."""
    if not path.exists():
        return "none"
    problems = validate_bundle(path)
    if problems:
        return f"BROKEN: {problems}"
    weights = read_bundle(path).manifest.checkpoints[0].weights
    return "new" if "a/m" in weights or weights["a/k"].shape == NEW.shape else "old"


def was_killed(path: Path, command: str, moment: int) -> bool:
    """Whether the writer, in a process of its own, was killed; if not, it got to its end before that line."""
    child = os.fork()
    if child == 0:
        sys.settrace(kill_at(moment))
        change(path, command)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, status
    return os.WIFSIGNALED(status)


def finish(path: Path, command: str) -> str:
    """Run the command once more, as a user would; what the folder holds then."""
    if state(path) == "new" and command != "overwrite":
        with pytest.raises(BundleError, match="already"):
            change(path, command)
    else:
        change(path, command)
    assert state(path) == "new", state(path)
    return " ".join([*names_in(path), "|", *names_beside(path)])


def names_beside(path: Path) -> list[str]:
    """What else lies in the folder that a bundle is in."""
    return [entry.name for entry in path.parent.iterdir() if entry != path]


def left_behind(place: Path) -> list[tuple[str, bytes | None]]:
    """Every name in a folder with its bytes; without the numbers of processes, in which two kills always differ."""
    return [
        (re.sub(r"-\d+-[0-9a-f]{8}", "", str(path.relative_to(place))), path.read_bytes() if path.is_file() else None)
        for path in sorted(place.rglob("*"))
    ]


def main(command: str, stride: str, folder: str, *options: str) -> None:
    """Kill at every `stride`-th line until one run gets to its end."""
    os.fsync = lambda _handle: None  # what a killed process wrote survives without; only a power cut needs it
    if "no-exchange" in options:
        durable._exchange_names = lambda *_names: False
    moment, killed, before, outcome = 0, True, None, ""
    while killed:
        place = Path(folder) / str(moment)
        place.mkdir()
        path = place / "x.bundle"
        if command != "create":
            write_plain(path, {"k": OLD})
        killed = was_killed(path, command, moment)
        left = left_behind(place)
        if left != before:
            outcome = f"{state(path)}\t{finish(path, command)}\n"
        sys.stdout.write(outcome)
        before = left
        shutil.rmtree(place)
        moment += int(stride)


if __name__ == "__main__":
    main(*sys.argv[1:])
