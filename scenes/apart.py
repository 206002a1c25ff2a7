"""Commands that run in processes of their own: what takes long side by side, and a window beside TensorFlow."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from exporter.bundle.errors import KerascopeError

COMMAND = sys.executable, "-m", "kerascope"


def run_apart(*args: object, silent: bool = False) -> str:
    """The words that a command of Kerascope said in a process of its own; with `silent` the user does not see them.

    Raises
    ------
    KerascopeError
        a silent command failed; what it said.
    """
    command = [*COMMAND, *map(str, args)]
    done = subprocess.run(command, capture_output=silent, text=True, check=False)
    words = (done.stderr or "").strip()
    if silent and done.returncode:
        raise KerascopeError(words.removeprefix("kerascope: ") or f"`kerascope {args[0]}` ended with {done.returncode}")
    return words


def run_side_by_side(commands: Sequence[Sequence[object]], tell: Callable[[int], None]) -> Iterator[str]:
    """The words of each command in turn, run side by side so that no core is idle; `tell` is told how many are done.

    Raises
    ------
    KerascopeError
        One failed; what it said.
    """
    with ThreadPoolExecutor(min(len(commands), os.cpu_count() or 1)) as pool:
        for done, words in enumerate(pool.map(lambda args: run_apart(*args, silent=True), commands), 1):
            tell(done)
            yield words
