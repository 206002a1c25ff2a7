from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plain_bundle import write_plain

Edit = Callable[[Callable[[Any], None]], Path]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A bundle with one weight `k`, float32 (2, 3), in `weights/000.npz`."""
    return write_plain(tmp_path / "x.bundle", {"k": np.arange(6, dtype=np.float32).reshape(2, 3)})


@pytest.fixture
def edit(plain: Path) -> Edit:
    """Change the manifest of `plain` as JSON, as a hostile hand would."""
    return lambda change: edit_manifest(plain, change)


@pytest.fixture
def tiny(tiny_bundle_path: Path, tmp_path: Path) -> Path:
    """A tiny bundle of this test's own."""
    return shutil.copytree(tiny_bundle_path, tmp_path / "tiny.bundle")


@pytest.fixture
def edit_tiny(tiny: Path) -> Edit:
    """Change the manifest of `tiny` as JSON."""
    return lambda change: edit_manifest(tiny, change)


def edit_manifest(path: Path, change: Callable[[Any], None]) -> Path:
    manifest = json.loads((path / "manifest.json").read_bytes())
    change(manifest)
    (path / "manifest.json").write_text(json.dumps(manifest))
    return path
