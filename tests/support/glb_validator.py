"""What the Khronos glTF validator (a Node package) says of a GLB."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "scenes/web"
SCRIPT = Path(__file__).with_name("gltf_validator.mjs")
NODE = Path(sys.executable).with_name("node")
SEVERITIES = ("error", "warning", "information", "hint")


def require_validator() -> None:
    """Skip the test where the Node packages are not installed; on CI they must be."""
    missing = [path for path in (NODE, PAGE / "node_modules/gltf-validator") if not path.exists()]
    if missing:
        ends = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        ends(f"not installed: {missing[0].name}; `make setup` installs it")


def validate_glb(content: bytes) -> dict[str, Any]:
    """The report: `issues` with counts and messages, `info` with counts of what is in the file."""
    require_validator()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.glb"
        file.write_bytes(content)
        command = [NODE, SCRIPT, PAGE, file]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def problems(report: dict[str, Any], most: str = "warning") -> list[str]:
    """A line for each issue that is at least as severe as `most`."""
    worst = SEVERITIES.index(most)
    return [
        f"{SEVERITIES[issue['severity']]} {issue['code']} at {issue.get('pointer', '')}: {issue['message']}"
        for issue in report["issues"]["messages"]
        if issue["severity"] <= worst
    ]
