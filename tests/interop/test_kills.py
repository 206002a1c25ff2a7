"""A conversion that is killed at any moment leaves nothing, the earlier file or folder, or the whole new one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import kill_converting
import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs fork, SIGKILL and folder locks"),
]

SCRIPT = Path(kill_converting.__file__)
PATHS = os.pathsep.join((str(SCRIPT.parents[2]), str(SCRIPT.parent)))
MOMENTS = 24


def kills(kind: str, command: str, folder: Path) -> list[tuple[str, str]]:
    """For each kill, what is at the target then, and what is there and beside it after the next run."""
    run = subprocess.run(
        [sys.executable, SCRIPT, kind, command, str(MOMENTS), folder],
        env={**os.environ, "PYTHONPATH": PATHS, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [(state, end) for state, end in (line.split("\t") for line in run.stdout.splitlines())]


@pytest.mark.parametrize(
    ("kind", "command", "before"),
    [
        ("nn_vis", "overwrite", "old"),
        ("nn_vis_file", "create", "none"),
        ("unity", "create", "none"),
        ("unity", "overwrite", "old"),
        ("glb", "create", "none"),
        ("glb", "overwrite", "old"),
        ("html", "overwrite", "old"),
    ],
)
def test_a_kill_leaves_what_was_or_what_is_to_be(kind: str, command: str, before: str, tmp_path: Path) -> None:
    outcomes = kills(kind, command, tmp_path)
    found = [state for state, _ in outcomes]
    assert set(found) == {before, "new"}
    assert found == sorted(found, key=[before, "new"].index), "a later kill finds an earlier state"
    assert found.count(before) >= MOMENTS / 2
    assert {end for _, end in outcomes} == {"True []"}, "the next run does not clear up"


def test_a_file_that_grows_in_its_place_would_be_seen(tmp_path: Path) -> None:
    assert "BROKEN" in {state for state, _ in kills("plain", "overwrite", tmp_path)}
