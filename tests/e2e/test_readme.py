"""Every command of the README is run, in its order, and does what the README says."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from virtual_screen import virtual_screen

import kerascope

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# `make test` runs this test, `make demo` is looked at below, and the wheel is installed in test_wheel.py.
RUN_ELSEWHERE = {"make demo", "make test", "pip install ."}
OPENS_A_WINDOW = "kerascope view"
# Said after what the README itself says: the same commands do the same, with fewer and smaller frames or fewer points.
LESS = {"kerascope record": " --size 320x180 --fps 1", "kerascope generate": " --sampling-rate 5"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


# One process for all pieces, as starting TensorFlow takes longer than they do; each has names of its own.
PYTHON = """
import json, sys
import keras, numpy as np
import kerascope
from scenes.options import SceneOptions

recorded = kerascope.record
kerascope.record = lambda *given, **also: recorded(*given, **{"options": SceneOptions((320, 180)), **also, "fps": 2})
for piece in json.loads(sys.argv[1]):
    model = keras.models.load_model("model.keras")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = np.zeros((8, 28, 28, 1), "float32"), np.zeros(8, "int64")
    exec(compile(piece, "a piece of the README", "exec"), {"keras": keras, "np": np, "model": model, "x": x, "y": y})
    print("ran a piece")
"""

# One process for all commands too: what they need is loaded once. test_wheel.py runs each as one of its own.
RUN = """
import contextlib, io, json, shlex, sys, time
import exporter.backend
import kerascope

for line in json.loads(sys.argv[1]):
    began_secs, out, err = time.perf_counter(), io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = kerascope.main(shlex.split(line)[1:])
    told = {"line": line, "code": code, "out": out.getvalue(), "err": err.getvalue()[-2000:]}
    print(json.dumps({**told, "secs": time.perf_counter() - began_secs}), flush=True)
"""

COMMANDS = [line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines()]


@pytest.fixture(scope="session")
def desk(demo_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README takes for granted: `model.keras`, `photos/` and `labels.txt`."""
    folder = tmp_path_factory.mktemp("desk")
    (model,) = demo_dir.glob("*.keras")
    shutil.copy(model, folder / "model.keras")
    (bundle_path,) = demo_dir.glob("*.bundle")
    bundle = kerascope.open_bundle(bundle_path)
    (folder / "photos").mkdir()
    for shown in [shown for shown in bundle.manifest.inputs if shown.kind == "clean"][:3]:
        picture = bundle.image(shown.id)
        assert picture is not None
        of_class = folder / "photos" / bundle.manifest.model.class_names[shown.true_class or 0]
        of_class.mkdir(exist_ok=True)
        Image.fromarray(picture[..., 0]).save(of_class / f"{shown.id}.png")
    (folder / "labels.txt").write_text(
        "".join(f"{name}\n" for name in bundle.manifest.model.class_names), encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    folder = Path(sys.executable).parent
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_the_demo_of_make_is_the_demo_of_the_command(root: Path) -> None:
    done = subprocess.run(["make", "-n", "demo"], capture_output=True, text=True, cwd=root, check=True)
    assert re.search(r"^\S*kerascope demo --out kerascope-demo --overwrite$", done.stdout, re.MULTILINE)


def test_commands_are_known() -> None:
    assert len(COMMANDS) > 8
    assert all(line.startswith("kerascope ") or line in RUN_ELSEWHERE for line in COMMANDS)


@pytest.mark.gl
@pytest.mark.tf
@pytest.mark.slow
def test_every_command_that_is_shown(desk: Path, environment: dict[str, str], timings: list[str]) -> None:
    lines = [line for line in COMMANDS if line not in RUN_ELSEWHERE and not line.startswith(OPENS_A_WINDOW)]
    run = json.dumps([line + LESS.get(" ".join(line.split()[:2]), "") for line in lines])
    done = subprocess.run(
        [sys.executable, "-c", RUN, run],
        capture_output=True,
        text=True,
        cwd=desk,
        env=environment,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for line, told in zip(lines, map(json.loads, done.stdout.splitlines()), strict=True):
        assert told["code"] == 0, f"{line}\n{told['err']}"
        assert told["out"] or "validate" in line
        timings.append(f"{line}: {told['secs']:.1f} s")
        if match := re.search(r"--out (\S+)", line):
            assert (desk / match[1]).exists()


@pytest.mark.gl
@pytest.mark.slow
def test_the_window_opens_and_stays_open(demo_dir: Path, environment: dict[str, str]) -> None:
    (bundle,) = demo_dir.glob("*.bundle")
    command = ["kerascope", "view", str(bundle)]
    with virtual_screen() as screen:
        opened = subprocess.Popen(command, env={**environment, "DISPLAY": screen}, stderr=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            opened.wait(timeout=8)
        opened.send_signal(signal.SIGINT)
        _, told = opened.communicate(timeout=20)
    assert "Traceback" not in told


@pytest.mark.gl
@pytest.mark.tf
@pytest.mark.slow
def test_every_piece_of_python(desk: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PYTHON, json.dumps(blocks("python"))],
        capture_output=True,
        text=True,
        cwd=desk,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("ran a piece\n") == len(blocks("python")) > 1


def test_every_link_leads_somewhere(root: Path) -> None:
    targets = re.findall(r"\]\(([^)]+)\)", README)
    assert len(targets) >= 5
    here = [target for target in targets if not target.startswith("https://")]
    assert [target for target in here if not (root / target).exists()] == []


def test_every_command_of_the_program_is_in_the_table() -> None:
    listed = set(re.findall(r"^\| `kerascope (\w+)", README, re.MULTILINE))
    helped = subprocess.run(
        [sys.executable, "-m", "kerascope", "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert listed == set(re.findall(r"^    (\w+)\s", helped.stdout, re.MULTILINE))
