"""Commands that run in processes of their own: recordings side by side, and a window beside TensorFlow."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


def record_apart(bundle: Path, wanted: dict[str, Path], tell: Callable[[str, int, int], None]) -> Iterator[str]:
    """A line for each recording of `wanted` (scene to file), made side by side so that no core is idle.

    `tell` is told how many are done. Files that are there are replaced.
    """
    with ThreadPoolExecutor(min(len(wanted), os.cpu_count() or 1)) as pool:
        asked = [("record", bundle, "--scene", name, "--out", out, "--overwrite") for name, out in wanted.items()]
        for done, words in enumerate(pool.map(lambda args: run_apart(*args, silent=True), asked), 1):
            tell("recordings", done, len(wanted))
            yield words
