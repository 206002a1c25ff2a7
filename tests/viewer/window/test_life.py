"""The window as a place to live in, on a virtual screen: an inner pytest, as Qt wants a process of its own.

What is done is in tests/support/window_life.py; here stands what it left behind, and that each of it went well.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_bundle import make_tiny_bundle
from virtual_screen import environment, virtual_screen

import kerascope

pytestmark = [pytest.mark.gl, pytest.mark.slow]

LIFE = Path(__file__).parents[2] / "support" / "window_life.py"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder with everything that is left, and what the inner pytest said."""
    folder = tmp_path_factory.mktemp("lived")
    make_tiny_bundle(folder / "tiny.bundle")
    make_tiny_bundle(folder / "other.bundle", attack=False)
    own = ("--import-mode=importlib", "-p", "no:cacheprovider", "-rA", "--basetemp", str(folder / "inner"))
    command = [sys.executable, "-m", "pytest", str(LIFE), "-o", "addopts=", *own]
    with virtual_screen("1280x640") as display:
        env = environment(display) | {
            "KERASCOPE_BUNDLES": str(folder),
            "QT_QPA_PLATFORM": "xcb",
            "PYTEST_QT_API": "pyside6",
        }
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=400, check=False, cwd=LIFE.parents[2]
        )
    return folder, done.stdout + done.stderr


TESTS = re.findall(r"^def (test_\w+)", LIFE.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", TESTS)
def test_life(name: str, lived: tuple[Path, str]) -> None:
    _, told = lived
    assert re.search(rf"^PASSED .*::{name}$", told, re.MULTILINE), told[-6000:]


def test_the_copied_command_draws_what_was_seen(lived: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = lived
    copied = json.loads((folder / "copied.json").read_text("utf-8"))
    program, *words = shlex.split(copied["words"])
    assert program == "kerascope"
    words[words.index("--out") + 1] = str(tmp_path / "frame.png")
    assert kerascope.main(words) == 0
    drawn = np.asarray(Image.open(tmp_path / "frame.png")).astype(int)
    seen = np.asarray(Image.open(copied["seen"])).astype(int)
    assert drawn.shape == seen.shape
    assert np.abs(drawn - seen).max() <= 2
