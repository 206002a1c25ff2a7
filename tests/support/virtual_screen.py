"""A screen that nobody sees, for windows in tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SETTINGS = tempfile.TemporaryDirectory(prefix="settings")


def need(*programs: str) -> None:
    """Skip where a program is missing; a machine that must prove the window may not skip it."""
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        reason = f"missing: {', '.join(absent)} (apt-get install {' '.join(name.lower() for name in absent)})"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


@contextmanager
def virtual_screen(size: str = "1280x900", *options: str) -> Iterator[str]:
    """The name of a virtual screen (`:7`), for DISPLAY."""
    need("Xvfb")
    read, write = os.pipe()
    # Without -noreset a server starts anew when its last client leaves, and drops those who come at that moment.
    shown = ("-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset", *options)
    command = ["Xvfb", "-displayfd", str(write), *shown]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def environment(screen: str = "") -> dict[str, str]:
    """The environment for a process with this screen, or with none, that finds the packages of this checkout and
    remembers nothing of another.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    support = Path(__file__).resolve().parent
    kept["PYTHONPATH"] = os.pathsep.join((str(support.parents[1]), str(support)))
    kept["XDG_CONFIG_HOME"] = tempfile.mkdtemp(dir=SETTINGS.name)
    return kept | ({"DISPLAY": screen} if screen else {})
