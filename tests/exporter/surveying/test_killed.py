"""A survey that is killed leaves no half bundle, and the next one redoes less than one shard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.bundle import validate_bundle

pytestmark = [
    pytest.mark.tf,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL"),
]
SCRIPT = Path(__file__).parents[2] / "support/survey_kill.py"
PATHS = os.pathsep.join((str(SCRIPT.parents[2]), str(SCRIPT.parent)))


def under(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


@pytest.mark.parametrize(("when", "there"), [("shards:2", 2), ("rows:12", 3)])
def test_the_next_run_goes_on_and_finds_the_same(when: str, there: int, tmp_path: Path) -> None:
    from surveyed_nets import save_mixed

    from exporter.surveying.survey import survey_asked

    model, pictures = save_mixed(tmp_path)
    at_once = survey_asked(model, str(pictures), out=tmp_path / "at_once.bundle", scale=1.0, shard=8)
    out = tmp_path / "folder" / "b.bundle"
    command = [sys.executable, SCRIPT, model, pictures, out, when]
    killed = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": PATHS}, timeout=300, check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not out.exists()
    lines: list[str] = []
    survey_asked(model, str(pictures), out=out, scale=1.0, shard=8, tell=lines.append)
    assert any(f"{there} of 3 shards were there" in line for line in lines)
    assert under(out) == under(at_once)
    assert validate_bundle(out) == []
    assert [path.name for path in out.parent.iterdir()] == ["b.bundle"]
