"""`kerascope view` as a person uses it: real keys and a real mouse on a virtual screen."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageGrab
from virtual_screen import environment, need, virtual_screen

pytestmark = [pytest.mark.gl, pytest.mark.slow]

WAIT_SECS = 40.0
REST_SECS = 4.0
"""Longer than a fine frame takes to follow a coarse one on a busy machine."""
SCENE = slice(60, 700)
"""The rows of the screen that the scene takes up."""
CHANGES = 8
"""More often than the window changes before there is a scene to play."""


class Person:
    """Someone before the screen."""

    def __init__(self, display: str, opened: subprocess.Popen[str]) -> None:
        self.display, self.opened = display, opened
        self.window = self.until(lambda: self.does("search", "--onlyvisible", "--name", "Kerascope").split())[0]
        self.does("windowfocus", "--sync", self.window)

    def does(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=environment(self.display), capture_output=True, text=True, check=False, timeout=20
        )
        return done.stdout

    def sees(self) -> np.ndarray:
        return np.asarray(ImageGrab.grab(xdisplay=self.display).convert("RGB")).astype(int)

    def sees_rest(self) -> np.ndarray:
        """The screen once nothing has changed on it for a while."""
        before, since_secs, end_secs = self.sees(), time.perf_counter(), time.perf_counter() + WAIT_SECS
        while time.perf_counter() - since_secs < REST_SECS:
            assert time.perf_counter() < end_secs, "the picture never rests"
            time.sleep(0.1)
            now = self.sees()
            if not np.array_equal(now, before):
                before, since_secs = now, time.perf_counter()
        return before

    def until(self, what: Callable[[], list[str]]) -> list[str]:
        end_secs = time.perf_counter() + WAIT_SECS
        while not (found := what()):
            assert self.opened.poll() is None, f"the window is gone: {self.opened.communicate()[1]}"
            assert time.perf_counter() < end_secs
            time.sleep(0.1)
        return found

    def comes_to_see(self, is_there: Callable[[np.ndarray], bool]) -> bool:
        """Whether the screen comes to look so; a busy machine may rest before it has heard of a key."""
        return bool(self.until(lambda: ["there"] if is_there(self.sees()) else []))

    def presses(self, key: str) -> np.ndarray:
        self.does("key", key)
        return self.sees_rest()


@pytest.fixture
def person(tiny_bundle_path: Path, tmp_path: Path) -> Iterator[Person]:
    need("xdotool")
    command = [sys.executable, "-m", "kerascope", "view", str(tiny_bundle_path), "--scene", "structure"]
    with virtual_screen("1150x900") as display:
        opened = subprocess.Popen(
            command, env=environment(display), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            yield Person(display, opened)
        finally:
            opened.kill()
            opened.communicate()


def test_keys_and_mouse(person: Person, tmp_path: Path) -> None:
    for _ in range(CHANGES):
        before = person.sees()
        assert person.comes_to_see(lambda now, before=before: not np.array_equal(now[SCENE], before[SCENE])), "it plays"
    person.does("key", "space")
    person.presses("Home")
    start = person.presses("r")

    person.does("mousemove", "500", "400", "mousedown", "1")
    for x in range(510, 650, 20):
        person.does("mousemove", str(x), "430")
    person.does("mouseup", "1", "mousemove", "1140", "890")
    assert person.comes_to_see(lambda now: np.abs(now - start).max() > 60), "the drag turns the net"
    person.does("key", "r")
    assert person.comes_to_see(lambda now: np.array_equal(now[SCENE], start[SCENE])), "and R turns it back"

    person.does("key", "question")
    assert person.comes_to_see(lambda now: np.abs(now - start).max(axis=2)[200:500, 400:800].mean() > 3), "help"
    person.does("key", "Escape")
    assert person.comes_to_see(lambda now: np.array_equal(now[SCENE], start[SCENE])), "and no help"

    person.does("key", "s")
    assert person.until(lambda: [path.name for path in tmp_path.glob("*.png")]) == ["tiny-structure-0.00s.png"]

    person.does("key", "ctrl+q")
    assert person.opened.wait(timeout=20) == 0
    assert person.opened.stderr is not None
    assert "Traceback" not in person.opened.stderr.read()


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_being_asked_to_end_closes_the_window(asked: signal.Signals, person: Person) -> None:
    person.opened.send_signal(asked)
    assert person.opened.wait(timeout=20) == 130
    assert person.opened.stderr is not None
    assert "Traceback" not in person.opened.stderr.read()
