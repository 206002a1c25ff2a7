"""`kerascope demo`, as a person runs it: what it wrote is there, sound, and what the words say."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

import kerascope
from exporter.bundle import KerascopeError, validate_bundle

SCENES = ("structure", "training", "flow", "adversarial", "sculpture")


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


def test_held_out_digits_are_read_right(demo_bundle: Path) -> None:
    from exporter.inputs.digits import digit_split
    from exporter.models import open_model
    from exporter.training import fed

    model = open_model(demo_bundle.with_name("demo.keras"))
    x, y = fed(digit_split().held_out)
    accuracy = float((model.predict(x, verbose=0, batch_size=500).argmax(axis=1) == y).mean())
    assert accuracy >= 0.97
    checkpoints = kerascope.open_bundle(demo_bundle).manifest.checkpoints
    assert 8 <= len(checkpoints) <= 12
    assert (checkpoints[0].id, checkpoints[0].label) == ("000", "untrained")
    assert checkpoints[-1].metrics["val_accuracy"] == pytest.approx(accuracy)


def test_the_bundle_has_all_that_the_scenes_need(demo_bundle: Path) -> None:
    bundle = kerascope.open_bundle(demo_bundle)
    manifest = bundle.manifest
    assert validate_bundle(demo_bundle) == []
    clean = [shown for shown in manifest.inputs if shown.kind == "clean"]
    assert [shown.true_class for shown in clean] == [*range(10)] * 2
    for checkpoint in manifest.checkpoints:
        captured = [c.input for c in manifest.captures if c.checkpoint == checkpoint.id]
        assert len(captured) >= 4
        assert all(
            set(bundle.capture(id_, checkpoint.id).outputs) == {x.name for x in manifest.layers} for id_ in captured
        )
    (run,) = manifest.runs
    assert run.result["success"] is True
    assert 0.02 <= float(run.result["epsilon"] or 0) <= 0.15
    assert bundle.input(run.parent or "").true_class == run.result["original"]
    assert manifest.model.class_names == tuple("0123456789")


def test_it_does_not_write_over_what_is_there(demo_bundle: Path) -> None:
    from exporter.pipeline import export_demo

    with pytest.raises(KerascopeError, match=r"already; pass --overwrite"):
        export_demo(demo_bundle.parent)


@pytest.mark.parametrize("scene", SCENES)
def test_the_recordings_move(scene: str, demo_dir: Path) -> None:
    with Image.open(demo_dir / f"{scene}.gif") as gif:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(gif)]
    assert len(frames) > 20
    assert all(frame.std() > 2 for frame in frames), "an empty frame"
    assert any((frame != frames[0]).mean() > 0.001 for frame in frames)


def test_the_page_is_whole_and_holds_the_model(demo_dir: Path) -> None:
    page = (demo_dir / "flow.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    packed = re.search(r'<script[^>]*id="model"[^>]*>([^<]*)</script>', page)
    assert packed is not None
    assert base64.b64decode(packed[1])[:4] == b"glTF"


def test_the_words_name_what_was_written(demo_dir: Path) -> None:
    listed = re.findall(r"MB +(\S+)$", (demo_dir / "stdout.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == 1 + len(SCENES) + 1  # the bundle, the recordings, the page
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
