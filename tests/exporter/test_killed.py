"""A process that is killed while it exports or attacks leaves the earlier bundle, or none."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from exporter.bundle import read_bundle, validate_bundle

pytestmark = [pytest.mark.tf, pytest.mark.slow]

CHILD = """
import os, signal, sys
from exporter.bundle.npz_write import NpzWriter
from exporter.pipeline import attack_bundle, export_model

what, out, model, after = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
added = NpzWriter.add
tensors = []

def counted(self, key, array):
    tensors.append(key)
    if len(tensors) > after:
        os.kill(os.getpid(), signal.SIGKILL)
    return added(self, key, array)

NpzWriter.add = counted
if what == "export":
    export_model(model, "mnist:3", out, untrained=True, layers="conv*,dense", channels=4, overwrite=True)
else:
    attack_bundle(out, model, "fgsm", keep=6)
print(len(tensors))
"""


def killed_after(tensors: int, what: str, out: Path, model: Path, root: Path) -> None:
    """Run, and be killed when the next tensor after so many is about to be written."""
    command = [sys.executable, "-c", CHILD, what, str(out), str(model), str(tensors)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == -9, done.stderr


def test_a_killed_export_leaves_none_or_the_earlier_one(
    learned: tuple[Any, Any], learned_bundle: Path, tmp_path: Path, root: Path
) -> None:
    learned[0].save(tmp_path / "m.keras")
    folder = tmp_path / "folder"
    folder.mkdir()
    killed_after(11, "export", folder / "b.bundle", tmp_path / "m.keras", root)
    assert not (folder / "b.bundle").exists()
    shutil.copytree(learned_bundle, folder / "b.bundle")
    earlier = read_bundle(folder / "b.bundle").manifest
    killed_after(90, "export", folder / "b.bundle", tmp_path / "m.keras", root)
    assert validate_bundle(folder / "b.bundle") == []
    assert read_bundle(folder / "b.bundle").manifest == earlier


def test_a_killed_attack_leaves_the_bundle_and_can_be_run_again(
    learned: tuple[Any, Any], learned_bundle: Path, tmp_path: Path, root: Path
) -> None:
    from exporter.pipeline import attack_bundle

    learned[0].save(tmp_path / "m.keras")
    path = shutil.copytree(learned_bundle, tmp_path / "b.bundle")
    earlier = read_bundle(path).manifest
    killed_after(15, "attack", path, tmp_path / "m.keras", root)
    assert validate_bundle(path) == []
    assert read_bundle(path).manifest == earlier
    attack_bundle(path, learned[0], "fgsm", keep=6)
    assert validate_bundle(path) == []
    assert len(read_bundle(path).manifest.runs) == 1


def test_a_kill_at_any_time_leaves_none_or_a_whole_one(learned: tuple[Any, Any], tmp_path: Path, root: Path) -> None:
    learned[0].save(tmp_path / "m.keras")
    out = tmp_path / "b.bundle"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, "export", str(out), str(tmp_path / "m.keras"), "99999"], cwd=root
    )
    while child.poll() is None and not any(path.name.startswith(".") for path in tmp_path.iterdir()):
        time.sleep(0.005)
    time.sleep(0.02)
    child.kill()
    child.wait()
    assert not out.exists() or validate_bundle(out) == []
