"""Where no window can open there is one line that says what to do, and never a crash."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from virtual_screen import environment, need, virtual_screen

from viewer.backend import DrawError
from viewer.window import screen
from viewer.window.screen import check_screen, missing_packages

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is a display")


def told(arguments: list[str], display: str = "") -> tuple[int, str]:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment(display))
    return done.returncode, done.stderr


def view(bundle: Path, display: str = "", *options: str) -> tuple[int, str]:
    return told(["-m", "kerascope", "view", str(bundle), *options], display)


@pytest.mark.slow
def test_without_a_display(tiny_bundle_path: Path) -> None:
    code, line = view(tiny_bundle_path)
    assert code == 1
    assert line.count("\n") == 1
    assert "no display to open a window on" in line
    assert "kerascope record" in line
    assert str(tiny_bundle_path) in line


@pytest.mark.slow
def test_a_display_that_does_not_answer(tiny_bundle_path: Path) -> None:
    code, line = view(tiny_bundle_path, ":4242")
    assert code == 1
    assert line.count("\n") == 1
    assert "does not answer" in line
    assert ":4242" in line


def test_missing_libraries_are_named_by_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_packages({"libnowhere.so.9": "libnowhere9", "libc.so.6": "libc6"}) == ["libnowhere9"]
    monkeypatch.setattr(screen, "QT_LIBRARIES", {"libnowhere.so.9": "libnowhere9"})
    monkeypatch.setattr(screen, "X11_LIBRARIES", {"libnothing.so.1": "libnothing1"})
    with pytest.raises(DrawError, match="apt-get install libnowhere9 libnothing1"):
        check_screen("b.bundle", {"DISPLAY": ":1"})
    with pytest.raises(DrawError, match="apt-get install libnowhere9 "):
        check_screen("b.bundle", {"WAYLAND_DISPLAY": "wayland-0"})


def test_without_pyside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "find_spec", lambda name: None if name == "PySide6" else find_spec(name))
    with pytest.raises(DrawError, match=r"pip install 'kerascope\[window\]'"):
        check_screen("b.bundle", {"DISPLAY": ":1"})


@pytest.mark.slow
def test_a_display_without_opengl(tiny_bundle_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_DIRS", "/nowhere")
    with virtual_screen("640x480", "-extension", "GLX") as display:
        code, line = view(tiny_bundle_path, display)
    assert (code, line.count("\n")) == (1, 1), line
    assert "no OpenGL in a window" in line
    assert "apt-get install libegl1" in line


@pytest.mark.gl
@pytest.mark.slow
def test_scenes_that_are_not_there(tiny_bundle_path: Path) -> None:
    with virtual_screen("640x480") as display:
        code, line = view(tiny_bundle_path, display, "--scene", "opera")
    assert (code, line.count("\n")) == (1, 1)
    assert "no such scene" in line
    assert "flow" in line


@pytest.mark.gl
@pytest.mark.slow
def test_a_process_that_draws_without_a_screen_says_so() -> None:
    probe = (
        "from viewer.backend import headless_canvas; headless_canvas()\n"
        "from viewer.window.application import prepare; prepare()"
    )
    with virtual_screen("640x480") as display:
        code, lines = told(["-c", probe], display)
    assert code == 1
    assert "DrawError: this process draws without a screen already" in lines


def test_qt_gives_back_the_references_that_it_takes() -> None:
    """PySide6 6.12.0 does not, and Python 3.11 ends when none is left of None."""
    probe = (
        "import sys; from PySide6.QtCore import QObject; thing = QObject(); before = sys.getrefcount(None)\n"
        "for _ in range(500): thing.setObjectName('name')\n"
        "print(before - sys.getrefcount(None))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False, timeout=60)
    assert int(done.stdout) < 50


def test_need_fails_where_the_proof_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="missing: no-such-program"):
        need("no-such-program")
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception):
        need("no-such-program")
