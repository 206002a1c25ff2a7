"""The wheel, installed where nothing but the dependencies of the viewer is: no TensorFlow, no window, no checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

ROOT = Path(__file__).parents[2]
SOURCES = ("exporter", "viewer", "scenes", "kerascope.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
UV = (str(Path(sys.executable).with_name("uv")), "pip", "--quiet")
PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check")

pytestmark = pytest.mark.slow


def run(*args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [str(arg) for arg in args]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=600, check=False)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a clean copy, as building leaves folders in its source and takes up those of the past."""
    folder = tmp_path_factory.mktemp("wheel")
    (folder / "source").mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / "source" / name)
    done = run(sys.executable, *PIP, "wheel", "--no-deps", "--wheel-dir", folder, folder / "source", cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def command(wheel: Path, timings: list[str]) -> Path:
    """The installed `kerascope` of a fresh virtual environment."""
    home = wheel.parent / "venv"
    began_secs = time.perf_counter()
    venv.create(home)  # without a pip of its own, which takes as long to install as half of the rest
    asked = ("install", "--constraint", ROOT / "requirements.lock", wheel)
    # As .ci/setup does: uv takes seconds, and pip is asked where it is not there or does not know what pip was told.
    done = run(*UV, *asked, "--python", home / "bin/python", cwd=wheel.parent) if Path(UV[0]).exists() else None
    if done is None or done.returncode:
        done = run(sys.executable, *PIP, "--python", home / "bin/python", *asked, cwd=wheel.parent)
    assert done.returncode == 0, done.stderr[-3000:]
    timings.append(f"the viewer alone, installed from its wheel: {time.perf_counter() - began_secs:.0f} s")
    return home / "bin/kerascope"


def test_the_wheel_holds_what_is_no_module_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for room in ("exporter", "viewer", "scenes")
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".py", ".vert", ".frag", ".glsl", ".ttf", ".otf", ".typed"}
    }
    wanted |= {"kerascope.py", "exporter/bundle/SPEC.md", "exporter/bundle/manifest.schema.json"}
    wanted |= {f"scenes/web/{name}" for name in ("page.js", "page.css", "page.html", "LICENSES.txt")}
    assert wanted - names == set()
    assert any(name.endswith(".frag") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "scenes/pictures/")) or "node_modules" in name]


def test_tensorflow_is_not_there(command: Path) -> None:
    for name in ("tensorflow", "keras", "PySide6", "mlxtend"):
        assert run(command.with_name("python"), "-c", f"import {name}", cwd=command.parent).returncode == 1


@pytest.mark.parametrize(("to", "name"), [("html", "net.html"), ("glb", "net.glb"), ("unity", "net")])
def test_a_bundle_is_taken_along(to: str, name: str, command: Path, tiny_bundle_path: Path, tmp_path: Path) -> None:
    done = run(command, "convert", tiny_bundle_path, "--to", to, "--out", tmp_path / name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / name).exists()


def test_scenes_inspect_and_validate(command: Path, tiny_bundle_path: Path, tmp_path: Path) -> None:
    listed = run(command, "scenes", cwd=tmp_path)
    assert {line.split()[0] for line in listed.stdout.splitlines()} >= {"structure", "training", "flow", "adversarial"}
    told = run(command, "inspect", tiny_bundle_path, "--json", cwd=tmp_path)
    assert json.loads(told.stdout)["parameters"] > 0
    assert run(command, "validate", tiny_bundle_path, cwd=tmp_path).returncode == 0


def test_what_needs_an_extra_says_so(command: Path, tiny_bundle_path: Path, tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_bytes(b"PK\x03\x04")
    exported = run(command, "export", "m.keras", "--inputs", "mnist:1", "--out", "m.bundle", cwd=tmp_path)
    assert (exported.returncode, exported.stderr.count("\n")) == (1, 1)
    assert "pip install 'kerascope[export]'" in exported.stderr
    viewed = run(command, "view", tiny_bundle_path, cwd=tmp_path)
    assert (viewed.returncode, viewed.stderr.count("\n")) == (1, 1)
    assert "pip install 'kerascope[window]'" in viewed.stderr


@pytest.mark.gl
def test_doctor_finds_a_driver(command: Path, tmp_path: Path) -> None:
    done = run(command, "doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "pip install 'kerascope[export]'" in done.stdout


@pytest.mark.gl
@pytest.mark.parametrize("scene", ["structure", "adversarial"])
def test_a_frame_of_a_scene(scene: str, command: Path, tiny_bundle_path: Path, tmp_path: Path) -> None:
    argv = ("frame", tiny_bundle_path, "--scene", scene, "--at-secs", 1, "--size", "320x180", "--out", "f.png")
    done = run(command, *argv, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "f.png") as png:
        picture = np.asarray(png)
    assert picture.shape == (180, 320, 3)
    assert picture.std() > 2, "an empty picture"


@pytest.mark.gl
def test_a_recording(command: Path, tiny_bundle_path: Path, tmp_path: Path) -> None:
    argv = ("record", tiny_bundle_path, "--scene", "flow", "--fps", 5, "--size", "160x90", "--out", "f.gif")
    done = run(command, *argv, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "\r" not in done.stderr, "a progress bar in a pipe"
    assert done.stderr.count("\n") == 1
    with Image.open(tmp_path / "f.gif") as gif:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(gif)]
    assert len(frames) > 5
    assert any((frame != frames[0]).any() for frame in frames[1:]), "nothing moves"
