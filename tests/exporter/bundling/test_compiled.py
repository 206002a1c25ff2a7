"""Where compiled kernels are kept: beside the package, else with the user, else nowhere, and then all works too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHILD = """
from exporter.bundling import strands
print(strands.__file__)
print(getattr(strands.count._cache, "cache_path", None))
"""


@pytest.mark.slow
@pytest.mark.parametrize("has_home", [True, False])
def test_kernels_are_there_where_the_package_cannot_be_written_to(root: Path, tmp_path: Path, has_home: bool) -> None:
    package = tmp_path / "site/exporter"
    without = shutil.ignore_patterns("__pycache__", "*.md", "attacks", "models", "capture")
    shutil.copytree(root / "exporter", package, ignore=without)
    # A file where the folder would be stops everybody, also one who may write anywhere.
    (package / "bundling/__pycache__").write_text("")
    home = tmp_path / "home"
    home.mkdir() if has_home else home.write_text("")
    env = {**os.environ, "HOME": str(home), "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    env = {name: value for name, value in env.items() if name not in ("XDG_CACHE_HOME", "NUMBA_CACHE_DIR")}
    command = [sys.executable, "-c", CHILD]
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    module, kept = done.stdout.split()
    assert module.startswith(str(package))
    assert kept.startswith(str(home)) if has_home else kept == "None"
