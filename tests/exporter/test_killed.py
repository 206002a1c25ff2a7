"""A process that is killed while it exports or attacks leaves the earlier bundle, or none."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from killed_child import begin

from exporter.bundle import read_bundle, validate_bundle

pytestmark = [pytest.mark.tf, pytest.mark.slow]


def killed_after(tensors: int, what: str, out: Path, model: Path) -> None:
    """Run, and be killed when the next tensor after so many is about to be written."""
    process = begin(what, out, model, tensors)
    process.join(300)
    assert process.exitcode == -signal.SIGKILL


def test_a_killed_export_leaves_none_or_the_earlier_one(
    learned: tuple[Any, Any], learned_bundle: Path, tmp_path: Path
) -> None:
    learned[0].save(tmp_path / "m.keras")
    folder = tmp_path / "folder"
    folder.mkdir()
    killed_after(11, "export", folder / "b.bundle", tmp_path / "m.keras")
    assert not (folder / "b.bundle").exists()
    shutil.copytree(learned_bundle, folder / "b.bundle")
    earlier = read_bundle(folder / "b.bundle").manifest
    killed_after(90, "export", folder / "b.bundle", tmp_path / "m.keras")
    assert validate_bundle(folder / "b.bundle") == []
    assert read_bundle(folder / "b.bundle").manifest == earlier


def test_a_killed_attack_leaves_the_bundle_and_can_be_run_again(
    learned: tuple[Any, Any], learned_bundle: Path, tmp_path: Path
) -> None:
    from exporter.pipeline import attack_bundle

    learned[0].save(tmp_path / "m.keras")
    path = shutil.copytree(learned_bundle, tmp_path / "b.bundle")
    earlier = read_bundle(path).manifest
    killed_after(15, "attack", path, tmp_path / "m.keras")
    assert validate_bundle(path) == []
    assert read_bundle(path).manifest == earlier
    attack_bundle(path, learned[0], "fgsm", keep=6)
    assert validate_bundle(path) == []
    assert len(read_bundle(path).manifest.runs) == 1


def test_a_kill_at_any_time_leaves_none_or_a_whole_one(learned: tuple[Any, Any], tmp_path: Path) -> None:
    learned[0].save(tmp_path / "m.keras")
    out = tmp_path / "b.bundle"
    child = begin("export", out, tmp_path / "m.keras")
    while child.is_alive() and not any(path.name.startswith(".") for path in tmp_path.iterdir()):
        time.sleep(0.005)
    time.sleep(0.02)
    child.kill()
    child.join()
    assert not out.exists() or validate_bundle(out) == []
