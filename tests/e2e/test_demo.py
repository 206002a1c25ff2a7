"""`kerascope demo`, as a person runs it: what it wrote is there, sound, and what the words say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

import kerascope

SCENES = ("structure", "training", "flow", "adversarial")


@pytest.fixture(scope="session")
def demo_bundle(demo_dir: Path) -> Path:
    (path,) = demo_dir.glob("*.bundle")
    return path


def test_the_bundle_is_valid_and_holds_twenty_digits(demo_bundle: Path) -> None:
    assert kerascope.main(["validate", str(demo_bundle)]) == 0
    manifest = kerascope.open_bundle(demo_bundle).manifest
    assert sum(shown.kind == "clean" for shown in manifest.inputs) == 20
    assert len(manifest.checkpoints) >= 3
    assert manifest.checkpoints[0].id == "000"


def test_the_network_learned_digits(demo_bundle: Path) -> None:
    accuracy = kerascope.open_bundle(demo_bundle).manifest.checkpoints[-1].metrics["val_accuracy"]
    assert accuracy is not None
    assert accuracy >= 0.95


def test_the_attack_turns_a_right_answer_into_a_wrong_one(demo_bundle: Path) -> None:
    bundle = kerascope.open_bundle(demo_bundle)
    run = bundle.manifest.runs[-1]
    assert run.kind == "attack"
    clean = bundle.input(run.parent or "")
    answer = bundle.capture(clean.id, run.checkpoint).predicted
    steps = [bundle.capture(name, run.checkpoint).predicted for name in run.inputs]
    assert answer == clean.true_class
    assert steps[-1] != answer
    assert set(steps[:-1]) <= {answer}


@pytest.mark.parametrize("scene", SCENES)
def test_the_recordings_move(scene: str, demo_dir: Path) -> None:
    with Image.open(demo_dir / f"{scene}.gif") as gif:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(gif)]
    assert len(frames) > 20
    assert all(frame.std() > 2 for frame in frames), "an empty frame"
    assert any((frame != frames[0]).mean() > 0.001 for frame in frames)


def test_the_words_name_what_was_written(demo_dir: Path) -> None:
    listed = re.findall(r"MB +(\S+)$", (demo_dir / "stdout.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == 1 + len(SCENES)
    assert all(Path(path).exists() for path in listed)
    next_commands = re.findall(
        r"^  (kerascope .*)$", (demo_dir / "stderr.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(next_commands) >= 3


def test_a_second_demo_does_not_overwrite_unasked(demo_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo_dir.rglob("*")}
    assert kerascope.main(["demo", "--no-window", "--out", str(demo_dir)]) == 1
    assert re.fullmatch(r"kerascope: [^\n]*--overwrite[^\n]*\n", capsys.readouterr().err)
    assert {path: path.stat().st_mtime_ns for path in demo_dir.rglob("*")} == before
