"""Data that is not part of the project, where it lies beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_vgg(root: Path) -> Path:
    """The folder of the published TF.js model: in `KERASCOPE_DATA`, or in `shared/data` beside the checkout."""
    folder = Path(os.environ.get("KERASCOPE_DATA", root.parent / "shared" / "data")) / "tiny_vgg"
    if not (folder / "model.json").is_file():
        pytest.skip("tiny_vgg is not here: set KERASCOPE_DATA to the folder that has it")
    return folder
