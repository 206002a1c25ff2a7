"""What is compiled ahead of its use is compiled when the block ends, and nothing is left of it when the block fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exporter.bundling import ahead


@pytest.mark.slow
def test_what_it_runs_compiles(root: Path) -> None:
    done = subprocess.run(ahead.COMMAND, capture_output=True, text=True, timeout=300, check=False, cwd=root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_is_done_when_the_block_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f"import time, pathlib; time.sleep(0.3); pathlib.Path({str(tmp_path / 'done')!r}).touch()"
    monkeypatch.setattr(ahead, "COMMAND", (sys.executable, "-S", "-c", script))
    with ahead.compiled_meanwhile():
        assert not (tmp_path / "done").exists(), "beside the block, not before it"
    assert (tmp_path / "done").exists()


def test_nothing_is_left_where_the_block_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = f"pathlib.Path({str(tmp_path / 'id')!r}).write_text(f'{{os.getpid()}}.')"
    script = f"import os, time, pathlib; {told}; time.sleep(600)"
    monkeypatch.setattr(ahead, "COMMAND", (sys.executable, "-S", "-c", script))
    with pytest.raises(KeyboardInterrupt), ahead.compiled_meanwhile():
        interrupt_once_told(tmp_path / "id")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "id").read_text().rstrip(".")), 0)


def test_what_fails_in_it_stops_nobody(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(ahead, "COMMAND", (sys.executable, "-S", "-c", "import no_such_package_as_numba"))
    with ahead.compiled_meanwhile():
        pass
    assert capfd.readouterr() == ("", "")


def interrupt_once_told(path: Path) -> None:
    while not (path.exists() and path.read_text().endswith(".")):
        time.sleep(0.01)
    raise KeyboardInterrupt
